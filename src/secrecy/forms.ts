/** A part of a text: its first character, and the one behind its last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds many strings in a text. Values of many lines have tens of thousands, of which a text holds
 * none or a few, so they are looked up by what the text holds, and not gone through.
 */
export class WholeForms {
  readonly #forms: ReadonlySet<string>;
  readonly #shortest: number;
  /** Lengths of the forms that begin so. */
  readonly #lengths = new Map<string, Set<number>>();

  /** @param shortest the length that each of them has at least */
  constructor(forms: readonly string[], shortest: number) {
    this.#forms = new Set(forms);
    this.#shortest = shortest;
    for (const form of this.#forms) {
      const beginning = form.slice(0, shortest);
      this.#lengths.set(beginning, (this.#lengths.get(beginning) ?? new Set()).add(form.length));
    }
  }

  in(text: string): Span[] {
    const spans: Span[] = [];
    if (this.#forms.size === 0) return spans;
    for (let start = 0; start + this.#shortest <= text.length; start++) {
      for (const length of this.#lengths.get(text.slice(start, start + this.#shortest)) ?? []) {
        const end = start + length;
        if (end <= text.length && this.#forms.has(text.slice(start, end))) {
          spans.push({ start, end });
        }
      }
    }
    return spans;
  }
}

/** Stands between forms; none holds it. */
const separator = '\n';

/**
 * Finds where a text begins or ends in the midst of a string: of a log only the last lines are read,
 * and a long value may be wrapped over many.
 */
export class CutForms {
  readonly #shortest: number;
  readonly #all: string;
  /** Where each form begins, and where the one behind the last would. */
  readonly #starts: readonly number[];
  readonly #fragments: Fragments;

  /**
   * @param forms without blanks and line breaks
   * @param shortest characters that are enough to know a form by a part of it
   */
  constructor(forms: readonly string[], shortest: number) {
    const different = [...new Set(forms)];
    const starts = [0];
    for (const { length } of different) starts.push((starts.at(-1) ?? 0) + length + 1);
    this.#shortest = shortest;
    this.#all = different.join(separator);
    this.#starts = starts;
    this.#fragments = new Fragments(this.#all, shortest);
  }

  in(text: string): Span[] {
    if (text.length < this.#shortest) return [];
    return [...this.#atStart(text), ...this.#atEnd(text)];
  }

  #atStart(text: string): Span[] {
    const spans: Span[] = [];
    for (const place of this.#placesOf(text.slice(0, this.#shortest))) {
      const length = Math.min(this.#boundsOf(place).end - place, text.length);
      if (!this.#all.startsWith(text.slice(0, length), place)) continue;
      spans.push({ start: 0, end: length });
      // There is no more to find, and a value of one character would be found everywhere.
      if (length === text.length) break;
    }
    return spans;
  }

  #atEnd(text: string): Span[] {
    const longest = new Map<number, Span>();
    // From the last place on, which tells the longest part of a form.
    for (const place of [...this.#placesOf(text.slice(-this.#shortest))].reverse()) {
      const { start } = this.#boundsOf(place);
      const length = place + this.#shortest - start;
      if (longest.has(start) || length > text.length) continue;
      if (!this.#all.startsWith(text.slice(-length), start)) continue;
      longest.set(start, { start: text.length - length, end: text.length });
    }
    return [...longest.values()];
  }

  /** Where a fragment stands, from the first place on. */
  *#placesOf(fragment: string): Generator<number> {
    if (!this.#fragments.mayHold(fragment)) return;
    let place = this.#all.indexOf(fragment);
    while (place !== -1) {
      yield place;
      place = this.#all.indexOf(fragment, place + 1);
    }
  }

  /** The bounds of the form that has a place. */
  #boundsOf(place: number): Span {
    let low = 0;
    let high = this.#starts.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= place) low = middle;
      else high = middle;
    }
    return { start: this.#starts[low] ?? 0, end: (this.#starts[high] ?? 0) - separator.length };
  }
}

/** Bits for each character: so many that few fragments share one. */
const density = 16;
const base = 31;

/**
 * Tells at once of most fragments that they do not stand in a text, be it megabytes long (a Bloom
 * filter with one hash); of some others it says that they may.
 */
class Fragments {
  readonly #bits: Uint8Array;

  /** @param length characters of a fragment */
  constructor(text: string, length: number) {
    this.#bits = new Uint8Array(Math.ceil((text.length * density) / 8) + 1);
    let highest = 1;
    for (let index = 1; index < length; index++) highest = Math.imul(highest, base);
    let hash = 0;
    for (let index = 0; index < text.length; index++) {
      if (index >= length) hash -= Math.imul(highest, text.charCodeAt(index - length));
      hash = Math.imul(hash, base) + text.charCodeAt(index);
      if (index >= length - 1) this.#set(hash);
    }
  }

  mayHold(fragment: string): boolean {
    let hash = 0;
    for (let index = 0; index < fragment.length; index++) {
      hash = Math.imul(hash, base) + fragment.charCodeAt(index);
    }
    const bit = this.#bitOf(hash);
    return ((this.#bits[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0;
  }

  #set(hash: number): void {
    const bit = this.#bitOf(hash);
    const index = bit >>> 3;
    this.#bits[index] = (this.#bits[index] ?? 0) | (1 << (bit & 7));
  }

  #bitOf(hash: number): number {
    return (hash >>> 0) % (this.#bits.length * 8);
  }
}
