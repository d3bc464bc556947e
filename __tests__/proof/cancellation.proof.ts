import { describe, expect, test } from '@jest/globals';
import { CancelledError } from '../../src/time/cancellation.js';
import type { Emulator, LoggedRequest } from '../../emulator/index.js';
import { checkoutForEachTest } from '../support/checkout.js';
import { credentials, Stage, type ReleaseOutcome } from '../support/release-run.js';

/** Milliseconds within which a cancelled run must end. */
const longestEnding = 2000;

const checkout = checkoutForEachTest();

const voice = {
  'agent-name': 'voice',
  region: 'us-west',
  'secret-set': 'voice-keys',
  secrets: 'A_KEY=first-value\nB_KEY=second-value',
  image: 'ghcr.io/acme/voice:2.0.0',
};

/** The inputs of a release, and of the release before it, if any. */
const releases: Readonly<
  Record<string, { inputs: Record<string, string>; before?: Record<string, string> }>
> = {
  'an image for the first time': {
    inputs: {
      ...voice,
      'image-credentials': 'registry',
      registry: 'ghcr.io',
      'registry-username': 'octocat',
      'registry-password': 'registry-password',
    },
  },
  'another image and other values': {
    inputs: { ...voice, 'prune-secrets': 'true' },
    before: { ...voice, image: 'ghcr.io/acme/voice:1.0.0', secrets: 'A_KEY=old\nC_KEY=older' },
  },
  'an image that a session tests, and waits for old sessions': {
    inputs: {
      ...voice,
      'smoke-test': 'true',
      'public-api-key': 'pk_emulator',
      'smoke-test-duration': '1',
      'wait-for-drain': 'true',
    },
    before: { ...voice, image: 'ghcr.io/acme/voice:1.0.0' },
  },
  'a build': { inputs: { ...without(voice, 'image'), 'cloud-build': 'true' } },
  'versions of its secrets in two regions': {
    inputs: {
      ...voice,
      region: 'us-west, us-east',
      'agent-name': 'voice-{region}',
      'secret-set': 'keys-{region}-{version}',
    },
  },
};

function without(inputs: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).filter(([other]) => other !== name));
}

const moments = ['as it comes', 'once it is carried out', 'while it hangs'] as const;
type Moment = (typeof moments)[number];

interface Cancelled {
  readonly outcome: ReleaseOutcome;
  /** Milliseconds from the cancellation to the end. */
  readonly took: number;
  /** Requests after the cancellation. */
  readonly later: readonly LoggedRequest[];
}

/** Runs a release and cancels it at the request with this number, from 0. */
async function cancelAt(
  stage: Stage,
  inputs: Readonly<Record<string, string>>,
  number: number,
  moment: Moment,
): Promise<Cancelled> {
  const { emulator, clock } = stage;
  const cancellation = new AbortController();
  let cancelledAt = 0;
  let known: readonly LoggedRequest[] = [];
  if (moment === 'while it hangs') emulator.script.fault({}, { kind: 'hang' }, { skip: number });
  atRequest(emulator, moment === 'once it is carried out' ? 'after' : 'before', number, () => {
    cancelledAt = clock.now();
    known = [...emulator.requests];
    cancellation.abort(new CancelledError('SIGTERM'));
  });
  const outcome = await stage.release(inputs, {
    environment: checkout.environment,
    cancellation: cancellation.signal,
  });
  const later = emulator.requests.filter((request) => !known.includes(request));
  return { outcome, took: clock.now() - cancelledAt, later };
}

function atRequest(
  { script }: Pick<Emulator, 'script'>,
  when: 'before' | 'after',
  number: number,
  action: () => void,
): void {
  script[when]({}, () => {
    if (number === 0) action();
    else atRequest({ script }, when, number - 1, action);
  });
}

/** Numbers of the requests to cancel at. Of repeated status checks, only a few. */
function tellingNumbers(requests: readonly LoggedRequest[]): number[] {
  const ways = requests.map(({ method, path }) => `${method} ${path}`);
  return ways.flatMap((way, number) => {
    const earlier = ways.slice(0, number).filter((other) => other === way).length;
    const isLast = !ways.slice(number + 1).includes(way);
    return earlier < 2 || isLast ? [number] : [];
  });
}

/** With a token, only writes of sets and updates of agents differ. */
const withToken = ['another image and other values', 'versions of its secrets in two regions'];

describe.each(Object.entries(credentials))(
  'with %s, a run that is cancelled',
  (kind, credential) => {
    const cases = Object.entries(releases).filter(
      ([name]) => kind !== 'token' || withToken.includes(name),
    );
    describe.each(cases)('while it releases %s', (_name, { inputs, before }) => {
      const release = { ...credential, ...inputs };

      async function open(): Promise<Stage> {
        const stage = await Stage.open();
        if (before !== undefined) {
          const { succeeded } = await stage.release({ ...credential, ...before });
          expect(succeeded).toBe(true);
        }
        return stage;
      }

      test.each(moments)('at any request, %s', async (moment) => {
        const untouched = await open();
        const known = untouched.emulator.requests.length;
        const { succeeded } = await untouched.release(release, {
          environment: checkout.environment,
        });
        expect(succeeded).toBe(true);
        const numbers = tellingNumbers(untouched.emulator.requests.slice(known));
        await untouched.close();

        for (const number of numbers) {
          const stage = await open();
          try {
            const { outcome, took, later } = await cancelAt(stage, release, number, moment);
            const where = `request ${number}`;
            const told = { where, isInTime: took <= longestEnding, begun: begunOf(later, inputs) };
            expect(told).toEqual({ where, isInTime: true, begun: [] });
            expectSessionsStopped(stage.emulator, outcome, where);
            // A session that could not be stopped ends at the session limit.
            stage.clock.pass(2 * 60 * 60 * 1000);
            expectTold(outcome);
            expect(checkout.leftovers()).toEqual([]);
            const again = await stage.release(release, { environment: checkout.environment });
            expect({ where, errors: again.actions.errors }).toEqual({ where, errors: [] });
            expectReleased(stage.emulator, inputs);
          } finally {
            await stage.close();
          }
        }
      });
    });
  },
);

/**
 * Requests that were started too late. Of two regions, or of a set and a build, the other one may have sent its request at
 * the same moment.
 */
function begunOf(
  later: readonly LoggedRequest[],
  { region = '', 'cloud-build': cloudBuild }: Record<string, string>,
): string[] {
  const written = later
    .filter(({ method }) => method !== 'GET')
    // A session that was started is always stopped.
    .filter(({ method, path }) => !(method === 'DELETE' && path.includes('/sessions/')))
    .map(({ method, path }) => `${method} ${path}`);
  const atOnce = region.split(',').length + (cloudBuild === undefined ? 0 : 1);
  return written.slice(atOnce - 1);
}

/** No session keeps running, unless the run says that it could not stop it or does not know its id. */
function expectSessionsStopped(
  { state }: Emulator,
  { actions }: ReleaseOutcome,
  where: string,
): void {
  const running = state.sessions().filter(({ isActive }) => isActive).length;
  const isSaid = actions.warnings.some((text) =>
    /Could not stop the session|nobody can identify/.test(text),
  );
  expect({ where, running: isSaid ? 0 : running }).toEqual({ where, running: 0 });
}

function expectTold({ succeeded, actions, agents, secretSets }: ReleaseOutcome): void {
  expect(succeeded).toBe(false);
  expect(actions.errors.map(({ title }) => title)).toEqual(['The run was cancelled']);
  expect(actions.summary).toMatch(/^## ❌ The run was cancelled$/m);
  for (const part of ['Done', 'Still running', 'Not started', 'What to do:']) {
    expect(actions.summary).toContain(`**${part}**`);
  }
  expect(actions.summary).not.toContain('❌ failed');
  expect(Object.keys(actions.outputs)).toContain('plan');
  expect([...agents, ...secretSets].map(({ outcome }) => outcome)).not.toContain('failed');
}

/** The agents run what was released, even if an earlier run stopped halfway. */
function expectReleased(
  { state }: Emulator,
  { region = '', image }: Readonly<Record<string, string>>,
): void {
  const regions = region.split(', ');
  expect(state.agents()).toHaveLength(regions.length);
  for (const { name, ready, desiredDeploymentId } of state.agents()) {
    expect(ready).toBe(true);
    const serving = state.serving(name);
    expect(serving).toMatchObject({
      id: desiredDeploymentId,
      image,
      secretValues: { A_KEY: 'first-value', B_KEY: 'second-value' },
    });
  }
}
