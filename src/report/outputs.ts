import {
  agentsOf,
  buildsOf,
  secretSetsOf,
  type AgentRecord,
  type ReleaseRecord,
} from '../record/record.js';
import { plannedAgent } from '../plan/plan-agent.js';
import { imageOrBuildOf } from '../pipecat/agent-settings.js';
import type { Agent } from '../pipecat/answers.js';
import type { TeardownRecord } from '../record/teardown-record.js';
import type { Actions } from './actions.js';
import { buildIdOf, buildsOutput } from './build-outputs.js';
import { planOutput } from './plan-output.js';
import { teardownPlanOutput } from './teardown.js';

/**
 * The outputs of action.yml, in the same order; a test compares the two. They are also set on failure,
 * as far as the run got; an output that it did not reach is an empty string.
 */
export const outputNames = [
  'secret-sets',
  'agents',
  'service-name',
  'deployment-id',
  'build-id',
  'builds',
  'region',
  'plan',
] as const;

export type Outputs = Readonly<Record<(typeof outputNames)[number], string>>;

export function outputsOf(record: ReleaseRecord): Outputs {
  return record.teardown === undefined
    ? outputsOfRelease(record)
    : { ...outputsOfRelease(record), ...outputsOfTeardown(record.teardown) };
}

function outputsOfTeardown({ plan, targets }: TeardownRecord): Partial<Outputs> {
  const sets = targets.flatMap(({ secretSets }) => secretSets);
  return {
    'secret-sets': JSON.stringify(
      sets.map(({ name, kind, region, outcome }) => ({
        name,
        kind,
        region,
        outcome,
        status: null,
        added: [],
        updated: [],
        pruned: [],
      })),
    ),
    agents: JSON.stringify(
      targets.map(({ agent: { name, region, outcome, stopped } }) => ({
        name,
        region,
        outcome,
        deploymentId: null,
        ready: false,
        image: null,
        previous: null,
        smokeTest: null,
        sessionsOnOlder: null,
        stoppedSessions: stopped.size,
      })),
    ),
    'service-name': targets[0]?.agent.name ?? '',
    region: targets[0]?.region ?? '',
    plan: teardownPlanOutput(plan),
  };
}

function outputsOfRelease(record: ReleaseRecord): Outputs {
  const { plan } = record;
  const secretSets = secretSetsOf(record);
  const agents = agentsOf(record);
  const builds = buildsOf(record);
  const [agent] = agents;
  return {
    'secret-sets': JSON.stringify(
      secretSets.map(({ name, kind, region, outcome, status, added, updated, pruned }) => ({
        name,
        kind,
        region,
        outcome,
        status,
        added,
        updated,
        pruned,
      })),
    ),
    agents: JSON.stringify(agents.map(agentOutput)),
    'service-name': agent?.name ?? '',
    'deployment-id': agent?.deploymentId ?? '',
    'build-id':
      builds.length === 0 ? ((agent && plannedAgent(agent.plan).buildId) ?? '') : buildIdOf(builds),
    builds: buildsOutput(builds),
    region: agent?.region ?? secretSets[0]?.region ?? plan?.targets[0]?.region ?? '',
    plan: plan === undefined ? '' : planOutput(plan),
  };
}

function agentOutput(agent: AgentRecord): Readonly<Record<string, unknown>> {
  const { name, region, outcome, deploymentId, ready, plan, smokeTest, sessionsOnOlder } = agent;
  return {
    name,
    region,
    outcome,
    deploymentId,
    ready,
    image: (isBack(outcome) ? plan.before?.settings : plannedAgent(plan))?.image ?? null,
    previous: previousOutput(plan.before),
    smokeTest: smokeTest && {
      outcome: smokeTest.outcome,
      sessionId: smokeTest.sessionId,
      deploymentId: smokeTest.deploymentId,
      startSeconds: smokeTest.startSeconds,
      coldStart: smokeTest.coldStart,
    },
    sessionsOnOlder: sessionsOnOlder?.count ?? null,
  };
}

/** Whether the deployment is that of a rollback. */
function isBack(outcome: AgentRecord['outcome']): boolean {
  return outcome === 'rolled-back';
}

/** What ran before, for a manual rollback: one of image and build, as far as the platform shows it. */
function previousOutput(before: Agent | undefined): {
  readonly image: string | null;
  readonly buildId: string | null;
  readonly deploymentId: string | null;
} | null {
  if (before === undefined) return null;
  const unknown = { image: null, buildId: null };
  const deploymentId = before.desiredDeploymentId ?? null;
  return { ...unknown, ...imageOrBuildOf(before.settings), deploymentId };
}

export function setOutputs(actions: Actions, outputs: Outputs): void {
  for (const name of outputNames) actions.setOutput(name, outputs[name]);
}
