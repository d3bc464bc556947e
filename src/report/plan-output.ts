import type { SettingChange } from '../plan/agent-changes.js';
import { planRollBack, unrestoredSentences } from '../plan/roll-back.js';
import type { SmokeTestSettings } from '../plan/settings.js';
import type { AgentPlan, BuildPlan, Plan, SecretSetPlan } from '../plan/plan.js';

/** The plan as JSON for later steps, field by field, because a plan also contains secret values. */
export function planOutput(plan: Plan): string {
  return JSON.stringify({
    rollout: plan.rollout,
    regions: plan.targets.map(({ region, secretSets, build, agent }) => ({
      region,
      secretSets: secretSets.map(setOutput),
      build: build === undefined ? null : buildOutput(build),
      agent: agent === undefined ? null : agentOutput(agent, secretSets),
    })),
  });
}

function setOutput(set: SecretSetPlan): Readonly<Record<string, unknown>> {
  return {
    name: set.name,
    kind: set.kind,
    action: set.action,
    added: set.addedKeys,
    updated: set.updatedKeys,
    pruned: set.prunedKeys,
    deletedVersions: set.deletedVersions ?? null,
    otherAgents: set.otherAgents ?? null,
  };
}

function buildOutput({ found, context }: BuildPlan): Readonly<Record<string, unknown>> {
  return {
    action: found === undefined ? 'build' : found.status === 'success' ? 'reuse' : 'await',
    id: found?.id ?? null,
    dockerfile: context.dockerfile,
    contextHash: context.hash,
  };
}

function agentOutput(
  agent: AgentPlan,
  secretSets: readonly SecretSetPlan[],
): Readonly<Record<string, unknown>> {
  return {
    name: agent.name,
    action: agent.action,
    changes: agent.changes.map(changeOutput),
    hidden: agent.hidden,
    newDeployment: agent.newDeployment,
    smokeTest: agent.smokeTest === undefined ? null : smokeTestOutput(agent.smokeTest),
    drainTimeout: agent.drainTimeout === undefined ? null : agent.drainTimeout / 1000,
    rollBack: agent.onFailure === 'rollback' ? rollBackOutput(agent, secretSets) : null,
  };
}

/** Times in seconds, as the inputs have them; neither the key nor the body. */
function smokeTestOutput(smokeTest: SmokeTestSettings): Readonly<Record<string, unknown>> {
  const { transport, path, body, duration, timeout } = smokeTest;
  return {
    transport: transport ?? null,
    path: path === undefined ? null : `/${path}`,
    hasBody: body !== undefined,
    duration: duration / 1000,
    timeout: timeout / 1000,
  };
}

function changeOutput({ setting, before, after }: SettingChange): SettingChangeOutput {
  return { setting, before: before ?? null, after: after ?? null };
}

interface SettingChangeOutput {
  readonly setting: string;
  readonly before: string | null;
  readonly after: string | null;
}

function rollBackOutput(
  agent: AgentPlan,
  secretSets: readonly SecretSetPlan[],
): Readonly<Record<string, unknown>> {
  const plan = planRollBack(agent, secretSets);
  return { changes: plan.changes.map(changeOutput), unrestored: unrestoredSentences(plan) };
}
