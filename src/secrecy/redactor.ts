import { printable } from '../text/printable.js';
import { asQuoted } from '../text/quote.js';
import { cutForms, WholeForms, type TextRange } from './forms.js';
import { masksFor, shortestMask } from './masks.js';
import type { SecretValue } from './secret-value.js';

/** Shorter strings are not looked for over blanks: `in deed` is not the secret `deed`, nor `ninde`. */
const shortestSpread = 8;

/** Characters of a text from outside that are kept: far more than anybody reads. */
export const maxTextLength = 65_536;

/** Characters beyond a cut that are searched too, so that no value is cut unnoticed. */
const margin = 4096;

export interface RedactOptions {
  /**
   * Others have cut the text, such as the last lines of a log: half a secret at its beginning or end
   * is replaced, too.
   */
  readonly isPart?: boolean;
  /** The end of a long text that is kept: the beginning unless given. */
  readonly keep?: 'beginning' | 'end';
  /** Characters that are kept; `Infinity` for a text of our own, whose length we know. */
  readonly most?: number;
}

/**
 * Replaces every known secret in a text, and cuts a long text. This is the one place that limits what
 * comes from outside: a response can be megabytes long, and a search takes many times its memory.
 */
export type Redact = (text: string, options?: RedactOptions) => string;

/**
 * Makes a function that replaces every known secret in a text from outside. The runner masks its log
 * by itself; error objects, outputs and files are for this action to keep clean.
 */
export function redactor(values: Iterable<SecretValue>): Redact {
  const forms = [...new Set([...values].flatMap(masksFor))].flatMap(formsOf);
  const spreadForms = [
    ...new Set(forms.map(withoutBlanks).filter((form) => form.length >= shortestSpread)),
  ];
  const solid = new WholeForms(
    forms.filter((form) => withoutBlanks(form).length < shortestSpread),
    shortestMask,
  );
  const spread = new WholeForms(spreadForms, shortestSpread);
  return (text, { isPart = false, keep = 'beginning', most = maxTextLength } = {}) => {
    const isCut = text.length > most;
    // Characters that nobody sees must not hide a value from the search, so they go first.
    const shown = printable(isCut ? cut(text, keep, most + margin) : text);
    const { dense, placeOf } = densely(shown);
    const ranges = [
      ...solid.in(shown),
      ...[
        ...spread.in(dense),
        ...(isPart || isCut ? cutForms(dense, spreadForms, shortestSpread) : []),
      ].map(({ start, end }) => ({ start: placeOf(start), end: placeOf(end - 1) + 1 })),
    ];
    if (!isCut) return withStars(shown, ranges, { start: 0, end: shown.length });
    // What is left of a value at the cut is in the margin.
    return keep === 'beginning'
      ? `${withStars(shown, ranges, { start: 0, end: shown.length - margin })}…`
      : `…${withStars(shown, ranges, { start: margin, end: shown.length })}`;
  };
}

function cut(text: string, keep: 'beginning' | 'end', most: number): string {
  return keep === 'beginning' ? text.slice(0, most) : text.slice(-most);
}

/**
 * A value as it may stand in a text: as it is, as JSON has it (once or twice, with all that is not
 * ASCII escaped or without), as languages print it that escape backslashes only, and as it is quoted.
 */
function formsOf(mask: string): string[] {
  // All of them are the same for most, and there may be tens of thousands.
  if (/^[\w+/=.:,-]*$/.test(mask)) return [mask];
  const json = JSON.stringify(mask).slice(1, -1);
  const forms = [
    mask,
    json,
    inAscii(json),
    JSON.stringify(json).slice(1, -1),
    mask.replaceAll('\\', '\\\\'),
    // As Python prints it between quotes, and Go as JSON.
    mask.replaceAll('\\', '\\\\').replaceAll("'", "\\'"),
    json.replace(/[&<>]/g, escapedUnit),
    asQuoted(printable(mask)),
  ];
  return [...new Set(forms.map((form) => printable(form).trim()))].filter(
    (form) => form.length >= shortestMask,
  );
}

function inAscii(json: string): string {
  // eslint-disable-next-line no-control-regex
  return json.replace(/[^\u0000-\u007e]/g, escapedUnit);
}

function escapedUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function withoutBlanks(text: string): string {
  return text.replace(/\s+/g, '');
}

/** A text without blanks and line breaks, by which a value may be wrapped, and where its characters were. */
function densely(text: string): {
  readonly dense: string;
  readonly placeOf: (place: number) => number;
} {
  const dense = withoutBlanks(text);
  let places: readonly number[] | undefined;
  const placeOf = (place: number): number => {
    // Most texts hold no secret, so this is rarely needed.
    places ??= [...text.matchAll(/\S/g)].map(({ index }) => index);
    return places[place] ?? 0;
  };
  return { dense, placeOf };
}

/**
 * A part of a text with stars in place of ranges, which may overlap: nothing is left of either.
 *
 * @param part what of the text is wanted; a range at its edge becomes stars as a whole
 */
function withStars(text: string, ranges: readonly TextRange[], part: TextRange): string {
  let clean = '';
  let end = part.start;
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    if (range.end <= part.start || range.start >= part.end) continue;
    if (range.start >= end || clean === '') clean += `${text.slice(end, range.start)}***`;
    end = Math.max(end, range.end);
  }
  return clean + text.slice(end, Math.max(end, part.end));
}
