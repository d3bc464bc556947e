import { planRollBack } from '../plan/roll-back.js';
import type { SmokeTestSettings } from '../plan/settings.js';
import type { AgentPlan, BuildPlan, Plan, SecretSetPlan } from '../plan/plan.js';
import type { Removal, TeardownPlan } from '../plan/teardown-plan.js';

/** JSON in which undefined fields are null. */
export function jsonWithNulls(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) => field ?? null);
}

/** The plan as JSON for later steps, field by field, because a plan also contains secret values. */
export function planOutput({ rollout, targets }: Plan): string {
  return jsonWithNulls({
    rollout,
    regions: targets.map(({ region, secretSets, build, agent }) => ({
      region,
      secretSets: secretSets.map(setOutput),
      build: build && buildOutput(build),
      agent: agent && agentOutput(agent, secretSets),
    })),
  });
}

function setOutput(set: SecretSetPlan) {
  return {
    name: set.name,
    kind: set.kind,
    action: set.action,
    added: set.addedKeys,
    updated: set.updatedKeys,
    pruned: set.prunedKeys,
    deletedVersions: set.deletedVersions,
    otherAgents: set.otherAgents,
  };
}

function buildOutput({ found, context }: BuildPlan) {
  return {
    action: found === undefined ? 'build' : found.status === 'success' ? 'reuse' : 'await',
    id: found?.id,
    dockerfile: context.dockerfile,
    contextHash: context.hash,
  };
}

function agentOutput(agent: AgentPlan, secretSets: readonly SecretSetPlan[]) {
  const { smokeTest, drainTimeout } = agent;
  return {
    name: agent.name,
    action: agent.action,
    changes: agent.changes,
    hidden: agent.hidden,
    newDeployment: agent.newDeployment,
    smokeTest: smokeTest && smokeTestOutput(smokeTest),
    drainTimeout: drainTimeout && drainTimeout / 1000,
    rollBack: agent.onFailure === 'rollback' ? rollBackOutput(agent, secretSets) : null,
  };
}

/** Times in seconds, as the inputs have them; neither the key nor the body. */
function smokeTestOutput({ transport, path, body, duration, timeout }: SmokeTestSettings) {
  return {
    transport,
    path: path === undefined ? null : `/${path}`,
    hasBody: body !== undefined,
    duration: duration / 1000,
    timeout: timeout / 1000,
  };
}

function rollBackOutput(agent: AgentPlan, secretSets: readonly SecretSetPlan[]) {
  const { changes, unrestored } = planRollBack(agent, secretSets);
  return { changes, unrestored };
}

/** The plan of a teardown as JSON for later steps. */
export function teardownPlanOutput({ preview, targets }: TeardownPlan): string {
  return JSON.stringify({
    teardown: true,
    pullRequest: preview.pullRequest,
    regions: targets.map(({ region, agent, secretSets }) => ({
      region,
      agent: {
        name: agent.name,
        action: agent.removal.action,
        sessions: agent.sessions,
        ...keptOutput(agent.removal),
      },
      secretSets: secretSets.map(({ name, kind, removal }) => ({
        name,
        kind,
        action: removal.action,
        ...keptOutput(removal),
      })),
    })),
  });
}

function keptOutput(removal: Removal) {
  if (removal.action !== 'keep') return {};
  const { kept } = removal;
  return {
    because: kept.because,
    ...('agents' in kept ? { otherAgents: kept.agents } : {}),
  };
}
