import type { ObservedAgentSettings } from '../pipecat/agent-settings.js';
import { plannedAgent } from '../plan/plan-agent.js';
import {
  agentsOf,
  secretSetsOf,
  type AgentRecord,
  type BuildRecord,
  type ReleaseRecord,
  type SecretSetRecord,
  type SmokeTestRecord,
  type StepRecord,
  type TargetRecord,
} from '../record/record.js';
import { secretSetKinds } from '../plan/subject.js';
import { followUps, remarksAfter } from './follow-ups.js';
import { buildSection } from './builds.js';
import {
  atLeast,
  capital,
  clockTime,
  credentialKinds,
  duration,
  nonEmpty,
  sentence,
  stepTitles,
} from './words.js';
import { doneChanges } from './changes.js';
import type { Explanation } from './explain.js';
import {
  bulletList,
  code,
  codeBlock,
  codes,
  folded,
  htmlTable,
  imageCells,
  prose,
  samp,
  table,
} from './markdown.js';
import { failureHeading, headlineOf } from './headline.js';
import { changeLists, planSections } from './plan-sections.js';
import { fitSections, sectionOf, type Limits, type Section } from './size-limits.js';
import { nameBefore, plannedName, servingOf, servingWords } from './state.js';
import { keptSentences, removalTable } from './teardown.js';
import { timeline } from './timeline.js';
import { writtenOutput } from './written-output.js';

/** GitHub drops the whole summary if it exceeds 1 MiB. This leaves room for what earlier steps wrote. */
const maxBytes = 1_000_000;
/** GitHub rejects a comment of more than 65,536 characters. */
const maxCommentBytes = 60_000;
/** Output of all failed agents together. */
const maxOutputCharacters = 60_000;
const maxOpenKeys = 8;

/** The commit that a run is for, and its page. */
export interface Commit {
  readonly id: string;
  readonly url: string;
  /** The page of the run; undefined if the runner does not name it. */
  readonly runUrl?: string | undefined;
}

/** The job summary of a release, as Markdown for GitHub. */
export function summaryOf(
  record: ReleaseRecord,
  failures: readonly Explanation[],
  now: number,
  commit?: Commit,
): string {
  const took = duration(Math.max(0, now - record.startedAt));
  const chart = timeline(record, now);
  return fitSections(maxBytes, (limits) => [
    ...sectionsFor(record, failures, limits),
    { name: 'the timeline', text: chart && folded('Timeline', chart) },
    { name: 'the steps', text: stepSection(record.steps) },
    { name: 'the commit and the credential', text: originLine(record, `took ${took}`, commit) },
  ]);
}

/** A plan as a comment: the summary without what is only about this run. */
export function commentOf(
  record: ReleaseRecord,
  failures: readonly Explanation[],
  runUrl: string,
  commit: string,
): string {
  const origin = `<sub>From [this run](${runUrl}), for ${code(commit.slice(0, 7))}.</sub>\n`;
  return `${fitSections(maxCommentBytes, (limits) => sectionsFor(record, failures, limits))}\n${origin}`;
}

function sectionsFor(
  record: ReleaseRecord,
  failures: readonly Explanation[],
  limits: Limits,
): readonly Section[] {
  const headline = headlineOf(record, failures);
  const sets = secretSetTable(secretSetsOf(record), limits);
  const hasAgents = agentsOf(record).length > 0;
  const told = failures.flatMap((failure) => {
    const heading = failures.length > 1 ? undefined : headline.text;
    const where = failure.subject?.name ?? failure.title;
    return [
      { name: sectionOf('what failed:', where), text: failureSection(failure, limits, heading) },
      {
        name: sectionOf('what was written by', where),
        text: agentOutput(failure, Math.floor(maxOutputCharacters / failures.length)),
      },
    ];
  });
  const regions = { name: 'the regions', text: regionTable(record.targets, headline.text) };
  const setSection = {
    name: 'the secret sets',
    text: hasAgents && sets !== '' ? folded('Secret sets and keys', sets) : sets,
  };
  return [
    { name: 'the headline', text: `## ${headline.mark} ${prose(headline.text)}` },
    { name: 'the state', text: stateLine(failures[0]?.state ?? []) },
    // With one failure, readers look for the reason first; with many, for the regions.
    ...(failures.length > 1 ? [regions, ...told] : [...told, regions]),
    ...(record.kind === 'plan' ? planSections(record.plan, limits) : []),
    { name: 'what is removed', text: removalSection(record) },
    { name: 'warnings and notices', text: noteSection(record) },
    { name: 'the agents', text: agentSection(agentsOf(record)) },
    setSection,
    { name: 'the builds', text: buildSection(record) },
    { name: 'the changes', text: changeSection(record, limits) },
  ];
}

function originLine(record: ReleaseRecord, took: string, commit: Commit | undefined): string {
  const parts = nonEmpty([
    commit && `[${code(commit.id.slice(0, 7))}](${commit.url})`,
    commit?.runUrl && `[this run](${commit.runUrl})`,
    took,
    authentication(record),
  ]);
  return capital(parts.join(' · '));
}

const resultMarks: Readonly<Record<AgentRecord['outcome'], string>> = {
  created: '✅ created',
  updated: '✅ updated',
  unchanged: '✅ unchanged',
  superseded: '❌ superseded',
  'rolled-back': '↩️ rolled back',
  failed: '❌ failed',
  cancelled: '⏹️ cancelled',
  skipped: '➖ not started',
};

function resultMark(
  { outcome, smokeTest }: AgentRecord,
  secretSets: readonly SecretSetRecord[],
  build: BuildRecord | undefined,
): string {
  if (outcome === 'rolled-back') return resultMarks[outcome];
  if (smokeTest?.outcome === 'failed') return `❌ ${outcome}, test failed`;
  const isBlocked = secretSets.some(isFailed) || build?.outcome === 'failed';
  return outcome === 'skipped' && isBlocked ? '❌ not started' : resultMarks[outcome];
}

/** The result mentions a failed smoke test. */
const smokeTestMarks: Readonly<Record<SmokeTestRecord['outcome'], string>> = {
  passed: '✅ passed',
  failed: '',
  inconclusive: '⚠️ inconclusive',
};

/** The regions and their agents; names do not break. */
function regionTable(targets: readonly TargetRecord[], headline: string): string {
  const agents = agentsOf({ targets });
  const image = imageCells(agents.flatMap(imagesOf));
  const isReleased = (agent: AgentRecord): boolean =>
    agent.outcome === 'unchanged' || servingOf(agent).state === 'released';
  const isAnySince = agents.some((agent) => servingSince(agent) !== undefined);
  const isAnyKept = agents.some((agent) => !isReleased(agent));
  const [only, ...others] = agents;
  const isNamed = (name: string): boolean => headline.includes(`\`${name}\``);
  const isAgentNamed =
    only !== undefined && others.length === 0 && isNamed(only.name) && isNamed(only.region);
  const isRegionNamed = isAgentNamed || agents.every(({ name, region }) => name.includes(region));
  return htmlTable(
    targets.flatMap(({ region, agent, secretSets, build }) => {
      if (agent === undefined) return [];
      const { name, plan, smokeTest, sessionsOnOlder } = agent;
      const released = releasedImage(agent);
      const before = nameBefore(plan);
      return [
        {
          Result: resultMark(agent, secretSets, build),
          Agent: isAgentNamed ? '' : samp(name),
          Region: isRegionNamed ? '' : samp(region),
          [isAnySince ? 'Serving now (UTC)' : 'Serving now']: servingCell(agent, image),
          // After a failure, what this release deploys matters more than what it replaced elsewhere.
          Before:
            isAnyKept || before === undefined || before === released
              ? ''
              : beforeCell(plan.before?.settings, image(before)),
          'This release': isReleased(agent) || released === undefined ? '' : image(released),
          Secrets: keyCounts(secretSets),
          'Smoke test': smokeTest === null ? '' : smokeTestMarks[smokeTest.outcome],
          'Old<br>sessions': sessionsOnOlder === null ? '' : atLeast(sessionsOnOlder),
        },
      ];
    }),
  );
}

/** Shows the full id of a build, because readers copy it into `build-id`. */
function beforeCell(settings: ObservedAgentSettings | undefined, image: string): string {
  const { buildId } = settings ?? {};
  return typeof buildId === 'string' ? `build ${samp(buildId)}` : image;
}

/** All images that the row of an agent may show. */
function imagesOf(agent: AgentRecord): string[] {
  return [nameBefore(agent.plan), releasedImage(agent)].filter((one) => one !== undefined);
}

/** An agent that is unchanged has been serving for longer than this run. */
function servingSince({ outcome, readyAt }: AgentRecord): number | undefined {
  return outcome === 'unchanged' ? undefined : readyAt;
}

function servingCell(agent: AgentRecord, image: (name: string) => string): string {
  const { state, what } = servingOf(agent);
  if (state === 'other') return 'another release';
  const readyAt = servingSince(agent);
  const at = readyAt === undefined ? undefined : clockTime(readyAt);
  const shown = what === undefined ? servingWords[state] : image(what);
  if (state === 'released') return at === undefined ? shown : `${shown} since ${at}`;
  // Only an image that is known may be the one from before.
  if (what === undefined) return shown;
  return `${shown}, ${at === undefined ? 'as before' : `restored at ${at}`}`;
}

function releasedImage({ plan, outcome }: AgentRecord): string | undefined {
  return outcome === 'skipped' ? undefined : plannedName(plan);
}

function isFailed({ outcome, status }: SecretSetRecord): boolean {
  return outcome === 'failed' || status === 'failed';
}

function keyCounts(sets: readonly SecretSetRecord[]): string {
  const counts = (['added', 'updated', 'pruned'] as const).map((what) => {
    const keys = sets.flatMap((set) => set[what]);
    return keys.length > 0 && `${keys.length} ${what}`;
  });
  return nonEmpty([...counts, sets.some(isFailed) && 'set failed']).join(', ');
}

/** What was done, region by region. */
function changeSection(record: ReleaseRecord, { names }: Limits): string | undefined {
  const lists = changeLists(doneChanges(record, names)).map(({ text }) => text);
  return lists.length === 0 ? undefined : folded('Changes', lists.join('\n\n'));
}

function authentication({ actingAs }: ReleaseRecord): string | undefined {
  if (actingAs === undefined) return undefined;
  const { credentialKind, credentialOrigin, organization } = actingAs;
  const who = `authenticated with ${credentialKinds[credentialKind]} from ${prose(credentialOrigin)}`;
  return organization === undefined ? who : `${who}, in the organization ${code(organization)}`;
}

/**
 * Why the release failed, and what to do.
 *
 * @param headline of the summary, whose title is not repeated; undefined if the failure needs its own
 */
function failureSection(
  failure: Explanation,
  limits: Limits,
  headline: string | undefined,
): string {
  const { title, facts, why, repeatsTitle = false, problems, next } = failure;
  const heading = failureHeading(failure);
  const isTold = repeatsTitle || headline === undefined || headline === heading;
  const reasons = isTold ? why : [sentence(title), ...why];
  return nonEmpty([
    headline === undefined && `### ❌ ${prose(heading)}`,
    reasons.length + problems.length > 0 && ['**What failed:**', ...reasons.map(prose)].join(' '),
    problemList(problems, limits),
    next.length > 0 && `**What to do:** ${next.map(prose).join(' ')}`,
    Object.entries(facts)
      .filter(
        ([, value]) => ![headline ?? heading, ...why].some((text) => text.includes(`\`${value}\``)),
      )
      .map(([label, value]) => `**${label}** ${code(value)}`)
      .join(' · '),
  ]).join('\n\n');
}

function problemList(problems: Explanation['problems'], limits: Limits): string {
  const more = problems.length - limits.problems;
  return [
    ...problems
      .slice(0, limits.problems)
      .map(
        ({ about, message, next: fix }) =>
          `- **${prose(about)}**: ${prose(cut(sentence(message), limits))}${fix === undefined ? '' : ` ${prose(fix)}`}`,
      ),
    ...(more > 0 ? [`- … and ${more} more, which are reported once these are fixed.`] : []),
  ].join('\n');
}

/** What is serving now. Labels are bold, and so is a first sentence without a label. */
function stateLine([first, ...others]: readonly string[]): string {
  if (first === undefined) return '';
  const lead = labeled.test(first) ? withBoldLabel(first) : `**${prose(first)}**`;
  return [lead, ...others.map(withBoldLabel)].join(' ');
}

const labeled = /^[A-Z][a-z ]*:(?= )/;

function withBoldLabel(text: string): string {
  const [label = ''] = labeled.exec(text) ?? [];
  return `${label === '' ? '' : `**${label}**`}${prose(text.slice(label.length))}`;
}

function agentOutput(failure: Explanation, most: number): string {
  return writtenOutput(failure)
    .map(({ title, text }) => folded(prose(title), codeBlock(tail(text, most))))
    .join('\n\n');
}

function cut(text: string, { characters }: Limits): string {
  return text.length <= characters
    ? text
    : `${text.slice(0, characters)} … (the rest is not shown)`;
}

function tail(text: string, most: number): string {
  return text.length <= most ? text : `… (the beginning is not shown)\n${text.slice(-most)}`;
}

function agentSection(agents: readonly AgentRecord[]): string | undefined {
  if (agents.length === 0) return undefined;
  const rows = agents.map((agent) => ({
    Agent: code(agent.name),
    Region: code(agent.region),
    Outcome: outcomeCell(agent),
    'Image or build': imageCell(agent),
    Deployment: agent.deploymentId === null ? '–' : code(agent.deploymentId),
  }));
  return folded('Deployments of this release', table(rows));
}

function outcomeCell({ outcome, ready, previousServes }: AgentRecord): string {
  if (outcome === 'rolled-back') return 'rolled back, serving';
  if (outcome === 'skipped') return 'skipped, not started';
  if (ready) return `${outcome}, serving`;
  return previousServes ? `${outcome}; the previous deployment is still serving` : outcome;
}

/** Only for an image that runs. */
function imageCell({ outcome, plan }: AgentRecord): string {
  if (outcome === 'skipped') return '–';
  const before = outcome === 'rolled-back' ? plan.before?.settings : undefined;
  const { image, buildId } = before ?? plannedAgent(plan);
  if (image !== undefined) return code(image);
  return buildId === undefined ? '–' : `build ${code(buildId)}`;
}

function secretSetTable(sets: readonly SecretSetRecord[], limits: Limits): string {
  return table(
    sets.map((set) => ({
      'Secret set': code(set.name),
      Kind: secretSetKinds[set.kind],
      Region: code(set.region),
      Outcome: set.outcome,
      Status: set.status ?? '–',
      Keys: keyCell(set, limits),
    })),
  );
}

function keyCell(
  { added, updated, pruned, plan }: SecretSetRecord,
  { keys: maxKeys }: Limits,
): string {
  const groups: [string, readonly string[]][] = [
    ['added', added],
    ['updated', updated],
    ['pruned', pruned],
    ['left out as empty', plan?.skippedKeys ?? []],
  ];
  const cells = groups
    .filter(([, keys]) => keys.length > 0)
    .map(([label, keys]) => {
      const shown = codes(keys.slice(0, maxKeys));
      const more = keys.length > maxKeys ? ` and ${keys.length - maxKeys} more` : '';
      return keys.length <= maxOpenKeys
        ? `${label}: ${shown}`
        : `<details><summary>${keys.length} ${label}</summary>${shown}${more}</details>`;
    });
  return cells.length === 0 ? '–' : cells.join('<br>');
}

const outcomeWords = {
  done: '✅ done',
  failed: '❌ failed',
  running: '⏳ in progress',
  skipped: '➖ not started',
} as const;

/** In milliseconds. A shorter step has no row of its own. */
const briefStep = 100;

function stepSection(steps: readonly StepRecord[]): string | undefined {
  if (steps.length === 0) return undefined;
  const isBrief = (step: StepRecord): boolean =>
    step.outcome === 'done' && step.duration < briefStep;
  const brief = steps.filter(isBrief).map(({ name }) => stepTitles[name]);
  const rows = steps
    .filter((step) => !isBrief(step))
    .map(({ name, outcome, duration: took }) => ({
      Step: stepTitles[name],
      Outcome: outcomeWords[outcome],
      Duration: outcome === 'skipped' ? '–' : duration(took),
    }));
  const parts = nonEmpty([
    table(rows),
    brief.length > 0 && `Done in under 0.1 s: ${brief.join(', ')}.`,
  ]);
  return folded('Steps', parts.join('\n\n'));
}

function removalSection({ teardown, kind }: ReleaseRecord): string | undefined {
  if (teardown === undefined) return undefined;
  const removals = removalTable(teardown, kind === 'teardown-plan');
  return nonEmpty([removals, bulletList(keptSentences(teardown))]).join('\n\n');
}

function noteSection(record: ReleaseRecord): string {
  const { warnings, notices, remarks } = record;
  return nonEmpty([
    ...warnings.map((warning) => `- ⚠️ ${prose(warning)}`),
    bulletList([...notices, ...followUps(record), ...remarksAfter(record), ...remarks]),
  ]).join('\n');
}
