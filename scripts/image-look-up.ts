import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { startEmulator } from '../emulator/index.js';
import { preciseTime, runAction } from './runner.js';
import { limitCell } from './tables.js';
import { median } from './timing.js';

/** Milliseconds until each response of the platform and the registry: one round trip. */
const roundTrip = 250;

const config = JSON.stringify({ os: 'linux', architecture: 'arm64' });
const digest = `sha256:${createHash('sha256').update(config).digest('hex')}`;
const single = JSON.stringify({
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest },
});
const index = JSON.stringify({
  manifests: [{ platform: { os: 'linux', architecture: 'arm64' } }],
});

/** How much the look-up of an image delays the first write. */
export interface LookUpCost {
  readonly name: string;
  /** Additional round trips, as a median. */
  readonly roundTrips: number;
  /** The maximum. */
  readonly limit: number;
}

/** A registry that asks for a token and responds as slowly as the platform. */
async function startRegistry(): Promise<{ readonly server: Server; readonly host: string }> {
  const server = createServer((request, response) => {
    const { url = '', headers } = request;
    void setTimeout(roundTrip).then(() => {
      const host = headers.host ?? '';
      if (url.startsWith('/token')) response.end('{"token":"t0ken"}');
      else if (url.startsWith('/storage')) response.end(config);
      else if (headers.authorization !== 'Bearer t0ken') {
        const challenge = `Bearer realm="http://${host}/token",service="registry"`;
        response.writeHead(401, { 'www-authenticate': challenge }).end();
      } else if (url.includes('/blobs/')) {
        response.writeHead(307, { location: `http://${host}/storage` }).end();
      } else response.end(url.endsWith('/single') ? single : index);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, host: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Milliseconds from the first request to the platform to the first write. */
async function timeToFirstWrite(inputs: Readonly<Record<string, string>>): Promise<number> {
  const emulator = await startEmulator({
    secretSetDelay: 0,
    deploymentDelay: 0,
    now: preciseTime,
  });
  try {
    emulator.script.fault({}, { kind: 'late', delay: roundTrip }, { times: 999 });
    const run = await runAction({
      inputs: {
        'api-url': emulator.url,
        'api-key': emulator.credentials.privateKey,
        region: 'us-west',
        'agent-name': 'order-desk',
        'secret-set': 'order-desk-secrets',
        secrets: 'OPENAI_API_KEY=fake-openai-key',
        ...inputs,
      },
    });
    const [first] = emulator.requests;
    const write = emulator.requests.find(({ method }) => method !== 'GET');
    if (run.exitCode !== 0 || first === undefined || write === undefined) {
      throw new Error(`The measured release failed:\n${run.log}`);
    }
    return write.receivedAt - first.receivedAt;
  } finally {
    await emulator.close();
  }
}

/** Measures how much a look-up costs, for an index and for a single image. */
export async function measureLookUps(runs: number): Promise<LookUpCost[]> {
  const { server, host } = await startRegistry();
  try {
    const costs: LookUpCost[] = [];
    for (const { name, tag, limit } of [
      { name: 'look-up of an index', tag: 'index', limit: 2 },
      { name: 'look-up of a single image', tag: 'single', limit: 4 },
    ]) {
      const more: number[] = [];
      while (more.length < runs) {
        const image = `${host}/acme/order-desk:${tag}`;
        const without = await timeToFirstWrite({ image, 'check-image': 'false' });
        const withLookUp = await timeToFirstWrite({ image, 'check-image': 'true' });
        more.push((withLookUp - without) / roundTrip);
      }
      costs.push({ name, roundTrips: median(more), limit });
    }
    return costs;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** The costs as a table. Fractions of a round trip are the time of the machine itself. */
export function lookUpTable(costs: readonly LookUpCost[]): (readonly string[])[] {
  return [
    ['delay of the first write', 'additional round trips', 'limit'],
    ...costs.map(({ name, roundTrips, limit }) => [
      name,
      roundTrips.toFixed(1),
      limitCell(limit, isWithinLimit({ roundTrips, limit })),
    ]),
  ];
}

/** Allows half a round trip for a busy machine. */
export function isWithinLimit({
  roundTrips,
  limit,
}: Pick<LookUpCost, 'roundTrips' | 'limit'>): boolean {
  return roundTrips < limit + 0.5;
}
