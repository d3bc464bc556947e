import { isWritten } from '../plan/plan-secret-sets.js';
import type { AgentPlan, Plan, SecretSetPlan } from '../plan/plan.js';
import type { StepName } from '../record/record.js';

/** The steps of a release after the preflight. */
export function stepsOf({ targets }: Plan): StepName[] {
  const sets = targets.flatMap(({ secretSets }) => secretSets);
  const agents = targets.map(({ agent }) => agent).filter((agent) => agent !== undefined);
  const steps: (StepName | undefined)[] = [
    sets.some(isWritten) ? 'provision' : undefined,
    sets.some(isAwaited) ? 'readiness' : undefined,
    targets.some(({ build }) => build !== undefined) ? 'build' : undefined,
    agents.length > 0 ? 'deploy' : undefined,
    agents.some(({ waitForReady }) => waitForReady) ? 'rollout' : undefined,
    agents.some(({ smokeTest }) => smokeTest !== undefined) ? 'smoke-test' : undefined,
    agents.some(isDrained) ? 'drain' : undefined,
    sets.some(isPruned) ? 'prune' : undefined,
    sets.some(mayDeleteVersions) ? 'clean-up' : undefined,
  ];
  return steps.filter((step) => step !== undefined);
}

/** A set that is only bound may still be provisioning, because somebody else wrote it. */
export function isAwaited({ action, status }: SecretSetPlan): boolean {
  return action !== 'bind' || status === 'pending' || status === 'unknown';
}

/** A new agent has no older deployment. */
export function isDrained({ drainTimeout, action }: AgentPlan): boolean {
  return drainTimeout !== undefined && action === 'update';
}

export function isPruned({ prunedKeys }: SecretSetPlan): boolean {
  return prunedKeys.length > 0;
}

export function mayDeleteVersions({ olderVersions, keepVersions }: SecretSetPlan): boolean {
  return olderVersions.length > keepVersions;
}
