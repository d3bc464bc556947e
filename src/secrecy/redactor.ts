import { printable } from '../text/printable.js';
import { asQuoted } from '../text/quote.js';
import { cutForms, wholeForms, type TextRange } from './forms.js';
import { masksFor, shortestMask } from './masks.js';
import type { SecretValue } from './secret-value.js';

/** Shorter strings are not searched for across spaces: `in deed` is not the secret `indeed`. */
const shortestSpread = 8;

/** Characters of an external text that are kept: far more than anybody reads. */
const maxTextLength = 65_536;

/** Characters beyond a cut that are also searched, so that a cut cannot hide part of a value. */
const margin = 4096;

interface RedactOptions {
  /** Whether the text was cut before, such as the last lines of a log: it may start or end mid-secret. */
  readonly isPart?: boolean;
  /** Which end of a long text to keep; the beginning by default. */
  readonly keep?: 'beginning' | 'end';
  /** The most characters to keep; `Infinity` for a text of the action's own. */
  readonly most?: number;
}

/**
 * Replaces every known secret in a text, and cuts a long text. This is the one place that limits
 * external texts: a response can be megabytes long, and a search takes many times its memory.
 */
export type Redact = (text: string, options?: RedactOptions) => string;

/**
 * Makes a function that replaces every known secret in an external text. The runner masks its own log;
 * this action must keep error objects, outputs and files clean.
 */
export function redactor(values: Iterable<SecretValue>): Redact {
  const forms = [...new Set([...values].flatMap(masksFor))].flatMap(formsOf);
  const spreadForms = [
    ...new Set(forms.map(withoutBlanks).filter((form) => form.length >= shortestSpread)),
  ];
  const solid = wholeForms(
    forms.filter((form) => withoutBlanks(form).length < shortestSpread),
    shortestMask,
  );
  const spread = wholeForms(spreadForms, shortestSpread);
  return (text, { isPart = false, keep = 'beginning', most = maxTextLength } = {}) => {
    const isCut = text.length > most;
    // Invisible characters must not hide a value from the search, so they are removed first.
    const shown = printable(isCut ? cut(text, keep, most + margin) : text);
    const { dense, placeOf } = densely(shown);
    const ranges = [
      ...solid(shown),
      ...[
        ...spread(dense),
        ...(isPart || isCut ? cutForms(dense, spreadForms, shortestSpread) : []),
      ].map(({ start, end }) => ({ start: placeOf(start), end: placeOf(end - 1) + 1 })),
    ];
    if (!isCut) return withStars(shown, ranges, { start: 0, end: shown.length });
    // The rest of a value at the cut is in the margin.
    return keep === 'beginning'
      ? `${withStars(shown, ranges, { start: 0, end: shown.length - margin })}…`
      : `…${withStars(shown, ranges, { start: margin, end: shown.length })}`;
  };
}

function cut(text: string, keep: 'beginning' | 'end', most: number): string {
  return keep === 'beginning' ? text.slice(0, most) : text.slice(-most);
}

/**
 * The forms in which a value may appear in a text: unchanged, in JSON (encoded once or twice, with or
 * without escaped non-ASCII characters), with escaped backslashes, and as `quote` writes it.
 */
function formsOf(mask: string): string[] {
  // A shortcut for masks that look the same in all forms, because there may be tens of thousands.
  if (/^[\w+/=.:,-]*$/.test(mask)) return [mask];
  const json = JSON.stringify(mask).slice(1, -1);
  const forms = [
    mask,
    json,
    inAscii(json),
    JSON.stringify(json).slice(1, -1),
    mask.replaceAll('\\', '\\\\'),
    // Python's repr; the next one is Go's JSON.
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

/** Removes spaces and line breaks, which may split a value, and maps positions back to the text. */
function densely(text: string): {
  readonly dense: string;
  readonly placeOf: (place: number) => number;
} {
  const dense = withoutBlanks(text);
  let places: readonly number[] | undefined;
  const placeOf = (place: number): number => {
    // Most texts contain no secret, so this is rarely needed.
    places ??= [...text.matchAll(/\S/g)].map(({ index }) => index);
    return places[place] ?? 0;
  };
  return { dense, placeOf };
}

/**
 * Returns a part of a text, with stars in place of the ranges, which may overlap.
 *
 * @param part the part to return; a range across its edge becomes stars as a whole
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
