import { Hono } from 'hono';
import { inspectionRoutes } from './inspection.js';
import type { Platform } from './platform/platform.js';
import type { RequestLog } from './requests.js';
import { keySurface } from './surfaces/key.js';
import { organizationSurface, tokenHolderRoutes } from './surfaces/organization.js';
import { publicSurface } from './surfaces/public.js';
import { refusing } from './surfaces/surface.js';

/** The routes of the emulator, without faults. */
export function createApplication(platform: Platform, log: RequestLog): Hono {
  const app = refusing(new Hono());
  const nothing = (path: string) =>
    app.all(path, (context) => context.json({ error: 'Not found', code: 'NOT_FOUND' }, 404));

  app.route('/', inspectionRoutes(platform, log));
  app.route('/v1/public', publicSurface(platform));
  nothing('/v1/public/*');
  app.route('/v1', tokenHolderRoutes());
  app.route('/v1/organizations/:organization', organizationSurface(platform));
  // The key surface requires a key for every path, so unknown organization paths must end here.
  nothing('/v1/organizations/*');
  app.route('/v1', keySurface(platform));
  return app;
}
