import { Hono } from 'hono';
import { callerOf } from '../credentials.js';
import type { Platform } from '../platform/platform.js';
import { unauthorized } from '../platform/refusal.js';
import { addPublicSessionRoutes } from './sessions.js';
import { refusing, type SurfaceEnvironment } from './surface.js';

/** The API for a public API key, `/v1/public/…`: start sessions, and call the bots in them. */
export function publicSurface(platform: Platform): Hono<SurfaceEnvironment> {
  const app = refusing(new Hono<SurfaceEnvironment>());

  app.use(async (context, next) => {
    const caller = callerOf(context.req.header('authorization'));
    const organization = caller?.organizations[0];
    if (caller?.kind !== 'publicKey' || !organization) throw unauthorized();
    context.set('organization', organization);
    await next();
  });

  addPublicSessionRoutes(app, platform);
  return app;
}
