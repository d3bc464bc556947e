import type { Hono } from 'hono';
import { type BuildStatus, buildStatuses } from '../platform/build-progress.js';
import type { Platform } from '../platform/platform.js';
import { badRequest, notFound } from '../platform/refusal.js';
import * as answers from './answers.js';
import { newBuild, newUpload } from './bodies.js';
import { count, readBody, type SurfaceContext, type SurfaceEnvironment } from './surface.js';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function statusAsked(context: SurfaceContext): BuildStatus | undefined {
  const requested = context.req.query('status');
  const status = buildStatuses.find((known) => known === requested);
  if (requested !== undefined && !status) throw badRequest('Invalid query parameters: status');
  return status;
}

/** The token for the next page of a log. */
const tokenAfter = (lines: number) =>
  Buffer.from(JSON.stringify({ nextToken: lines })).toString('base64');

/** Cloud builds and their uploads, which are the same on both surfaces. */
export function addBuildRoutes(app: Hono<SurfaceEnvironment>, platform: Platform): void {
  const { uploads, builds } = platform;

  app.post('/builds/upload-url', async (context) => {
    const { region } = await readBody(context, newUpload, 'Invalid request format');
    const upload = uploads.create(context.var.organization, region);
    return context.json(answers.upload(upload, new URL(context.req.url).origin));
  });

  app.post('/builds', async (context) => {
    const requested = await readBody(context, newBuild, 'Invalid request format');
    const { name, id } = context.var.organization;
    const { build, cached } = await builds.create(name, requested);
    return context.json(
      { build: answers.build(platform, build, id), contextHash: build.contextHash, cached },
      cached ? 200 : 201,
    );
  });

  app.get('/builds', (context) => {
    const { name, id } = context.var.organization;
    const limit = count(context, 'limit', { least: 1, most: 100, otherwise: 20 });
    const offset = count(context, 'offset', { least: 0, most: Infinity, otherwise: 0 });
    const found = builds.list(name, {
      region: context.req.query('region'),
      status: statusAsked(context),
      contextHash: context.req.query('contextHash'),
      dockerfilePath: context.req.query('dockerfilePath'),
    });
    return context.json({
      builds: found
        .slice(offset, offset + limit)
        .map((build) => answers.build(platform, build, id)),
      total: found.length,
      limit,
      offset,
    });
  });

  const buildOf = (context: SurfaceContext, id: string) => {
    const build = builds.find(context.var.organization.name, id);
    if (build) return build;
    throw uuid.test(id) ? notFound('Build not found') : badRequest('Invalid build ID format');
  };

  app.get('/builds/:build', (context) => {
    const build = buildOf(context, context.req.param('build'));
    return context.json({ build: answers.build(platform, build, context.var.organization.id) });
  });

  app.get('/builds/:build/logs', (context) => {
    const lines = builds.log(buildOf(context, context.req.param('build')));
    const limit = count(context, 'limit', { least: 1, most: 10_000, otherwise: 500 });
    return context.json({
      logs: lines.slice(0, limit),
      ...(lines.length > limit && { nextToken: tokenAfter(limit) }),
    });
  });
}
