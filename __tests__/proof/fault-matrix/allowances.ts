import type { Column } from './faults.js';
import type { MadeRequest } from './made-requests.js';
import type { Scenario } from './scenarios.js';

/** What a release may additionally make, because the platform cannot recognize a repeated request. */
export interface Allowance {
  /** The cases that it applies to. */
  readonly title: string;
  /** The additional result, as a cell shows it. */
  readonly outcome: string;
  readonly reason: string;
  readonly isFor: (scenario: Scenario, request: MadeRequest, column: Column) => boolean;
  readonly deployments: number;
  /** Where the release builds. */
  readonly builds: number;
}

const straggles = ({ fault }: Column): boolean => fault.kind === 'straggle';

/** The only cases in which more is made than was requested. */
export const allowances: readonly Allowance[] = [
  {
    title: 'a straggling update of an agent',
    outcome: 'one more deployment',
    reason:
      'Each update that asks for a new deployment gets one. No status check could find the first one, because it did not exist yet, and the platform accepts no idempotency key. The newer one is serving, with the newest values.',
    isFor: ({ occasion }, { phase }, column) =>
      straggles(column) && phase === 'deploy' && occasion === 'update',
    deployments: 2,
    builds: 1,
  },
  {
    title: 'a straggling start of a build',
    outcome: 'one more build',
    reason:
      'The platform reuses only builds that succeeded. The agent runs one of the two builds, and both have the same context.',
    isFor: (_scenario, { path }, column) => straggles(column) && path.endsWith('/builds'),
    deployments: 1,
    builds: 2,
  },
];

/** The allowance for a case, if any. */
export function allowanceFor(
  scenario: Scenario,
  request: MadeRequest,
  column: Column,
): Allowance | undefined {
  return allowances.find(({ isFor }) => isFor(scenario, request, column));
}

/** The exact number of deployments and builds that a release must make. */
export function due(
  scenario: Scenario,
  allowance: Allowance | undefined,
): { readonly deployments: number; readonly builds: number } {
  const { deployments, builds } = allowance ?? { deployments: 1, builds: 1 };
  return { deployments, builds: scenario.given.agent.image === undefined ? builds : 0 };
}
