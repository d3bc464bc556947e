import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { startEmulator } from '../emulator/index.js';
import { preciseTime, runAction } from './runner.js';
import { limitCell } from './tables.js';
import { median } from './timing.js';

/** Milliseconds that the platform and the registry take for each answer: one round trip. */
const roundTrip = 250;

const config = JSON.stringify({ os: 'linux', architecture: 'arm64' });
const digest = `sha256:${createHash('sha256').update(config).digest('hex')}`;
const single = JSON.stringify({
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest },
});
const index = JSON.stringify({
  manifests: [{ platform: { os: 'linux', architecture: 'arm64' } }],
});

/** What the look-up of an image costs on the way to the first write. */
export interface LookUpCost {
  readonly name: string;
  /** Round trips more than without a look-up, as a median. */
  readonly roundTrips: number;
  /** How many there may be at most. */
  readonly limit: number;
}

/** A registry that asks for a token, and is as far away as the platform. */
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
      throw new Error(`The release was not what is measured:\n${run.log}`);
    }
    return write.receivedAt - first.receivedAt;
  } finally {
    await emulator.close();
  }
}

/** Measures what looking the image up costs, with an index and with a single image. */
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

/** The same as a table. What is no whole round trip is the machine's own time. */
export function lookUpTable(costs: readonly LookUpCost[]): (readonly string[])[] {
  return [
    ['on the way to the first write', 'round trips more', 'limit'],
    ...costs.map(({ name, roundTrips, limit }) => [
      name,
      roundTrips.toFixed(1),
      limitCell(limit, isWithinLimit({ roundTrips, limit })),
    ]),
  ];
}

/** Half a round trip is what a busy machine may take for itself. */
export function isWithinLimit({
  roundTrips,
  limit,
}: Pick<LookUpCost, 'roundTrips' | 'limit'>): boolean {
  return roundTrips < limit + 0.5;
}
