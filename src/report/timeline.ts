import type { ReleaseRecord, Span } from '../record/record.js';

/** More bars than this make the picture too long to look at: 16 regions with eight each. */
const maxBars = 128;

const hour = 3_600_000;

/** Finished work has no tag, because mermaid grays out work with the tag `done`. */
const tags = { done: '', failed: 'crit, ', running: 'active, ' } as const;

/** Milliseconds that a timeline covers at most, and the interval of its ticks. */
const ticks: readonly (readonly [number, string])[] = [
  [15_000, '1second'],
  [90_000, '10second'],
  [300_000, '30second'],
  [900_000, '1minute'],
  [Infinity, '10minute'],
];

/** The release as a mermaid Gantt chart: one section for each region, one bar for each span of work. */
export function timeline(record: ReleaseRecord, now: number): string | undefined {
  const spans = mostImportant(record.spans, now);
  if (spans.length === 0) return undefined;
  const regions = [...new Set(spans.map(({ region }) => region))];
  // The first bar begins at 00:00, so that the axis shows where it starts.
  const origin = Math.min(...record.spans.map((span) => span.startedAt));
  const length = now - origin;
  return [
    '```mermaid',
    'gantt',
    '    dateFormat YYYY-MM-DD HH:mm:ss.SSS',
    `    axisFormat ${length < hour ? '%M:%S' : '%H:%M:%S'}`,
    `    tickInterval ${ticks.find(([most]) => length <= most)?.[1] ?? '10minute'}`,
    ...regions.flatMap((region) => [
      `    section ${label(region)}`,
      ...spans.filter((span) => span.region === region).map((span) => bar(span, origin, now)),
    ]),
    '```',
    ...(spans.length === record.spans.length
      ? []
      : [
          `\nThe timeline shows ${spans.length} of ${record.spans.length} steps; the shortest were left out.`,
        ]),
  ].join('\n');
}

/** If there is no room for all bars, keeps the failed ones and the longest of the others. */
function mostImportant(spans: readonly Span[], now: number): Span[] {
  const weight = ({ outcome, startedAt, endedAt = now }: Span): number =>
    outcome === 'done' ? endedAt - startedAt : Number.MAX_VALUE;
  const kept = new Set([...spans].sort((a, b) => weight(b) - weight(a)).slice(0, maxBars));
  return spans.filter((span) => kept.has(span));
}

function bar(span: Span, origin: number, now: number): string {
  const start = span.startedAt - origin;
  const end = Math.max(start + 1, (span.endedAt ?? now) - origin);
  return `    ${label(span.label)} :${tags[span.outcome]}${timeAt(start)}, ${timeAt(end)}`;
}

/**
 * A local time of a day without a change of clocks: every reader's timeline starts at 00:00, in whichever
 * time zone.
 */
function timeAt(milliseconds: number): string {
  return new Date(Date.UTC(2024, 0, 1) + milliseconds).toISOString().replace('T', ' ').slice(0, -1);
}

/** Colons, semicolons, hashes and the like mean something to mermaid; names need none of them. */
function label(text: string): string {
  return text.replace(/[^\w .-]/g, ' ');
}
