import { Hono } from 'hono';
import { callerOf, dailyKey, user } from '../credentials.js';
import type { Platform } from '../platform/platform.js';
import { badRequest, forbidden, notFound, unauthorized } from '../platform/refusal.js';
import * as answers from './answers.js';
import { newAgent, organizationAgentChanges, organizationSecrets } from './bodies.js';
import { addBuildRoutes } from './builds.js';
import { addSessionRoutes } from './sessions.js';
import {
  addSharedRoutes,
  readBody,
  refusing,
  regionFor,
  type SurfaceEnvironment,
} from './surface.js';

/** The sender of this header, if it has a personal access token. */
function tokenHolder(authorization: string | undefined) {
  const caller = callerOf(authorization);
  if (caller?.kind !== 'token') throw unauthorized();
  return caller;
}

/** The API for the owner of a personal access token: `/v1/users`, `/v1/organizations`. */
export function tokenHolderRoutes(): Hono {
  const app = refusing(new Hono());

  app.get('/users', (context) => {
    tokenHolder(context.req.header('authorization'));
    return context.json({ user });
  });

  app.get('/organizations', (context) => {
    const { organizations } = tokenHolder(context.req.header('authorization'));
    return context.json({
      organizations: organizations.map(({ name, verboseName }) => ({ name, verboseName })),
    });
  });

  return app;
}

/** The API for a personal access token: `/v1/organizations/{organization}/…`. */
export function organizationSurface(platform: Platform): Hono<SurfaceEnvironment> {
  const { agents, secretSets, writes, profiles } = platform;
  const app = refusing(new Hono<SurfaceEnvironment>());

  app.use(async (context, next) => {
    const caller = tokenHolder(context.req.header('authorization'));
    const name = context.req.param('organization');
    const organization = caller.organizations.find((candidate) => candidate.name === name);
    if (!organization) throw forbidden('You do not have access to this organization');
    context.set('organization', organization);
    await next();
  });

  addSharedRoutes(app, platform, {
    agents: '/services',
    wrap: (agent) => ({ body: agent }),
    filtersSecrets: true,
    includesGit: true,
  });
  addBuildRoutes(app, platform);
  addSessionRoutes(app, platform, { agents: '/services' });

  app.put('/secrets/:set', async (context) => {
    const name = context.req.param('set');
    const organization = context.var.organization.name;
    const body = await readBody(context, organizationSecrets, 'Invalid request format');
    if (body.name !== undefined && body.name !== name)
      throw badRequest('Invalid request format: name does not match the path');
    const region = regionFor(platform, body.region);
    const set = await writes.run(name, () =>
      'secretKey' in body
        ? secretSets.writeSecrets(organization, name, [body], region, body.region)
        : secretSets.writeImagePullSecret(
            organization,
            name,
            { host: body.host, auth: body.secretValue },
            region,
            body.region,
          ),
    );
    return context.json({ ...answers.acknowledged, region: set.region }, 202);
  });

  // Only the platform's own client shows this, to the person who runs it.
  app.get('/daily', (context) => context.json({ apiKey: dailyKey }));

  app.get('/agent-profiles', (context) =>
    context.json({ agentProfiles: profiles.list(context.var.organization.name) }),
  );

  app.post('/services', async (context) => {
    const { serviceName, ...requested } = await readBody(context, newAgent, 'Invalid parameters');
    const organization = context.var.organization.name;
    const agent = agents.create(organization, serviceName, requested, platform.defaultRegion);
    return context.json(answers.fullAgent(platform, agent));
  });

  app.put('/services', async (context) => {
    const { serviceName, ...requested } = await readBody(
      context,
      organizationAgentChanges,
      'Invalid parameters',
    );
    const organization = context.var.organization.name;
    const { agent, warning } = agents.update(organization, serviceName, requested);
    return context.json({
      ...answers.fullAgent(platform, agent),
      ...(warning !== undefined && { warning }),
    });
  });

  app.get('/services/:agent/deployments', (context) => {
    const agent = agents.find(context.var.organization.name, context.req.param('agent'));
    if (!agent) throw notFound();
    return context.json({
      deployments: agent.deployments.map((made) => answers.deployment(platform, agent, made)),
    });
  });

  return app;
}
