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
  readonly #fragments: Fragments;

  /**
   * @param forms without blanks and line breaks
   * @param shortest characters that are enough to know a form by a part of it
   */
  constructor(forms: readonly string[], shortest: number) {
    this.#shortest = shortest;
    this.#all = [...new Set(forms)].join(separator);
    this.#fragments = new Fragments(this.#all, shortest);
  }

  in(text: string): Span[] {
    if (text.length < this.#shortest) return [];
    return [...this.#atStart(text), ...this.#atEnd(text)];
  }

  #atStart(text: string): Span[] {
    return this.#placesOf(text.slice(0, this.#shortest)).flatMap((place) => {
      const end = this.#all.indexOf(separator, place);
      const rest = this.#all.slice(place, end === -1 ? undefined : end);
      const isCut = rest.startsWith(text) || text.startsWith(rest);
      return isCut ? [{ start: 0, end: Math.min(rest.length, text.length) }] : [];
    });
  }

  #atEnd(text: string): Span[] {
    return this.#placesOf(text.slice(-this.#shortest)).flatMap((place) => {
      const start = place === 0 ? 0 : this.#all.lastIndexOf(separator, place - 1) + 1;
      const beginning = this.#all.slice(start, place + this.#shortest);
      return text.endsWith(beginning)
        ? [{ start: text.length - beginning.length, end: text.length }]
        : [];
    });
  }

  #placesOf(fragment: string): number[] {
    const places: number[] = [];
    if (!this.#fragments.mayHold(fragment)) return places;
    let place = this.#all.indexOf(fragment);
    while (place !== -1 && places.length < mostPlaces) {
      places.push(place);
      place = this.#all.indexOf(fragment, place + 1);
    }
    return places;
  }
}

/** A value that is made of one character holds a fragment everywhere; the first place is the best then. */
const mostPlaces = 100;

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
