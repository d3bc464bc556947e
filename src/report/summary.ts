import type { AgentRecord, ReleaseRecord, SecretSetRecord, StepRecord } from '../release/record.js';
import { secretSetKinds } from '../release/subject.js';
import { aftermath } from './aftermath.js';
import { credentialKinds } from './credential-kinds.js';
import { duration } from './durations.js';
import type { Explanation } from './explain.js';
import { code, codeBlock, codes, folded, prose, table } from './markdown.js';
import { sentence } from './sentences.js';
import { stepTitles } from './steps.js';
import { timeline } from './timeline.js';

/** GitHub drops a summary over 1 MiB as a whole; a part of it is left for what comes before. */
const mostBytes = 1_000_000;
const mostOutputCharacters = 60_000;
const mostOpenKeys = 8;
const mostKeys = 500;

const headlineMarks = { released: '✅', failed: '❌' } as const;

/** The job summary of a release, as Markdown for GitHub. */
export function summaryOf(
  record: ReleaseRecord,
  failure: Explanation | undefined,
  now: number,
): string {
  const sections = [
    headline(record, failure),
    actingAs(record),
    failure && failureSection(failure),
    failure && agentOutput(failure),
    agentTable(record.agents),
    secretSetTable(record.secretSets),
    noteSection(record),
    timeline(record, now),
    stepTable(record.steps),
  ];
  return withinLimit(sections.filter((section) => section !== undefined && section !== ''));
}

/** Sections are left out from the end, which holds the longest and least important ones. */
function withinLimit(sections: readonly (string | undefined)[]): string {
  const kept: string[] = [];
  let bytes = 0;
  for (const section of sections) {
    const size = Buffer.byteLength(section ?? '', 'utf8') + 2;
    if (bytes + size > mostBytes) {
      kept.push('_More was left out, because a summary may not exceed 1 MiB; the log has it._');
      break;
    }
    kept.push(section ?? '');
    bytes += size;
  }
  return `${kept.join('\n\n')}\n`;
}

function headline(record: ReleaseRecord, failure: Explanation | undefined): string {
  if (failure !== undefined) {
    const { title, subject } = failure;
    const where = subject && `: ${code(subject.name)} in ${code(subject.region)}`;
    return `## ${headlineMarks.failed} ${prose(title)}${where ?? ''}`;
  }
  return `## ${headlineMarks.released} ${success(record)}`;
}

function success({ agents, secretSets }: ReleaseRecord): string {
  const sentences = agents.map(({ name, region, outcome, ready }) => {
    const where = `${code(name)} in ${code(region)}`;
    if (outcome === 'unchanged') return `${where} is unchanged${ready ? ' and serves' : ''}`;
    return ready ? `${where} is ${outcome} and serves` : `${where} is ${outcome}`;
  });
  if (sentences.length > 0) return sentences.join(', ');
  const written = secretSets.filter(({ outcome }) => outcome !== 'existing');
  return written.length === 0
    ? 'Nothing to write: no secret has a value'
    : `Secrets are ready: ${codes(written.map(({ name }) => name))}`;
}

function actingAs({ actingAs }: ReleaseRecord): string | undefined {
  if (actingAs === undefined) return undefined;
  const { credentialKind, credentialOrigin, organization } = actingAs;
  const who = `Acted with ${credentialKinds[credentialKind]} from ${prose(credentialOrigin)}`;
  return organization === undefined
    ? `${who}.`
    : `${who}, in the organization ${code(organization)}.`;
}

function failureSection({ facts, unharmed, why, problems, next }: Explanation): string {
  const parts = [
    unharmed === undefined ? '' : `**${prose(unharmed)}**`,
    facts.length === 0
      ? ''
      : facts.map(({ label, value }) => `**${label}** ${code(value)}`).join(' · '),
    why.map(prose).join(' '),
    problems
      .map(
        ({ about, message, next }) =>
          `- **${prose(about)}**: ${prose(sentence(message))}${next === undefined ? '' : ` ${prose(next)}`}`,
      )
      .join('\n'),
    `**What to do:** ${next.map(prose).join(' ')}`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function agentOutput({ traceback, logs }: Explanation): string {
  const parts = [
    traceback === undefined || traceback === ''
      ? ''
      : folded('Traceback', codeBlock(tail(traceback))),
    logs === undefined || logs.length === 0
      ? ''
      : folded(`The agent's last ${logs.length} log lines`, codeBlock(tail(logs.join('\n')))),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function tail(text: string): string {
  return text.length <= mostOutputCharacters
    ? text
    : `… (the beginning is left out)\n${text.slice(-mostOutputCharacters)}`;
}

function agentTable(agents: readonly AgentRecord[]): string | undefined {
  if (agents.length === 0) return undefined;
  return table(
    ['Agent', 'Region', 'Outcome', 'Image or build', 'Deployment'],
    agents.map(({ name, region, outcome, ready, previousServes, image, buildId, deploymentId }) => [
      code(name),
      code(region),
      `${outcome}${ready ? ', serves' : previousServes ? '; the previous deployment serves' : ''}`,
      image !== undefined ? code(image) : buildId !== undefined ? `build ${code(buildId)}` : '–',
      deploymentId === null ? '–' : code(deploymentId),
    ]),
  );
}

function secretSetTable(sets: readonly SecretSetRecord[]): string | undefined {
  if (sets.length === 0) return undefined;
  return table(
    ['Secret set', 'Kind', 'Region', 'Outcome', 'Status', 'Keys'],
    sets.map((set) => [
      code(set.name),
      secretSetKinds[set.kind],
      code(set.region),
      set.outcome,
      set.status ?? '–',
      keyCell(set),
    ]),
  );
}

function keyCell({ added, updated, pruned, skippedKeys }: SecretSetRecord): string {
  const groups: [string, readonly string[]][] = [
    ['added', added],
    ['updated', updated],
    ['pruned', pruned],
    ['left out as empty', skippedKeys],
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
    ...[...record.notices, ...aftermath(record)].map((notice) => `- ${prose(notice)}`),
  ];
  return notes.length === 0 ? undefined : notes.join('\n');
}
