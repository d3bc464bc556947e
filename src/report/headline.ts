import { listOf } from '../text/list.js';
import {
  agentsOf,
  type AgentRecord,
  type ReleaseRecord,
  type TargetRecord,
} from '../record/record.js';
import { countOfChanges } from './changes.js';
import type { Explanation } from './explain.js';
import {
  teardownFailureHeadline,
  teardownHeadline,
  teardownPlanHeadline,
  teardownTitle,
} from './teardown.js';
import { capital, joined } from './words.js';

/** More agents, regions or sets than this are counted rather than listed. */
const maxNamed = 3;

/** What a person reads first. */
export interface Headline {
  readonly mark: '✅' | '❌' | '↩️' | '📋';
  /** Names stand between backticks. */
  readonly text: string;
}

/** The result of the run, as the first line of its summary. */
export function headlineOf(record: ReleaseRecord, failures: readonly Explanation[]): Headline {
  const [failure, ...others] = failures;
  if (failure === undefined) return headlineOfSuccess(record);
  if (record.teardown !== undefined) {
    return { mark: '❌', text: teardownFailureHeadline(record.teardown, failedRegions(failures)) };
  }
  const rollBack = rollBackHeadline(record);
  if (rollBack !== undefined) return rollBack;
  const text =
    others.length > 0
      ? severalTitle(record, failures)
      : (agentHeadline(record, failure) ?? failureHeading(failure));
  return { mark: '❌', text };
}

function headlineOfSuccess(record: ReleaseRecord): Headline {
  const { kind, teardown } = record;
  switch (kind) {
    case 'offline-check':
      return {
        mark: '📋',
        text: 'Checked without a credential: inputs, files and names are valid',
      };
    case 'plan':
      return { mark: '📋', text: planned(record) };
    case 'teardown':
      return { mark: '✅', text: teardown ? teardownHeadline(teardown) : nothingToTearDown };
    case 'teardown-plan':
      return { mark: '📋', text: teardown ? teardownPlanHeadline(teardown) : nothingToTearDown };
    case 'release':
      return { mark: '✅', text: released(record) };
  }
}

const nothingToTearDown = 'Nothing to tear down';

/** What failed, as the title of the annotation: without names. */
export function titleOf(
  record: ReleaseRecord,
  failures: readonly [Explanation, ...Explanation[]],
): string {
  const title = failures.length === 1 ? failures[0].title : severalTitle(record, failures);
  const rollBack = rollBackTitle(record);
  return rollBack === undefined ? title : `${rollBack}: ${title}`;
}

/** What failed, and where. */
export function failureHeading({ title, subject }: Explanation): string {
  const where = subject === undefined ? '' : `: \`${subject.name}\` in \`${subject.region}\``;
  return `${title}${where}`;
}

/** The title if more than one thing failed. */
export function severalTitle(record: ReleaseRecord, failures: readonly Explanation[]): string {
  const failed = failedRegions(failures);
  const all = record.plan?.targets.length ?? 0;
  if (failures.some(({ kind }) => kind === 'cancelled')) {
    const [one] = failed;
    const where =
      all < 2
        ? ''
        : failed.size === 1 && one !== undefined
          ? ` in \`${one}\``
          : ` in ${failed.size} regions`;
    return `The run was cancelled after it had failed${where}`;
  }
  if (failures.every(({ kind }) => kind === 'not-pruned')) {
    return `The release is done, but ${failures.length} secret sets were not pruned`;
  }
  if (record.teardown !== undefined) return teardownTitle(record.teardown, failed.size);
  return all > 1 && failed.size > 0
    ? `The release failed in ${failed.size} of ${all} regions`
    : `The release failed for ${failures.length} reasons`;
}

/** The regions of failures. What is not about a region may be so in each of them. */
function failedRegions(failures: readonly Explanation[]): ReadonlySet<string> {
  return new Set(failures.flatMap(({ subject }) => subject?.region ?? []));
}

/** What a rollback means; undefined if there was none, or it was not finished. */
function rollBackTitle(record: ReleaseRecord): string | undefined {
  const outcomes = agentsOf(record).flatMap(({ rollBack }) => rollBack?.outcome ?? []);
  if (outcomes.length === 0 || outcomes.some((one) => one === 'running' || one === 'skipped'))
    return undefined;
  return outcomes.includes('failed') ? 'Not rolled back everywhere' : 'Rolled back';
}

/** The same with the names of the agents. */
function rollBackHeadline(record: ReleaseRecord): Headline | undefined {
  const title = rollBackTitle(record);
  if (title === undefined) return undefined;
  const agents = agentsOf(record).filter(({ rollBack }) => rollBack !== undefined);
  const failed = agents.filter(({ rollBack }) => rollBack?.outcome === 'failed');
  const named = failed.length > 0 ? failed : agents;
  const places = named.map(({ name, region }) => `\`${name}\` in \`${region}\``);
  return {
    mark: failed.length > 0 ? '❌' : '↩️',
    text: `${title}: ${namedOrCounted(places, 'agents')}`,
  };
}

function namedOrCounted(items: readonly string[], what: string): string {
  return items.length > maxNamed ? `${items.length} ${what}` : items.join(', ');
}

/** What a failure means for its agent; undefined if it is not about one that the release deploys. */
function agentHeadline(record: ReleaseRecord, { kind, subject }: Explanation): string | undefined {
  if (subject?.kind !== 'agent') return undefined;
  const agent = agentsOf(record).find(({ region }) => region === subject.region);
  if (
    agent === undefined ||
    (agent.isChanged && agent.deploymentId === null) ||
    agent.outcome === 'superseded' ||
    kind === 'smoke-test-key-refused' ||
    kind === 'drain-timeout'
  )
    return undefined;
  return `${whatBecameOf(agent, kind)}${otherRegions(record, agent)}`;
}

function whatBecameOf(agent: AgentRecord, kind: Explanation['kind']): string {
  const { name, region, ready, deploymentId, plan } = agent;
  const where = `in \`${region}\``;
  if (kind === 'smoke-test-failed' && ready) {
    return `\`${name}\` is serving ${where}, but failed its smoke test`;
  }
  if (plan.action === 'update') return `\`${name}\` was not updated ${where}`;
  return deploymentId === null
    ? `\`${name}\` was not created ${where}`
    : `\`${name}\` was created ${where} but is not serving`;
}

/** Which other regions were released, as the end of a headline. */
function otherRegions({ targets }: ReleaseRecord, failed: AgentRecord): string {
  const others = targets.filter(({ region }) => region !== failed.region);
  const done = others.filter(isReleased);
  const [first] = done;
  if (first === undefined) return '';
  if (done.length < others.length) {
    return `; ${done.length} of ${others.length} other regions ${done.length === 1 ? 'was' : 'were'} released`;
  }
  return done.length === 1
    ? `; \`${first.region}\` was released`
    : `; the other ${done.length} regions were released`;
}

function isReleased({ agent }: TargetRecord): boolean {
  return agent !== undefined && ['created', 'updated', 'unchanged'].includes(agent.outcome);
}

function planned({ plan }: ReleaseRecord): string {
  const targets = plan?.targets ?? [];
  const regions = namedOrCounted(
    targets.map(({ region }) => `\`${region}\``),
    'regions',
  );
  const [agent, ...others] = new Set(targets.flatMap((target) => target.agent?.name ?? []));
  const what = agent === undefined || others.length > 0 ? regions : `\`${agent}\` in ${regions}`;
  return `Plan for ${what}: ${plan === undefined ? 'nothing would change' : countOfChanges(plan)}`;
}

function released(record: ReleaseRecord): string {
  const agents = agentsOf(record);
  const [agent, ...others] = agents;
  if (agent === undefined) return releasedSets(record);
  const { name, region, outcome, ready } = agent;
  if (others.length === 0) {
    return `${capital(outcome)} \`${name}\` in \`${region}\`${ready ? '; it is serving' : ''}`;
  }
  const serving = servingAgents(agents);
  if (agents.length <= maxNamed && others.every((other) => other.outcome === outcome)) {
    return `${capital(outcome)} ${joined(agents.map((one) => `\`${one.name}\``))}${serving}`;
  }
  const unchanged = agents.filter((one) => one.outcome === 'unchanged').length;
  const count = `${agents.length} agents in ${agents.length} regions`;
  return unchanged === agents.length
    ? `${count} are unchanged${serving}`
    : `Released ${count}${unchanged > 0 ? ` (${unchanged} unchanged)` : ''}${serving}`;
}

/** How many of several agents are serving, as the end of a headline. */
function servingAgents(agents: readonly AgentRecord[]): string {
  const ready = agents.filter((agent) => agent.ready).length;
  if (ready === 0) return '';
  if (ready < agents.length) return `; ${ready} ${ready === 1 ? 'is' : 'are'} serving`;
  return agents.length === 2 ? '; both are serving' : '; all are serving';
}

function releasedSets({ targets }: ReleaseRecord): string {
  const current = targets.flatMap(({ secretSets }) => secretSets);
  const written = current.filter(({ outcome }) => outcome !== 'existing').map(({ name }) => name);
  if (written.length > maxNamed) return `Secrets are ready: ${written.length} sets`;
  if (written.length > 0) return `Secrets are ready: ${listOf(written)}`;
  return current.some(({ plan }) => plan.template !== undefined)
    ? 'Nothing to write: this version of the secrets already exists'
    : 'Nothing to write: no secret has a value';
}
