import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { callerOf } from '../credentials.js';
import type { Platform } from '../platform/platform.js';
import { notFound, Refusal, unauthorized } from '../platform/refusal.js';
import { refusing, type SurfaceEnvironment } from './surface.js';

/** What a public API key reaches: the start of a session, `/v1/public/{agent}/start`. */
export function publicSurface({ agents }: Platform): Hono<SurfaceEnvironment> {
  const app = refusing(new Hono<SurfaceEnvironment>());

  app.use(async (context, next) => {
    const caller = callerOf(context.req.header('authorization'));
    const organization = caller?.organizations[0];
    if (caller?.kind !== 'publicKey' || !organization) throw unauthorized();
    context.set('organization', organization);
    await next();
  });

  app.post('/:agent/start', (context) => {
    const agent = agents.find(context.var.organization.name, context.req.param('agent'));
    if (!agent) throw notFound('Service not found');
    if (!agents.serving(agent))
      throw new Refusal(
        503,
        'Attempt to start agent when deployment is not in ready state. Is your image pull secret valid?',
        'PCC-1001',
      );
    return context.json({ sessionId: randomUUID() });
  });

  return app;
}
