import type { Emulator, EmulatorScript, LoggedRequest } from '../../../emulator/index.js';
import { Stage } from '../../support/release-run.js';
import { beforeRelease, judgeLanding, untruths, type Before, type Told } from './landed.js';
import { allowanceFor, due } from './allowances.js';
import type { Column } from './faults.js';
import { ofTheKind, type MadeRequest } from './made-requests.js';
import type { Scenario } from './scenarios.js';

/** Milliseconds: enough for repeated status checks, but not more, because each one takes time. */
const delays = { secretSetDelay: 1250, deploymentDelay: 1000, buildDelay: 1500 } as const;

/** The result of one release. */
export interface Outcome {
  /** Objections; empty if it landed exactly once. */
  readonly objections: readonly string[];
  readonly requests: readonly LoggedRequest[];
}

/** One request of a release, and its fault. */
export interface Trial {
  readonly request: MadeRequest;
  readonly column: Column;
  /** The requests of the same release without a fault. */
  readonly undisturbed: readonly LoggedRequest[];
}

/** A finished release whose stage still exists. */
export interface Ended {
  readonly emulator: Emulator;
  readonly before: Before;
  readonly told: Told;
  /** The reported errors. */
  readonly errors: readonly string[];
  readonly log: readonly string[];
}

/** Runs a release on a new stage, and checks it before the stage is closed. */
export async function onStage<Result>(
  { prepare, given, inputs }: Scenario,
  environment: Readonly<Record<string, string>>,
  schedule: (script: EmulatorScript) => void,
  look: (ended: Ended) => Result,
): Promise<Result> {
  const stage = await Stage.open(delays);
  try {
    const { emulator } = stage;
    prepare(emulator.seed);
    const before = beforeRelease(emulator.state, given.agent.name);
    schedule(emulator.script);
    const { succeeded, actions, secretSets, agents } = await stage.release(inputs, { environment });
    const warnsOfLostSession = actions.warnings.some((text) =>
      text.includes('nobody can identify'),
    );
    const told = { succeeded, outputs: actions.outputs, secretSets, agents, warnsOfLostSession };
    const errors = actions.errors.map(({ message }) => message);
    return look({ emulator, before, told, errors, log: actions.log });
  } finally {
    await stage.close();
  }
}

/** Runs a release, with a fault if there is one, and checks the final state. */
export function runScenario(
  scenario: Scenario,
  environment: Readonly<Record<string, string>>,
  trial?: Trial,
): Promise<Outcome> {
  const schedule = (script: EmulatorScript): void => {
    if (trial === undefined) return;
    const { request, column } = trial;
    script.fault(request.match, column.fault, { skip: request.skip });
  };
  return onStage(scenario, environment, schedule, ({ emulator, before, told, errors, log }) => {
    const { state, requests } = emulator;
    const { shortfalls, deployments, builds } = judgeLanding(state, scenario.given, before);
    const allowance = trial && allowanceFor(scenario, trial.request, trial.column);
    const expected = due(scenario, allowance);
    return {
      objections: [
        ...shortfalls,
        ...miscount('deployments', deployments, expected.deployments),
        ...miscount('builds', builds, expected.builds),
        ...untruths(state, told, scenario.given, before),
        ...errors.map((message) => `it says: ${message}`),
        ...(trial === undefined ? [] : objectionsToRequests(trial, requests, log)),
      ],
      requests,
    };
  });
}

function miscount(what: string, made: number, expected: number): string[] {
  return made === expected ? [] : [`${what} that were made: ${made} instead of ${expected}`];
}

/** How often the release sent a request. Equal requests count together. */
export function timesSent(
  { request, undisturbed }: Trial,
  requests: readonly LoggedRequest[],
): number {
  return 1 + ofTheKind(requests, request).length - ofTheKind(undisturbed, request).length;
}

/** Texts in the log if a request is sent again, or if its response was useless. */
const anotherAttempt = /: attempt \d+ of \d+|Status check failed/;

function objectionsToRequests(
  trial: Trial,
  requests: readonly LoggedRequest[],
  log: readonly string[],
): string[] {
  const { request, column } = trial;
  const same = ofTheKind(requests, request);
  const spoilt = same[request.skip];
  const spoiltAtAll = requests.filter(({ fault }) => fault !== undefined);
  if (spoilt?.fault !== column.fault.kind || spoiltAtAll.length !== 1) {
    return ['the fault has not come, or not to this request'];
  }
  const next = same[request.skip + 1];
  const earliest = column.notBefore?.(spoilt.receivedAt);
  const isEarly = earliest !== undefined && next !== undefined && next.receivedAt < earliest;
  const isSentAgain =
    log.some((line) => anotherAttempt.test(line)) ||
    (request.isWrite && timesSent(trial, requests) > 1);
  return [
    ...(isEarly ? [`it came again ${earliest - next.receivedAt} ms before it was asked to`] : []),
    ...(column.isAnswered === true && isSentAgain
      ? ['something was sent again that was answered']
      : []),
  ];
}
