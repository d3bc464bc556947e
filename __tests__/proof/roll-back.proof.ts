import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import pLimit from 'p-limit';
import type { Emulator, Fault } from '../../emulator/index.js';
import { CancelledError } from '../../src/time/cancellation.js';
import { credentials, Stage, type ReleaseOutcome } from '../support/release-run.js';

const older = 'ghcr.io/acme/voice:1.0.0';
const newer = 'ghcr.io/acme/voice:2.0.0';
const regions = ['us-west', 'eu-central'] as const;
const nameIn = (region: string): string => `voice-${region}`;

const faults: Readonly<Record<string, Fault>> = {
  'a server error': { kind: 'status', status: 500 },
  'a gateway that gave up': { kind: 'status', status: 504, carryOut: true },
  'too many requests': { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
  'a conflict': { kind: 'status', status: 409, body: { error: 'Not ready.', code: '409' } },
  'a reset': { kind: 'reset' },
  'a reset after it was carried out': { kind: 'reset', carryOut: true },
  'an answer that is cut off': { kind: 'cut-off' },
  'HTML instead of JSON': { kind: 'not-json', carryOut: true },
  'no answer': { kind: 'hang' },
  'no answer although it was carried out': { kind: 'hang', carryOut: true },
};

/** Concurrent releases, so that some continue while others wait for a request that hangs. */
const atOnce = 8;

/** A release whose second region crashes, so that both are rolled back. */
async function rollBack(
  credential: keyof typeof credentials,
  prepare: (stage: Stage) => void,
  cancellation = new AbortController(),
): Promise<{ readonly stage: Stage; readonly outcome: ReleaseOutcome; readonly requests: number }> {
  const stage = await Stage.open({ deploymentDelay: 100, secretSetDelay: 100 });
  for (const region of regions)
    stage.emulator.seed.agent({ name: nameIn(region), region, image: older });
  stage.emulator.script.deployment(nameIn('eu-central'), { outcome: 'crash-loop' });
  prepare(stage);
  const outcome = await stage.release(
    {
      ...credentials[credential],
      'agent-name': 'voice-{region}',
      region: regions.join(', '),
      image: newer,
      'on-failure': 'rollback',
      'wait-timeout': '120',
    },
    { cancellation: cancellation.signal },
  );
  return { stage, outcome, requests: stage.emulator.requests.length };
}

/** Contradictions between the report and the platform. */
function untruths({ state }: Emulator, { succeeded, agents, actions }: ReleaseOutcome): string[] {
  const isRollBack = agents.some(({ outcome }) => outcome === 'rolled-back');
  return [
    ...(succeeded && state.serving(nameIn('eu-central'))?.image !== newer
      ? ['green without a release']
      : []),
    ...(isRollBack && actions.errors.length !== 1 ? ['a rollback without its one error'] : []),
    ...agents.flatMap(({ name, outcome, ready, deploymentId }) => {
      const agent = state.agent(String(name));
      const serving = state.serving(String(name));
      if (outcome !== 'rolled-back') return [];
      return [
        ...(serving?.image === older ? [] : [`${String(name)} is not back`]),
        ...(ready === true && agent?.ready === true ? [] : [`${String(name)} is not ready`]),
        ...(deploymentId === agent?.desiredDeploymentId ? [] : [`${String(name)}: another id`]),
      ];
    }),
  ];
}

describe.each(['API key', 'token'] as const)('a rollback with the credential %s', (credential) => {
  test('is reported correctly for every fault of every request', async () => {
    const { stage, requests } = await rollBack(credential, () => undefined);
    await stage.close();
    const trials = Array.from({ length: requests }, (_, number) =>
      Object.entries(faults).map(([name, fault]) => ({ number, name, fault })),
    ).flat();
    let back = 0;
    const wrong = await pLimit(atOnce).map(trials, async ({ number, name, fault }) => {
      const run = await rollBack(credential, ({ emulator }) => {
        emulator.script.fault({}, fault, { skip: number });
      });
      const found = untruths(run.stage.emulator, run.outcome);
      if (run.outcome.agents.every(({ outcome }) => outcome === 'rolled-back')) back++;
      await run.stage.close();
      return found.map((one) => `request ${number}, ${name}: ${one}`);
    });
    expect(wrong.flat()).toEqual([]);
    // One fault cannot stop a rollback, unless the response is final.
    expect(back / (requests * Object.keys(faults).length)).toBeGreaterThan(0.85);
  });

  test('is reported correctly after many faults, and if its own deployment fails', async () => {
    const sequences = fc.record({
      faults: fc.array(
        fc.record({ fault: fc.constantFrom(...Object.values(faults)), skip: fc.nat(40) }),
        { minLength: 2, maxLength: 8 },
      ),
      // For the first region: the release and, if that is ready, the rollback.
      outcomes: fc.array(fc.constantFrom('ready', 'crash-loop', 'stuck', 'single-restart'), {
        maxLength: 2,
      }),
      isSuperseded: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(sequences, async ({ faults: all, outcomes, isSuperseded }) => {
        const { stage, outcome } = await rollBack(credential, ({ emulator: { script } }) => {
          for (const one of outcomes) script.deployment(nameIn('us-west'), { outcome: one });
          for (const { fault, skip } of all) script.fault({}, fault, { skip });
          if (isSuperseded) {
            script.after({ method: 'POST' }, () => {
              script.after({ method: 'GET' }, () => script.supersede(nameIn('us-west')));
            });
          }
        });
        const found = untruths(stage.emulator, outcome);
        await stage.close();
        expect(found).toEqual([]);
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  test.each(['as it comes', 'once it is carried out', 'while it hangs'] as const)(
    'that is cancelled at any request ends soon, starts no further work and is reported correctly: %s',
    async (moment) => {
      const { stage, requests } = await rollBack(credential, () => undefined);
      await stage.close();
      const numbers = Array.from({ length: requests }, (_, number) => number);
      const wrong = await pLimit(atOnce).map(numbers, async (number) => {
        const cancellation = new AbortController();
        let cancelledAt = Infinity;
        let writesBefore = 0;
        const writesOf = (emulator: Emulator): number =>
          emulator.requests.filter(({ method }) => method !== 'GET').length;
        const run = await rollBack(
          credential,
          ({ emulator, clock }) => {
            if (moment === 'while it hangs')
              emulator.script.fault({}, { kind: 'hang' }, { skip: number });
            let left = number;
            const count = (): void => {
              if (left-- === 0) {
                cancelledAt = clock.now();
                writesBefore = writesOf(emulator);
                cancellation.abort(new CancelledError('SIGTERM'));
              } else next();
            };
            const next = (): void => {
              emulator.script[moment === 'once it is carried out' ? 'after' : 'before']({}, count);
            };
            next();
          },
          cancellation,
        );
        const { emulator, clock } = run.stage;
        const found = [
          ...untruths(emulator, run.outcome),
          ...(clock.now() - cancelledAt <= 2000 ? [] : ['it did not end soon']),
          // Requests at the same time as the cancelled one started before.
          ...(writesOf(emulator) <= writesBefore + 2 ? [] : ['something new was begun']),
        ];
        await run.stage.close();
        return found.map((one) => `request ${number}: ${one}`);
      });
      expect(wrong.flat()).toEqual([]);
    },
  );
});
