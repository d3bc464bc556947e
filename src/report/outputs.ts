import {
  agentsOf,
  buildsOf,
  secretSetsOf,
  type AgentRecord,
  type ReleaseRecord,
  type SecretSetRecord,
} from '../record/record.js';
import { plannedAgent } from '../plan/plan-agent.js';
import { imageOrBuildOf } from '../pipecat/agent-settings.js';
import type { Agent } from '../pipecat/answers.js';
import type { TeardownRecord } from '../record/teardown-record.js';
import type { Actions } from './actions.js';
import { buildIdOf, buildsOutput } from './build-outputs.js';
import { jsonWithNulls, planOutput, teardownPlanOutput } from './plan-output.js';

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

/** The fields of a set in the output, in order. */
const setFields: (keyof SecretSetRecord)[] = [
  'name',
  'kind',
  'region',
  'outcome',
  'status',
  'added',
  'updated',
  'pruned',
];

function outputsOfTeardown({ plan, targets }: TeardownRecord): Partial<Outputs> {
  const unwritten = { status: null, added: [], updated: [], pruned: [] };
  const sets = targets.flatMap(({ secretSets }) => secretSets);
  return {
    'secret-sets': JSON.stringify(
      sets.map((set) => ({ ...set, ...unwritten })),
      setFields,
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
    'secret-sets': JSON.stringify(secretSets, setFields),
    agents: jsonWithNulls(agents.map(agentOutput)),
    'service-name': agent?.name ?? '',
    'deployment-id': agent?.deploymentId ?? '',
    'build-id':
      builds.length === 0 ? ((agent && plannedAgent(agent.plan).buildId) ?? '') : buildIdOf(builds),
    builds: buildsOutput(builds),
    region: agent?.region ?? secretSets[0]?.region ?? plan?.targets[0]?.region ?? '',
    plan: plan === undefined ? '' : planOutput(plan),
  };
}

function agentOutput(agent: AgentRecord) {
  const { name, region, outcome, deploymentId, ready, plan, smokeTest, sessionsOnOlder } = agent;
  const { before } = plan;
  return {
    name,
    region,
    outcome,
    deploymentId,
    ready,
    image: (outcome === 'rolled-back' ? before?.settings : plannedAgent(plan))?.image,
    previous: before && previousOutput(before),
    smokeTest,
    sessionsOnOlder: sessionsOnOlder?.count,
  };
}

/** What ran before, for a manual rollback: one of image and build, as far as the platform shows it. */
function previousOutput({ settings, desiredDeploymentId: deploymentId }: Agent) {
  return { image: null, buildId: null, ...imageOrBuildOf(settings), deploymentId };
}

export function setOutputs(actions: Actions, outputs: Outputs): void {
  for (const name of outputNames) actions.setOutput(name, outputs[name]);
}
