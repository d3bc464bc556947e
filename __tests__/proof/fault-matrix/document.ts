import { allowanceFor, allowances } from './allowances.js';
import { columns, type Column } from './faults.js';
import { phases, type MadeRequest } from './made-requests.js';
import type { Scenario } from './scenarios.js';
import type { TeardownRequest } from './teardown.js';

/** The result of one release with one fault. */
export interface Cell {
  readonly scenario: Scenario;
  readonly request: MadeRequest;
  readonly column: Column;
  /** Empty if the release landed exactly once. */
  readonly objections: readonly string[];
  readonly timesSent: number;
}

/** The result of one teardown with one fault. */
export interface TeardownCell {
  readonly credential: Scenario['credential'];
  readonly request: TeardownRequest;
  readonly column: Column;
  /** Empty if the whole preview was deleted, and nothing else. */
  readonly objections: readonly string[];
}

/** The document. The same releases and teardowns always give the same text. */
export function documentOf(cells: readonly Cell[], teardowns: readonly TeardownCell[]): string {
  const credentials = [...new Set(cells.map(({ scenario }) => scenario.credential))];
  const landed = cells.filter(({ objections }) => objections.length === 0).length;
  const parts = [
    '# What a fault does to a release',
    '**For maintainers.** This page is evidence, not a guide. If a release of yours failed, see [troubleshooting](troubleshooting.md).',
    'Any request to the platform can fail, and so can its response. In each release below, one request fails once, in one of the ways listed under [Faults](#faults). The proof then reads the state of the emulated platform, not what the action says. The release has landed if all of this is true:',
    [
      '- The secret sets hold the new values and the earlier ones, and are ready.',
      '- If a build was asked for, there is exactly one.',
      '- There is exactly one new deployment. It was made after the last write of a set, and it is serving with the newest values.',
      '- Nothing else was made, except for what is [listed below](#where-more-was-made-than-asked-for).',
      '- What the action reports agrees with all of this.',
    ].join('\n'),
    `${landed} of ${cells.length} releases with a fault have landed. \`npm run proof -- fault-matrix\` writes this page. It takes the requests from a release without faults.`,
    '## Releases',
    table(
      ['Credential', 'Release', 'Agent runs', 'Requests tried', 'Releases with a fault', 'Landed'],
      releaseRows(cells),
    ),
    '## Faults',
    [
      ...columns.map(({ title, meaning }) => `- **${title}**: ${meaning}`),
      '',
      'Some faults differ only in whether the request is carried out. They are tried only with writes, because a read changes nothing.',
    ].join('\n'),
    ...credentials.flatMap((credential) => [
      `## With ${credential === 'token' ? 'a personal access token' : 'a private API key'}`,
      ...[true, false].map((isWrite) =>
        matrix(
          cells.filter(
            ({ scenario, request }) =>
              scenario.credential === credential && request.isWrite === isWrite,
          ),
        ),
      ),
    ]),
    '## Where more was made than asked for',
    [
      'Only in these cases, and never more:',
      '',
      ...allowances.map(({ title, outcome, reason }) => `- **${title}**: ${outcome}. ${reason}`),
    ].join('\n'),
    '## Teardowns',
    'In each teardown below, one request fails once, in the same ways. The preview has an agent, two versions of a secret set, an image pull secret and two sessions in each of two regions. `✓` means that the teardown deleted all of it despite the fault, reported that correctly, and left everything else as it was.',
    ...credentials.flatMap((credential) =>
      [true, false].map((isWrite) =>
        teardownMatrix(
          teardowns.filter(
            (cell) => cell.credential === credential && (cell.request.method !== 'GET') === isWrite,
          ),
        ),
      ),
    ),
    '## Legend',
    [
      '- `✓`: landed exactly once, in all releases in which it was tried. Writes were tried in all releases that make them. Each fault of a read was tried in two of them, in turn. The column “Releases” says how many make the request.',
      '- `✓ 1×`, `✓ 2×`: landed, and the write was sent once or twice. If a response was lost and the write was sent only once, the action found that the write had been carried out.',
      '- `✗`: did not land exactly once.',
      '- `–`: not tried, because it is no fault of this request.',
      '- If a read repeats more than three times while the action waits, only the first, the middle and the last one were tried.',
    ].join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

function releaseRows(cells: readonly Cell[]): string[][] {
  const scenarios = [...new Set(cells.map(({ scenario }) => scenario))];
  return scenarios.map((scenario) => {
    const own = cells.filter((cell) => cell.scenario === scenario);
    const landed = own.filter(({ objections }) => objections.length === 0);
    return [
      scenario.credential,
      scenario.occasion,
      scenario.source,
      String(new Set(own.map(({ request }) => request)).size),
      String(own.length),
      String(landed.length),
    ];
  });
}

/** A row for each request in any of the releases, and a column for each fault. */
function matrix(cells: readonly Cell[]): string {
  const tried = columns.filter((column) => cells.some((cell) => cell.column === column));
  const byRow = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = [cell.request.phase, ...wordsFor(cell.request)].join(' ');
    byRow.set(key, [...(byRow.get(key) ?? []), cell]);
  }
  const rows = [...byRow.values()].flatMap((alike) => {
    const [first] = alike;
    return first === undefined ? [] : [{ request: first.request, alike }];
  });
  rows.sort((one, other) => compare(one.request, other.request));
  return table(
    ['When', 'Request', 'Which', 'Releases', ...tried.map(({ title }) => title)],
    rows.map(({ request, alike }) => [
      request.phase,
      ...wordsFor(request),
      String(new Set(alike.map(({ scenario }) => scenario)).size),
      ...tried.map((column) => outcomeOf(alike.filter((cell) => cell.column === column))),
    ]),
  );
}

/** A row for each request of a teardown, and a column for each fault. */
function teardownMatrix(cells: readonly TeardownCell[]): string {
  const tried = columns.filter((column) => cells.some((cell) => cell.column === column));
  const names = [...new Set(cells.map(({ request }) => request.name))].sort();
  const outcomeFor = (name: string, column: Column): string => {
    const cell = cells.find((one) => one.request.name === name && one.column === column);
    if (cell === undefined) return '–';
    return cell.objections.length === 0 ? '✓' : '✗';
  };
  return table(
    ['Request', ...tried.map(({ title }) => title)],
    names.map((name) => [`\`${name}\``, ...tried.map((column) => outcomeFor(name, column))]),
  );
}

function wordsFor({ method, path, place }: MadeRequest): [string, string] {
  return [`\`${method} ${path}\``, place === 'only' ? '' : place];
}

function outcomeOf(cells: readonly Cell[]): string {
  if (cells.some(({ objections }) => objections.length > 0)) return '✗';
  const [first] = cells;
  if (first === undefined) return '–';
  if (!first.request.isWrite) return '✓';
  const outcomes = cells.map(({ scenario, request, column, timesSent }) => {
    const allowance = allowanceFor(scenario, request, column);
    return `✓ ${timesSent}×${allowance === undefined ? '' : `, ${allowance.outcome}`}`;
  });
  return [...new Set(outcomes)].sort().join(' or ');
}

/** Sorts requests in the order of the release, as far as it is always the same. */
function compare(one: MadeRequest, other: MadeRequest): number {
  const order = (request: MadeRequest): string =>
    [phases.indexOf(request.phase), request.path, String(request.skip).padStart(3, '0')].join(' ');
  return order(one) < order(other) ? -1 : 1;
}

/** A Markdown table with aligned columns, formatted like Prettier does. */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, index) =>
    Math.max(3, title.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, index) => (cells[index] ?? '').padEnd(width)).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}
