import type { EmulatorScript, EmulatorState } from '../../../emulator/index.js';
import { credentials, Stage, type ReleaseOutcome } from '../../support/release-run.js';

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

/** The result of a teardown with a fault or a cancellation, and of a second one without. */
export interface TeardownOutcome {
  /** Empty if both reports are correct, and nothing of the preview is left. */
  readonly objections: readonly string[];
  /** Whether the first teardown succeeded. */
  readonly isDoneAtOnce: boolean;
}

/** Tears a preview down as scheduled, and then once more without faults. */
export async function tearDownTwice(
  credential: keyof typeof credentials,
  schedule: (script: EmulatorScript, cancellation: AbortController) => void,
): Promise<TeardownOutcome> {
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
    return { objections, isDoneAtOnce: first.succeeded };
  } finally {
    await stage.close();
  }
}

/** A request of a teardown, with the ids of sessions replaced. */
export interface TeardownRequest {
  readonly method: string;
  readonly path: RegExp;
  readonly name: string;
}

/** The requests of a teardown without faults. */
export async function requestsOfTeardown(
  credential: keyof typeof credentials,
): Promise<TeardownRequest[]> {
  const stage = await Stage.open();
  try {
    prepare(stage);
    await stage.release({ ...credentials[credential], ...inputs });
    const made = new Map(
      stage.emulator.requests.map(({ method, path }) => {
        const pattern = path.replace(/\/sessions\/[^/]+$/, '/sessions/[^/]+');
        const name = `${method} ${pattern.replace('[^/]+', '{id}')}`;
        return [name, { method, path: new RegExp(`^${pattern}$`) }];
      }),
    );
    return [...made].map(([name, request]) => ({ name, ...request }));
  } finally {
    await stage.close();
  }
}
