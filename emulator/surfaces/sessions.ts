import { randomUUID } from 'node:crypto';
import type { Hono } from 'hono';
import * as v from 'valibot';
import { timestamp } from '../platform/clock.js';
import type { Platform } from '../platform/platform.js';
import { badRequest, notFound, Refusal } from '../platform/refusal.js';
import type { Session } from '../platform/sessions.js';
import { count, type Dialect, readBody, type SurfaceEnvironment } from './surface.js';

/** A session in a response. */
export function sessionAnswer({ sessions, now }: Platform, session: Session) {
  const endedAt = sessions.endedAt(session);
  const hasStarted = session.startsAt <= Math.min(now(), endedAt ?? Infinity);
  const isShown = hasStarted && !session.isSilent;
  return {
    sessionId: session.id,
    serviceId: session.agentId,
    organizationId: session.organization,
    deploymentId: session.deploymentId,
    createdAt: timestamp(session.createdAt),
    updatedAt: timestamp(endedAt ?? session.createdAt),
    endedAt: endedAt === undefined ? null : timestamp(endedAt),
    botStartSeconds: isShown ? Math.floor((session.startsAt - session.createdAt) / 1000) : null,
    coldStart: session.coldStart,
    completionStatus:
      endedAt === undefined
        ? null
        : endedAt === session.stoppedAt
          ? 'TERMINATED'
          : session.completionStatus,
  };
}

const statuses: readonly string[] = ['active', 'ended', 'all'];

/** The session routes for a private credential: list, read and stop sessions. */
export function addSessionRoutes(
  app: Hono<SurfaceEnvironment>,
  platform: Platform,
  { agents: path }: Pick<Dialect, 'agents'>,
): void {
  const { agents, sessions } = platform;

  app.get(`${path}/:agent/sessions`, (context) => {
    const organization = context.var.organization.name;
    const name = context.req.param('agent');
    const listed = sessions.of(organization, name);
    // Sessions continue after their agent is deleted.
    if (!agents.find(organization, name) && listed.length === 0) throw notFound();
    const status = context.req.query('status') ?? 'all';
    if (!statuses.includes(status)) throw badRequest('Invalid parameters');
    const deploymentId = context.req.query('deploymentId');
    const limit = count(context, 'limit', { least: 1, most: 100, otherwise: 10 });
    const offset = count(context, 'offset', { least: 0, most: Infinity, otherwise: 0 });
    const matching = listed
      .filter(
        (session) =>
          (status === 'all' || sessions.isActive(session) === (status === 'active')) &&
          (deploymentId === undefined || session.deploymentId === deploymentId),
      )
      .reverse();
    return context.json({
      total_count: matching.length,
      sessions: matching
        .slice(offset, offset + limit)
        .map((session) => sessionAnswer(platform, session)),
    });
  });

  const find = (organization: string, { agent, session }: { agent: string; session: string }) => {
    const found = sessions.find(organization, agent, session);
    if (!found) throw notFound('Session not found');
    return found;
  };

  app.get(`${path}/:agent/sessions/:session`, (context) =>
    context.json(sessionAnswer(platform, find(context.var.organization.name, context.req.param()))),
  );

  app.delete(`${path}/:agent/sessions/:session`, (context) => {
    const session = find(context.var.organization.name, context.req.param());
    // A session that has ended cannot be stopped.
    if (!sessions.isActive(session)) throw notFound('Session not found');
    sessions.stop(session);
    return context.json({ status: 'terminated', session_id: session.id });
  });
}

const start = v.strictObject({
  createDailyRoom: v.optional(v.boolean()),
  dailyRoomProperties: v.optional(v.record(v.string(), v.unknown())),
  transport: v.optional(v.picklist(['daily', 'webrtc', 'websocket'])),
  enableDefaultIceServers: v.optional(v.boolean()),
  body: v.optional(v.record(v.string(), v.unknown())),
});

/** Maximum size in bytes of the body of a start. */
const startLimit = 1024 * 1024;
/** Paths that the platform uses itself. */
const reserved: readonly string[] = ['bot', 'ws', 'readyz', 'livez'];

/** The session routes for a public key: start a session, and call the bot's own endpoints. */
export function addPublicSessionRoutes(app: Hono<SurfaceEnvironment>, platform: Platform): void {
  const { agents, sessions, now } = platform;

  app.post('/:agent/start', async (context) => {
    const agent = agents.find(context.var.organization.name, context.req.param('agent'));
    if (!agent) throw notFound('Service not found');
    const text = await context.req.text();
    if (Buffer.byteLength(text) > startLimit)
      throw new Refusal(413, 'Request body is too large', 'PAYLOAD_TOO_LARGE');
    const requested = text === '' ? {} : await readBody(context, start, 'Invalid parameters');
    const session = sessions.start(agent);
    return context.json({
      sessionId: session.id,
      ...(requested.createDailyRoom === true && {
        dailyRoom: `https://emulator.daily.example/${session.id}`,
        dailyToken: `daily-token-${randomUUID()}`,
      }),
      ...(requested.transport === 'webrtc' && {
        iceConfig: { iceServers: [{ urls: ['turn:turn.example'], credential: randomUUID() }] },
      }),
      ...(requested.transport === 'websocket' && {
        wsUrl: 'wss://emulator.example/ws',
        token: `session-token-${randomUUID()}`,
      }),
    });
  });

  app.all('/:agent/sessions/:session/:path{.+}', (context) => {
    const { agent, session: id, path } = context.req.param();
    const session = sessions.find(context.var.organization.name, agent, id);
    if (!session || !sessions.isActive(session) || reserved.includes(path)) throw notFound();
    if (session.startsAt > now()) throw new Refusal(503, 'The bot has not started yet', 'PCC-1001');
    const status = session.paths[path];
    if (status === undefined) throw notFound();
    return status === 204
      ? new Response(null, { status })
      : context.json({ status }, { status: status as 200 });
  });
}
