import { plannedAgent } from '../plan/plan-agent.js';
import {
  agentsOf,
  secretSetsOf,
  type AgentRecord,
  type ReleaseRecord,
  type SecretSetRecord,
  type StepRecord,
} from '../record/record.js';
import { secretSetKinds } from '../plan/subject.js';
import { aftermath } from './aftermath.js';
import { buildSection } from './builds.js';
import { credentialKinds } from './credential-kinds.js';
import { duration } from './durations.js';
import { countOfChanges, doneChanges, plannedChanges } from './changes.js';
import type { Explanation } from './explain.js';
import { code, codeBlock, codes, folded, prose, table } from './markdown.js';
import { regionsSentence, severalTitle } from './regions.js';
import { fitted, sectionOf, type Room, type Section } from './room.js';
import { sentence } from './sentences.js';
import { stepTitles } from './steps.js';
import { whose } from './subjects.js';
import { timeline } from './timeline.js';

/** GitHub drops a summary over 1 MiB as a whole; a part of it is left for what comes before. */
const mostBytes = 1_000_000;
/** GitHub refuses a comment of more characters than 65,536. */
const mostCommentBytes = 60_000;
/** Of what the agents that failed wrote, all of them together. */
const mostOutputCharacters = 60_000;
const mostOpenKeys = 8;

const headlineMarks = { released: '✅', failed: '❌', planned: '📋' } as const;

/** The job summary of a release, as Markdown for GitHub. */
export function summaryOf(
  record: ReleaseRecord,
  failures: readonly Explanation[],
  now: number,
): string {
  return fitted(mostBytes, (room) => [
    ...account(record, failures, room),
    { name: 'the timeline', text: timeline(record, now) },
    { name: 'the steps', text: stepTable(record.steps) },
  ]);
}

/** A plan as a comment: what the summary says, without what concerns this run alone. */
export function commentOf(
  record: ReleaseRecord,
  failures: readonly Explanation[],
  runUrl: string,
  commit: string,
): string {
  const origin = `<sub>From [this run](${runUrl}), for ${code(commit.slice(0, 7))}.</sub>\n`;
  return `${fitted(mostCommentBytes, (room) => account(record, failures, room))}\n${origin}`;
}

function account(
  record: ReleaseRecord,
  failures: readonly Explanation[],
  room: Room,
): readonly Section[] {
  const tables = [
    { name: 'the agents', text: agentTable(agentsOf(record)) },
    { name: 'the secret sets', text: secretSetTable(secretSetsOf(record), room) },
    { name: 'the builds', text: buildSection(record) },
  ];
  const told = failures.flatMap((failure) => {
    const heading = failures.length === 1 ? '' : `${failureHeading(failure)}\n\n`;
    const where = failure.subject?.name ?? failure.title;
    return [
      { name: sectionOf('what failed:', where), text: heading + failureSection(failure, room) },
      {
        name: sectionOf('what was written by', where),
        text: agentOutput(failure, Math.floor(mostOutputCharacters / failures.length)),
      },
    ];
  });
  const notes = { name: 'warnings and notices', text: noteSection(record) };
  const changes = changeSections(record, room);
  return [
    { name: 'the headline', text: headline(record, failures) },
    { name: 'the regions', text: failures.length === 0 ? undefined : regionsPart(record) },
    { name: 'the credential', text: actingAs(record) },
    // Of one failure, the reason is what is looked for first; of many, where they are.
    ...(failures.length > 1 ? [...tables, ...told] : [...told, ...tables]),
    ...(record.kind === 'plan' ? [...changes, notes] : [notes, ...changes]),
  ];
}

function regionsPart(record: ReleaseRecord): string | undefined {
  const sentence = regionsSentence(record);
  return sentence === undefined ? undefined : prose(sentence);
}

/** What is planned, or was done, region by region. */
function changeSections(record: ReleaseRecord, { names }: Room): Section[] {
  const { kind, plan } = record;
  if (plan === undefined) return [];
  const regions = kind === 'plan' ? plannedChanges(plan, names) : doneChanges(record, names);
  const lists = regions
    .filter(({ changes }) => changes.length > 0)
    .map(({ region, changes }) => ({
      name: sectionOf('the changes in', region),
      text: [`**${code(region)}**\n`, ...changes.map((change) => `- ${prose(change)}`)].join('\n'),
    }));
  if (kind === 'plan' || lists.length === 0) return lists;
  const text = folded('Changes', lists.map(({ text }) => text).join('\n\n'));
  return [{ name: 'the changes', text }];
}

function headline(record: ReleaseRecord, failures: readonly Explanation[]): string {
  const [failure, ...others] = failures;
  if (failure !== undefined) {
    return others.length === 0
      ? `## ${headlineMarks.failed} ${failureTitle(failure)}`
      : `## ${headlineMarks.failed} ${prose(severalTitle(record, failures))}`;
  }
  switch (record.kind) {
    case 'offline-check':
      return `## ${headlineMarks.planned} Checked without a credential: inputs, files and names are in order`;
    case 'plan':
      return `## ${headlineMarks.planned} ${planned(record)}`;
    case 'release':
      return `## ${headlineMarks.released} ${success(record)}`;
  }
}

function failureHeading(failure: Explanation): string {
  return `### ${headlineMarks.failed} ${failureTitle(failure)}`;
}

function failureTitle({ title, subject }: Explanation): string {
  const where = subject && `: ${code(subject.name)} in ${code(subject.region)}`;
  return `${prose(title)}${where ?? ''}`;
}

function planned({ plan }: ReleaseRecord): string {
  const targets = plan?.targets ?? [];
  const regions =
    targets.length > mostInHeadline
      ? `${targets.length} regions`
      : codes(targets.map(({ region }) => region));
  const changes = plan && countOfChanges(plan);
  return `Plan for ${regions}: ${changes ?? 'nothing'} would change`;
}

/** More agents, regions or sets than this are counted rather than listed in a headline. */
const mostInHeadline = 3;

function success(record: ReleaseRecord): string {
  const agents = agentsOf(record);
  if (agents.length > mostInHeadline) {
    const serving = agents.filter(({ ready }) => ready).length;
    const serve =
      serving === agents.length ? ', all serve' : serving > 0 ? `, ${serving} serve` : '';
    const unchanged = agents.filter(({ outcome }) => outcome === 'unchanged').length;
    const done =
      unchanged === agents.length
        ? 'unchanged'
        : unchanged > 0
          ? `released, ${unchanged} of them unchanged`
          : 'released';
    return `${agents.length} agents in ${agents.length} regions are ${done}${serve}`;
  }
  const sentences = agents.map(({ name, region, outcome, ready }) => {
    const where = `${code(name)} in ${code(region)}`;
    if (outcome === 'unchanged') return `${where} is unchanged${ready ? ' and serves' : ''}`;
    return ready ? `${where} is ${outcome} and serves` : `${where} is ${outcome}`;
  });
  if (sentences.length > 0) return sentences.join(', ');
  const current = record.targets.flatMap(({ secretSets }) => secretSets);
  const written = current.filter(({ outcome }) => outcome !== 'existing');
  if (written.length > mostInHeadline) return `Secrets are ready: ${written.length} sets`;
  if (written.length > 0) return `Secrets are ready: ${codes(written.map(({ name }) => name))}`;
  return current.some(({ plan }) => plan.template !== undefined)
    ? 'Nothing to write: this version of the secrets is there already'
    : 'Nothing to write: no secret has a value';
}

function actingAs({ actingAs, kind }: ReleaseRecord): string | undefined {
  if (actingAs === undefined) return undefined;
  const { credentialKind, credentialOrigin, organization } = actingAs;
  const who = `${kind === 'plan' ? 'Looked' : 'Acted'} with ${credentialKinds[credentialKind]} from ${prose(credentialOrigin)}`;
  return organization === undefined
    ? `${who}.`
    : `${who}, in the organization ${code(organization)}.`;
}

function failureSection({ facts, unharmed, why, problems, next }: Explanation, room: Room): string {
  const more = problems.length - room.problems;
  const parts = [
    unharmed === undefined ? '' : `**${prose(unharmed)}**`,
    facts.length === 0
      ? ''
      : facts.map(({ label, value }) => `**${label}** ${code(value)}`).join(' · '),
    why.map(prose).join(' '),
    [
      ...problems
        .slice(0, room.problems)
        .map(
          ({ about, message, next }) =>
            `- **${prose(about)}**: ${prose(cut(sentence(message), room))}${next === undefined ? '' : ` ${prose(next)}`}`,
        ),
      ...(more > 0 ? [`- … and ${more} more, which come to light once these are corrected.`] : []),
    ].join('\n'),
    `**What to do:** ${next.map(prose).join(' ')}`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function agentOutput({ subject, traceback, logs }: Explanation, most: number): string {
  const origin = prose(whose(subject));
  const parts = [
    traceback === undefined || traceback === ''
      ? ''
      : folded(`Traceback of ${origin}`, codeBlock(tail(traceback, most))),
    logs === undefined || logs.length === 0
      ? ''
      : folded(
          `The last ${logs.length} log lines of ${origin}`,
          codeBlock(tail(logs.join('\n'), most)),
        ),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function cut(text: string, { characters }: Room): string {
  return text.length <= characters ? text : `${text.slice(0, characters)} … (the rest is left out)`;
}

function tail(text: string, most: number): string {
  return text.length <= most ? text : `… (the beginning is left out)\n${text.slice(-most)}`;
}

function agentTable(agents: readonly AgentRecord[]): string | undefined {
  if (agents.length === 0) return undefined;
  return table(
    ['Agent', 'Region', 'Outcome', 'Image or build', 'Deployment'],
    agents.map(({ name, region, outcome, ready, previousServes, plan, deploymentId }) => [
      code(name),
      code(region),
      `${outcome}${ready ? ', serves' : previousServes ? ': not this but the previous deployment serves' : ''}`,
      // What does not run is not what anybody looks for in that column.
      outcome === 'skipped' ? '–' : imageCell(plannedAgent(plan)),
      deploymentId === null ? '–' : code(deploymentId),
    ]),
  );
}

function imageCell({ image, buildId }: ReturnType<typeof plannedAgent>): string {
  if (image !== undefined) return code(image);
  return buildId === undefined ? '–' : `build ${code(buildId)}`;
}

function secretSetTable(sets: readonly SecretSetRecord[], room: Room): string | undefined {
  if (sets.length === 0) return undefined;
  return table(
    ['Secret set', 'Kind', 'Region', 'Outcome', 'Status', 'Keys'],
    sets.map((set) => [
      code(set.name),
      secretSetKinds[set.kind],
      code(set.region),
      set.outcome,
      set.status ?? '–',
      keyCell(set, room),
    ]),
  );
}

function keyCell(
  { added, updated, pruned, plan }: SecretSetRecord,
  { keys: mostKeys }: Room,
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
      const shown = codes(keys.slice(0, mostKeys));
      const more = keys.length > mostKeys ? ` and ${keys.length - mostKeys} more` : '';
      return keys.length <= mostOpenKeys
        ? `${label}: ${shown}`
        : `<details><summary>${keys.length} ${label}</summary>${shown}${more}</details>`;
    });
  return cells.length === 0 ? '–' : cells.join('<br>');
}

const outcomeWords = {
  done: '✅ done',
  failed: '❌ failed',
  running: '⏳ under way',
  skipped: '➖ not begun',
} as const;

function stepTable(steps: readonly StepRecord[]): string {
  return table(
    ['Step', 'Outcome', 'Duration'],
    steps.map(({ name, outcome, duration: took }) => [
      stepTitles[name],
      outcomeWords[outcome],
      outcome === 'skipped' ? '–' : duration(took),
    ]),
  );
}

function noteSection(record: ReleaseRecord): string | undefined {
  const notes = [
    ...record.warnings.map((warning) => `- ⚠️ ${prose(warning)}`),
    ...[...record.notices, ...aftermath(record), ...record.remarks].map(
      (notice) => `- ${prose(notice)}`,
    ),
  ];
  return notes.length === 0 ? undefined : notes.join('\n');
}
