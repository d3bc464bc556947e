import type { Context, Hono } from 'hono';
import type * as v from 'valibot';
import type { Organization } from '../platform/organizations.js';
import type { Platform } from '../platform/platform.js';
import { badRequest, notFound, Refusal } from '../platform/refusal.js';
import * as answers from './answers.js';
import { parseBody } from './bodies.js';

/** Variables of a request: the organization that it acts in. */
export interface SurfaceEnvironment {
  Variables: { organization: Organization };
}

export type SurfaceContext = Context<SurfaceEnvironment>;

/** Differences between the two surfaces in their shared routes. */
export interface Dialect {
  /** The path of agents. */
  readonly agents: '/agents' | '/services';
  /** Wraps the response to reading an agent. Responses to creating and updating are not wrapped. */
  wrap(agent: object): object;
  /** Whether `GET /secrets` accepts a region. */
  readonly filtersSecrets: boolean;
  /** Whether the list of agents can show connected branches (`include=git`). */
  readonly includesGit: boolean;
}

/** Reads a body that matches the schema. Rejects any other body with the message. */
export async function readBody<Schema extends v.GenericSchema>(
  context: SurfaceContext,
  schema: Schema,
  message: string,
): Promise<v.InferOutput<Schema>> {
  let body: unknown;
  try {
    body = await context.req.json();
  } catch {
    throw badRequest(`${message}: the body is not JSON`);
  }
  return parseBody(schema, body, message);
}

/** A whole number in the query, within bounds. */
export function count(
  context: SurfaceContext,
  name: string,
  { least, most, otherwise }: { least: number; most: number; otherwise: number },
): number {
  const text = context.req.query(name);
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < least || number > most)
    throw badRequest(`Invalid query parameters: ${name}`);
  return number;
}

/** Turns a refusal into a response of the platform, and a bug in the emulator into a 500. */
export function refusing<App extends Hono<SurfaceEnvironment> | Hono>(app: App): App {
  app.onError((error, context) => {
    if (error instanceof Refusal)
      return context.json({ error: error.message, code: error.code }, error.status);
    process.emitWarning(error);
    return context.json({ error: 'Internal server error', code: 'INTERNAL_SERVER_ERROR' }, 500);
  });
  app.notFound((context) => context.json({ error: 'Not found', code: 'NOT_FOUND' }, 404));
  return app;
}

/** The region of a request. */
export const regionFor = (platform: Platform, requested: string | undefined) =>
  requested ?? platform.defaultRegion;

/** The routes that both surfaces have. The path of agents differs. */
export function addSharedRoutes(
  app: Hono<SurfaceEnvironment>,
  platform: Platform,
  dialect: Dialect,
): void {
  const { regions, secretSets, writes, agents } = platform;

  app.get('/regions', (context) => context.json({ regions: regions.all().map(answers.region) }));

  app.get('/properties', (context) =>
    context.json({ properties: { defaultRegion: platform.defaultRegion } }),
  );

  app.get('/secrets', (context) => {
    const region = dialect.filtersSecrets ? context.req.query('region') : undefined;
    const sets = secretSets
      .all()
      .filter(
        (set) =>
          set.organization === context.var.organization.name &&
          (region === undefined || set.region === region),
      );
    return context.json({ sets: sets.map((set) => answers.listedSet(platform, set)) });
  });

  app.get('/secrets/:set', (context) => {
    const set = secretSets.find(context.var.organization.name, context.req.param('set'));
    if (!set) throw notFound('Set not found');
    if (set.kind === 'imagePullSecret')
      throw badRequest('Cannot retrieve image pull secrets by name');
    return context.json(answers.secretSet(platform, set));
  });

  app.delete('/secrets/:set', async (context) => {
    const name = context.req.param('set');
    await writes.run(name, () => {
      secretSets.delete(context.var.organization.name, name);
    });
    return context.json(answers.acknowledged);
  });

  app.delete('/secrets/:set/:key', async (context) => {
    const { set, key } = context.req.param();
    await writes.run(set, () => {
      secretSets.deleteKey(context.var.organization.name, set, key);
    });
    return context.json(answers.acknowledged);
  });

  app.get(dialect.agents, (context) => {
    const { name, id } = context.var.organization;
    const region = context.req.query('region');
    const including = {
      withDeployment: context.req.query('includeActiveDeployment') === 'true',
      // Unknown words are ignored, because a newer client may send them.
      withGit:
        dialect.includesGit && context.req.query('include')?.split(',').includes('git') === true,
    };
    const listed = agents
      .all()
      .filter(
        (agent) => agent.organization === name && (region === undefined || agent.region === region),
      );
    return context.json({
      services: listed.map((agent) => answers.listedAgent(platform, agent, id, including)),
    });
  });

  app.get(`${dialect.agents}/:agent`, (context) => {
    const agent = agents.find(context.var.organization.name, context.req.param('agent'));
    if (!agent) throw notFound();
    return context.json(dialect.wrap(answers.fullAgent(platform, agent)));
  });

  app.delete(`${dialect.agents}/:agent`, (context) => {
    agents.delete(context.var.organization.name, context.req.param('agent'));
    return context.json(answers.acknowledged);
  });

  app.get(`${dialect.agents}/:agent/logs`, (context) => {
    const agent = agents.find(context.var.organization.name, context.req.param('agent'));
    if (!agent) throw notFound();
    const order = context.req.query('order') ?? 'desc';
    if (order !== 'asc' && order !== 'desc') throw badRequest('Invalid query parameters: order');
    const limit = count(context, 'limit', { least: 1, most: 10_000, otherwise: 10 });
    const offset = count(context, 'offset', { least: 0, most: Infinity, otherwise: 0 });
    const text = context.req.query('query') ?? '';
    const deploymentId = context.req.query('deploymentId');
    const sessionId = context.req.query('sessionId');
    const ofSessions = answers
      .sessionLogEntries(platform, agent)
      .filter(
        (entry) =>
          (deploymentId === undefined || entry.deploymentId === deploymentId) &&
          (sessionId === undefined || entry.sessionId === sessionId),
      );
    const ofDeployments =
      sessionId === undefined ? answers.logEntries(platform, agent, deploymentId) : [];
    const entries = [...ofDeployments, ...ofSessions].filter(({ log }) => log.includes(text));
    if (order === 'desc') entries.reverse();
    return context.json({
      total: { value: entries.length, relation: 'eq' },
      logs: entries.slice(offset, offset + limit),
    });
  });
}
