import { listOf } from '../text/list.js';
import type { HiddenSetting, SettingChange } from '../plan/agent-changes.js';
import type { AgentPlan, BuildPlan, NewDeployment, Plan, SecretSetPlan } from '../plan/plan.js';
import type {
  AgentRecord,
  BuildRecord,
  ReleaseRecord,
  SecretSetRecord,
  SmokeTestRecord,
} from '../record/record.js';
import type { SmokeTestSettings } from '../plan/settings.js';
import { planRollBack } from '../plan/roll-back.js';
import { isVersioned } from '../plan/name-template.js';
import { counted, duration, joined, nonEmpty, type Texts } from './words.js';
import { secretSetKinds } from '../plan/subject.js';

/** What is done, or would be, in one region: sentences that quote names between backticks. */
export interface RegionChanges {
  readonly region: string;
  readonly changes: readonly string[];
}

/** Names in a sentence, if there is room. */
const usualNames = 40;

/** What a plan would do. */
export function plannedChanges({ targets }: Plan, maxNames = usualNames): RegionChanges[] {
  return targets.map(({ region, secretSets, build, agent }) => ({
    region,
    changes: nonEmpty([
      ...secretSets.map((set) => plannedSet(set, maxNames)),
      build && plannedBuild(build),
      agent && plannedAgent(agent),
      ...followingChanges(agent, secretSets, maxNames),
    ]),
  }));
}

/** What follows from the changes of a plan: deployments, tests, rollbacks, old versions, other agents. */
export function consequencesOf({ targets }: Plan, maxNames: number): RegionChanges[] {
  return targets.map(({ region, secretSets, agent }) => {
    // The table of changes has the keys that are deleted.
    const sets = secretSets.map((set) => ({ ...set, prunedKeys: [] }));
    const changes = nonEmpty([
      agent && newDeploymentOf(agent),
      ...followingChanges(agent, sets, maxNames),
    ]);
    return { region, changes };
  });
}

/** What a plan says about a new deployment in addition to the table of changes. */
function newDeploymentOf(agent: AgentPlan): string | undefined {
  if (!isAgentUnchanged(agent)) return plannedDeployment(agent.newDeployment);
  return agent.valuesChange ? plannedAgent(agent) : undefined;
}

/** What happens after a deploy, and to agents that are not deployed. */
function followingChanges(
  agent: AgentPlan | undefined,
  secretSets: readonly SecretSetPlan[],
  maxNames: number,
): Texts {
  return [
    ...(agent === undefined ? [] : [...provenBy(agent), plannedRollBack(agent, secretSets)]),
    ...secretSets.flatMap((set) => laterChanges(set, maxNames)),
    ...secretSets.map((set) => otherAgentsAffected(set, maxNames)),
  ];
}

/** What a release did. */
export function doneChanges({ targets }: ReleaseRecord, maxNames = usualNames): RegionChanges[] {
  return targets.map(({ region, secretSets, deletedVersions, build, agent }) => ({
    region,
    changes: nonEmpty([
      ...[...secretSets, ...deletedVersions].map((set) => doneSet(set, maxNames)),
      build && doneBuild(build),
      agent && doneAgent(agent),
      agent?.smokeTest && doneSmokeTest(agent.smokeTest),
    ]),
  }));
}

/** What a plan would change, counted by what happens to it; `nothing would change` if it leaves everything as it is. */
export function countOfChanges({ targets }: Plan): string {
  const sets = targets
    .flatMap(({ secretSets }) => secretSets)
    .filter((set) => !isSetUnchanged(set));
  const agents = targets.flatMap(({ agent }) =>
    agent === undefined || isAgentUnchanged(agent) ? [] : [agent],
  );
  const builds = targets.filter(({ build }) => build !== undefined && build.found === undefined);
  const isNew = ({ action }: SecretSetPlan | AgentPlan): boolean => action === 'create';
  const isOld = (one: SecretSetPlan | AgentPlan): boolean => !isNew(one);
  const parts = nonEmpty([
    countedAs('created', sets.filter(isNew), agents.filter(isNew)),
    countedAs('updated', sets.filter(isOld), agents.filter(isOld)),
    builds.length > 0 && `${counted(builds.length, 'image')} would be built`,
  ]);
  return parts.length === 0 ? 'nothing would change' : parts.join(', ');
}

function countedAs(
  what: string,
  { length: sets }: readonly unknown[],
  { length: agents }: readonly unknown[],
): string {
  const things = nonEmpty([
    sets > 0 && counted(sets, 'secret set'),
    agents > 0 && counted(agents, 'agent'),
  ]);
  return things.length === 0 ? '' : `${joined(things)} would be ${what}`;
}

function isSetUnchanged({ action, prunedKeys, deletedVersions = [] }: SecretSetPlan): boolean {
  return action === 'bind' && prunedKeys.length === 0 && deletedVersions.length === 0;
}

function plannedSet(plan: SecretSetPlan, maxNames: number): string {
  const { kind, name, action, template, addedKeys, updatedKeys } = plan;
  const what = `the ${secretSetKinds[kind]} \`${name}\``;
  const keys = keyList({ add: addedKeys, update: updatedKeys }, maxNames);
  if (action === 'bind' && plan.prunedKeys.length > 0) return `Prune ${what}.`;
  if (isVersioned(name)) {
    return `Create ${what}, unless there is one with these values${keys}.`;
  }
  if (action === 'bind') {
    return template === undefined
      ? `Keep ${what} unchanged.`
      : `Keep ${what} unchanged: it already has this content.`;
  }
  return `${action === 'create' ? 'Create' : 'Update'} ${what}${keys}.`;
}

const setVerbs: Readonly<Record<SecretSetRecord['outcome'], string>> = {
  created: 'Created',
  updated: 'Updated',
  existing: 'Unchanged:',
  deleted: 'Deleted',
  failed: 'Failed:',
  cancelled: 'Cancelled while writing:',
  skipped: 'Not written:',
};

function doneSet(
  { kind, name, outcome, added, updated, pruned }: SecretSetRecord,
  maxNames: number,
): string {
  const prunedKeys = pruned.length === 0 ? '' : `; pruned ${listOf(pruned, { most: maxNames })}`;
  const version = outcome === 'deleted' ? ', an older version that no agent binds' : '';
  return `${setVerbs[outcome]} the ${secretSetKinds[kind]} \`${name}\`${version}${keyList({ added, updated }, maxNames)}${prunedKeys}.`;
}

/** Names of keys, by a verb that says what happens to them. */
function keyList(keys: Readonly<Record<string, readonly string[]>>, maxNames: number): string {
  const parts = Object.entries(keys)
    .filter(([, names]) => names.length > 0)
    .map(([verb, names]) => `${verb} ${listOf(names, { most: maxNames })}`);
  return parts.length === 0 ? '' : `: ${parts.join('; ')}`;
}

function plannedBuild({ found, isKnown, context: { dockerfile, hash } }: BuildPlan): string {
  if (found !== undefined) {
    return found.status === 'success'
      ? `Reuse the build \`${found.id}\` of the same context.`
      : `Wait for the build \`${found.id}\` of the same context, which is running.`;
  }
  const what = `Build the image with \`${dockerfile}\` from the context \`${hash}\``;
  return isKnown ? `${what}, which was not built before.` : `${what}, unless it was built before.`;
}

const buildVerbs: Readonly<Record<BuildRecord['outcome'], string>> = {
  built: 'Built',
  reused: 'Reused, because it was built before:',
  failed: 'Failed to build:',
  running: 'Still running:',
  cancelled: 'Cancelled while starting:',
  skipped: 'Not built:',
};

function doneBuild({ outcome, id, plan: { context } }: BuildRecord): string {
  const what = `the image with \`${context.dockerfile}\` from the context \`${context.hash}\``;
  return `${buildVerbs[outcome]} ${what}${id === null ? '' : `, build \`${id}\``}.`;
}

function isAgentUnchanged({ changes, newDeployment }: AgentPlan): boolean {
  return changes.length === 0 && newDeployment.follows === 'no';
}

function plannedAgent(agent: AgentPlan): string {
  const { name, action, changes, hidden, newDeployment } = agent;
  if (isAgentUnchanged(agent)) {
    return agent.valuesChange
      ? `Keep the agent \`${name}\` unchanged, with the old values: \`force-redeploy\` is \`false\`.`
      : `Keep the agent \`${name}\` unchanged: nothing differs.`;
  }
  return `${action === 'create' ? 'Create' : 'Update'} the agent \`${name}\`${action === 'create' && agent.runsNewBuild ? ' with the new build' : ''}${changeList(changes, hidden)}. ${plannedDeployment(newDeployment)}`;
}

/** What `on-failure: rollback` would do. */
function plannedRollBack(
  agent: AgentPlan,
  secretSets: readonly SecretSetPlan[],
): string | undefined {
  if (agent.onFailure !== 'rollback' || isAgentUnchanged(agent)) return undefined;
  const plan = planRollBack(agent, secretSets);
  const sentences = nonEmpty([
    plan.settings &&
      `roll \`${agent.name}\` back with a new deployment${changeList(plan.changes, [])}.`,
    ...plan.unrestored,
  ]);
  return `If the release fails in any region, ${sentences.join(' ')}`;
}

const agentVerbs: Readonly<Record<AgentRecord['outcome'], string>> = {
  created: 'Created',
  updated: 'Updated',
  unchanged: 'Unchanged:',
  superseded: 'Superseded by another release:',
  'rolled-back': 'Rolled back:',
  failed: 'Failed to deploy:',
  cancelled: 'Cancelled while deploying:',
  skipped: 'Not deployed:',
};

function doneAgent({ name, outcome, plan, rollBack }: AgentRecord): string {
  const { changes, hidden, newDeployment } = plan;
  if (outcome === 'rolled-back' && rollBack !== undefined) {
    const sentences = [
      `${agentVerbs[outcome]} the agent \`${name}\`${changeList(rollBack.plan.changes, [])}.`,
      ...rollBack.plan.unrestored,
    ];
    return sentences.join(' ');
  }
  const told = outcome === 'unchanged' || outcome === 'skipped' ? '' : changeList(changes, hidden);
  const reason = outcome === 'updated' ? ` ${deploymentReasons[newDeployment.because].past}.` : '';
  return `${agentVerbs[outcome]} the agent \`${name}\`${told}.${reason}`;
}

function changeList(changes: readonly SettingChange[], hidden: readonly HiddenSetting[]): string {
  if (changes.length + hidden.length === 0) return '';
  const told = [
    ...changes.map(describeChange),
    ...hidden.map(({ setting, after }) => `${setting} (not shown) → \`${after}\``),
  ];
  return `: ${told.join(', ')}`;
}

/** A setting with what it was and will be. */
function describeChange({ setting, before, after }: SettingChange): string {
  const value = after === undefined ? 'a new build' : `\`${after}\``;
  return before === undefined ? `${setting} ${value}` : `${setting} \`${before}\` → ${value}`;
}

/** Why a new deployment follows or does not, for what is planned and for what was done. */
const deploymentReasons: Readonly<
  Record<NewDeployment['because'], { readonly reason: string; readonly past: string }>
> = {
  'agent-created': { reason: 'the agent is new', past: 'The agent was new' },
  forced: { reason: '`force-redeploy` asks for it', past: '`force-redeploy` asked for it' },
  'build-unknown': {
    reason: 'the action could not find out whether its context was built before',
    past: 'Its image may have been rebuilt',
  },
  'built-anew': { reason: 'its image is rebuilt', past: 'Its image was rebuilt' },
  'values-written': {
    reason: 'its secret set gets new values, which only a new deployment sees',
    past: 'Its secret set got new values',
  },
  'deployment-failed': {
    reason: 'its last deployment failed',
    past: 'Its last deployment had failed',
  },
  'settings-differ': { reason: 'settings differ', past: 'Settings differed' },
  'settings-hidden': {
    reason: 'the platform does not show all of its current settings',
    past: 'The platform did not show all of its settings',
  },
  'version-unknown': {
    reason: 'the version of its secret set is unknown without all values',
    past: 'The version of its secret set was unknown',
  },
  'scaling-only': {
    reason: 'only its scaling changes',
    past: 'Only its scaling changed, which makes no new deployment',
  },
  'nothing-differs': { reason: 'nothing differs', past: 'No visible setting differed' },
};

function plannedDeployment({ follows, because }: NewDeployment): string {
  return `${followWords[follows]}, because ${deploymentReasons[because].reason}.`;
}

const followWords: Readonly<Record<NewDeployment['follows'], string>> = {
  yes: 'A new deployment follows',
  no: 'No new deployment follows',
  unknown: 'It is unknown whether a new deployment follows',
};

/** How a release would test the agent, and what it would wait for after that. */
function provenBy({ name, action, smokeTest, drainTimeout }: AgentPlan): Texts {
  return [
    smokeTest && plannedSmokeTest(name, smokeTest),
    drainTimeout !== undefined &&
      action === 'update' &&
      `Then wait for at most ${duration(drainTimeout)} until no session of \`${name}\` runs on an older deployment.`,
  ];
}

function plannedSmokeTest(agent: string, settings: SmokeTestSettings): string {
  const { transport, path, duration: up, timeout } = settings;
  const how = transport === undefined ? '' : ` with the transport \`${transport}\``;
  const answers = path === undefined ? '' : `, and \`GET /${path}\` must answer 2xx`;
  return `Smoke test: start one session on \`${agent}\`${how}. It must stay up for ${duration(up)}${answers}, within ${duration(timeout)}.`;
}

const smokeTestWords: Readonly<Record<SmokeTestRecord['outcome'], string>> = {
  passed: 'passed',
  failed: 'failed',
  inconclusive: 'was inconclusive',
};

function doneSmokeTest(result: SmokeTestRecord): string {
  const { outcome, sessionId, startSeconds, coldStart } = result;
  const session = sessionId === null ? '' : ` with the session \`${sessionId}\``;
  const start =
    startSeconds === null || startSeconds < 1
      ? ''
      : `; its bot started after ${startSeconds} s${coldStart === true ? ' (cold start)' : ''}`;
  return `The smoke test ${smokeTestWords[outcome]}${session}${start}.`;
}

/** What the release does at its end. */
function laterChanges(
  { name, prunedKeys, deletedVersions = [] }: SecretSetPlan,
  maxNames: number,
): Texts {
  return [
    prunedKeys.length > 0 &&
      `Then delete from \`${name}\`: ${listOf(prunedKeys, { most: maxNames })}.`,
    deletedVersions.length > 0 &&
      `Then delete older versions that no agent binds: ${listOf(deletedVersions, { most: maxNames })}.`,
  ];
}

function otherAgentsAffected(
  { name, action, otherAgents = [] }: SecretSetPlan,
  maxNames: number,
): string | undefined {
  if (action !== 'update' || otherAgents.length === 0) return undefined;
  return `Also bound to \`${name}\`: ${listOf(otherAgents, { most: maxNames })}. Running instances keep the old values until they are redeployed; new instances may start with the new ones.`;
}
