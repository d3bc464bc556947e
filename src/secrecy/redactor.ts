import { printable } from '../text/printable.js';
import { asQuoted } from '../text/quote.js';
import { cutForms, WholeForms, type Span } from './forms.js';
import { masksFor, shortestMask } from './masks.js';
import type { SecretValue } from './secret-value.js';

/** Shorter strings are not looked for over blanks: `in deed` is not the secret `deed`, nor `ninde`. */
const shortestSpread = 8;

/**
 * Replaces every known secret in a text. It has to be given a whole text; of one that others have cut
 * (`isPart`), such as the last lines of a log, the half of a secret with which it begins or ends is
 * replaced, too.
 */
export type Redact = (text: string, options?: { readonly isPart: boolean }) => string;

/**
 * Makes a function that replaces every known secret in a text that comes from outside. The runner
 * masks its log by itself; error objects, outputs and files are this action's own to keep clean.
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
  return (text, { isPart } = { isPart: false }) => {
    // What nobody sees must not keep a value from being found, so it goes first.
    const shown = printable(text);
    const { dense, placeOf } = densely(shown);
    const spans = [
      ...solid.in(shown),
      ...[...spread.in(dense), ...(isPart ? cutForms(dense, spreadForms, shortestSpread) : [])].map(
        ({ start, end }) => ({
          start: placeOf(start),
          end: placeOf(end - 1) + 1,
        }),
      ),
    ];
    return withStars(shown, spans);
  };
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
    // Most texts hold nothing, so this is seldom needed.
    places ??= [...text.matchAll(/\S/g)].map(({ index }) => index);
    return places[place] ?? 0;
  };
  return { dense, placeOf };
}

/** All spans are looked for first: of values that overlap, nothing is left of either. */
function withStars(text: string, spans: readonly Span[]): string {
  let clean = '';
  let end = 0;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    if (span.start >= end) clean += `${text.slice(end, span.start)}***`;
    end = Math.max(end, span.end);
  }
  return clean + text.slice(end);
}
