import { describe, expect, test } from '@jest/globals';
import type { EmulatorScript, EmulatorState } from '../../emulator/index.js';
import { CancelledError } from '../../src/time/cancellation.js';
import { credentials, Stage, type ReleaseOutcome } from '../support/release-run.js';
import { columns } from './fault-matrix/faults.js';

/** Whatever fails, the report is correct, and a second teardown finishes the work. */

const regions = ['us-west', 'eu-central'];
const agentIn = (region: string): string => `voice-pr-7-${region}`;

const inputs = {
  teardown: 'true',
  'pr-number': '7',
  region: regions.join(', '),
  'agent-name': 'voice-pr-{pr}-{region}',
  'secret-set': 'voice-pr-{pr}-{region}-{version}',
  'image-credentials': 'voice-pr-{pr}-{region}-pull',
};

function prepare({ emulator: { seed } }: Stage): void {
  for (const region of regions) {
    const name = agentIn(region);
    for (const version of ['0123abcd', '4567cdef']) {
      seed.secretSet({ name: `${name}-${version}`, region, values: { A: 'value-a' } });
    }
    seed.imagePullSecret({ name: `${name}-pull`, region });
    seed.agent({
      name,
      region,
      secretSet: `${name}-4567cdef`,
      imagePullSecretSet: `${name}-pull`,
    });
    seed.session({ agent: name });
    seed.session({ agent: name });
  }
  seed.secretSet({ name: 'production-keys' });
  seed.agent({ name: 'production', secretSet: 'production-keys' });
  seed.session({ agent: 'production' });
}

/** The remaining parts of the preview. */
function left(state: EmulatorState): string[] {
  return [
    ...state.agents().map(({ name }) => name),
    ...state.secretSets().map(({ name }) => name),
    ...state.sessions().flatMap(({ agent, isActive }) => (isActive ? [`session of ${agent}`] : [])),
  ].filter((name) => name.includes('voice-pr-7'));
}

function productionIsThere(state: EmulatorState): boolean {
  return (
    state.agent('production') !== undefined &&
    state.secretSet('production-keys') !== undefined &&
    state.sessions().some(({ agent, isActive }) => agent === 'production' && isActive)
  );
}

/** False claims in the outputs. */
function untruths({ agents, secretSets }: ReleaseOutcome, state: EmulatorState): string[] {
  const exists = (name: unknown): boolean =>
    state.agent(String(name)) !== undefined || state.secretSet(String(name)) !== undefined;
  return [...agents, ...secretSets].flatMap(({ name, outcome }) =>
    outcome === 'deleted' && exists(name) ? [`${String(name)} is not deleted`] : [],
  );
}

async function tryOut(
  credential: keyof typeof credentials,
  schedule: (script: EmulatorScript, cancellation: AbortController) => void,
): Promise<string[]> {
  const stage = await Stage.open();
  try {
    prepare(stage);
    const { state, script } = stage.emulator;
    const cancellation = new AbortController();
    schedule(script, cancellation);
    const run = { ...credentials[credential], ...inputs };
    const first = await stage.release(run, { cancellation: cancellation.signal });
    const objections = untruths(first, state);
    if (first.succeeded && left(state).length > 0)
      objections.push(`succeeded, but left ${left(state).join(', ')}`);
    script.forget();
    const second = await stage.release(run);
    if (!second.succeeded)
      objections.push(`the second failed: ${JSON.stringify(second.actions.errors)}`);
    objections.push(...untruths(second, state), ...left(state));
    if (!productionIsThere(state)) objections.push('production was touched');
    return objections;
  } finally {
    await stage.close();
  }
}

/** The requests of a teardown without faults, with the ids of sessions replaced. */
async function requestsOf(
  credential: keyof typeof credentials,
): Promise<{ method: string; path: RegExp; name: string }[]> {
  const stage = await Stage.open();
  try {
    prepare(stage);
    await stage.release({ ...credentials[credential], ...inputs });
    const made = new Map(
      stage.emulator.requests.map(({ method, path }) => {
        const pattern = path.replace(/\/sessions\/[^/]+$/, '/sessions/[^/]+');
        return [`${method} ${pattern}`, { method, path: new RegExp(`^${pattern}$`) }];
      }),
    );
    return [...made].map(([name, request]) => ({ name, ...request }));
  } finally {
    await stage.close();
  }
}

const all = Object.keys(credentials) as (keyof typeof credentials)[];

describe.each(all)('a teardown with a %s', (credential) => {
  test('survives each fault of each request', async () => {
    const objections: string[] = [];
    const requests = await requestsOf(credential);
    expect(requests.length).toBeGreaterThan(15);
    for (const { name, method, path } of requests) {
      for (const { title, fault, writesOnly } of columns) {
        if (writesOnly === true && method === 'GET') continue;
        const found = await tryOut(credential, (script) => {
          script.fault({ method, path }, fault);
        });
        objections.push(...found.map((objection) => `${name}, ${title}: ${objection}`));
      }
    }
    expect(objections).toEqual([]);
  });

  test('survives an outage of the platform from each request on', async () => {
    const objections: string[] = [];
    for (const { name, method, path } of await requestsOf(credential)) {
      const found = await tryOut(credential, (script) => {
        script.fault({ method, path }, { kind: 'status', status: 500 }, { times: Infinity });
      });
      objections.push(...found.map((objection) => `${name}: ${objection}`));
    }
    expect(objections).toEqual([]);
  });

  test.each(['before', 'after'] as const)(
    'survives a cancellation %s each request',
    async (moment) => {
      const objections: string[] = [];
      for (const { name, method, path } of await requestsOf(credential)) {
        const found = await tryOut(credential, (script, cancellation) => {
          script[moment]({ method, path }, () => {
            cancellation.abort(new CancelledError('SIGTERM'));
          });
        });
        objections.push(...found.map((objection) => `${name}: ${objection}`));
      }
      expect(objections).toEqual([]);
    },
  );
});
