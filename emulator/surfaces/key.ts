import { Hono } from 'hono';
import { callerOf } from '../credentials.js';
import type { Platform } from '../platform/platform.js';
import { unauthorized } from '../platform/refusal.js';
import * as answers from './answers.js';
import { keyAgentChanges, keySecrets, newAgent } from './bodies.js';
import { addBuildRoutes } from './builds.js';
import { addSessionRoutes } from './sessions.js';
import {
  addSharedRoutes,
  readBody,
  refusing,
  regionFor,
  type SurfaceEnvironment,
} from './surface.js';

/** The API for a private API key, which belongs to one organization: `/v1/…`. */
export function keySurface(platform: Platform): Hono<SurfaceEnvironment> {
  const { agents, secretSets, writes } = platform;
  const app = refusing(new Hono<SurfaceEnvironment>());

  app.use(async (context, next) => {
    const caller = callerOf(context.req.header('authorization'));
    const organization = caller?.organizations[0];
    if (caller?.kind !== 'privateKey' || !organization) throw unauthorized();
    context.set('organization', organization);
    await next();
  });

  addSharedRoutes(app, platform, {
    agents: '/agents',
    wrap: (agent) => agent,
    filtersSecrets: false,
    includesGit: false,
  });
  addBuildRoutes(app, platform);
  addSessionRoutes(app, platform, { agents: '/agents' });

  app.put('/secrets/:set', async (context) => {
    const name = context.req.param('set');
    const organization = context.var.organization.name;
    const body = await readBody(context, keySecrets, 'Invalid request format');
    const region = regionFor(platform, body.region);
    const set = await writes.run(name, () =>
      'secrets' in body
        ? secretSets.writeSecrets(organization, name, body.secrets, region, body.region)
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

  app.post('/agents', async (context) => {
    const { serviceName, ...requested } = await readBody(context, newAgent, 'Invalid parameters');
    const organization = context.var.organization.name;
    const agent = agents.create(organization, serviceName, requested, platform.defaultRegion);
    return context.json(answers.fullAgent(platform, agent));
  });

  app.post('/agents/:agent', async (context) => {
    const requested = await readBody(context, keyAgentChanges, 'Invalid parameters');
    const name = context.req.param('agent');
    const { agent, warning } = agents.update(context.var.organization.name, name, requested);
    return context.json({
      ...answers.fullAgent(platform, agent),
      ...(warning !== undefined && { warning }),
    });
  });

  return app;
}
