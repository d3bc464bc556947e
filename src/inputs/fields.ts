import type { NameRule } from '../pipecat/names.js';
import { listOf } from '../text/list.js';
import { nearest } from '../text/nearest.js';
import { declaredInputs, type InputName } from './declared.js';
import { found, type Findings } from './problems.js';
import type { RawInputs } from './raw-inputs.js';

/** Seconds; jobs on runners of one's own may take days, but no step of a release does. */
const maxWait = 24 * 60 * 60;

/** The bounds of a whole number, both included. */
export interface Bounds {
  readonly least: number;
  /** Undefined if only the platform knows, because it depends on the account. */
  readonly most?: number;
  /** Whether a number beyond them is passed on, with a warning. A negative one never is. */
  readonly areOpen?: boolean;
}

/**
 * The bounds of a value by where it comes from. The settings file belongs to the platform's client, which
 * may allow more tomorrow, so there they are open.
 */
export function boundsFor(raw: RawInputs, input: InputName, bounds: Bounds): Bounds {
  return { ...bounds, areOpen: !raw.isInput(input) };
}

/** A whole number within bounds; undefined, with a finding, if it is none. */
export function parseInteger(
  findings: Findings,
  input: InputName,
  text: string,
  { least, most, areOpen = false }: Bounds,
): number | undefined {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= (most ?? Infinity)) return number;
  const bounds = most === undefined ? `of ${least} or more` : `from ${least} to ${most}`;
  if (areOpen && !Number.isNaN(number)) {
    findings.warnings.push(
      `\`${findings.displayName(input)}\` is not a number that this version of the action knows (${bounds}); ${found(text)}. The action sends it anyway.`,
    );
    return number;
  }
  findings.problem(input, `has to be a whole number ${bounds}, in digits; ${found(text)}`);
  return undefined;
}

/** Reads single inputs as the types they stand for; each mistake becomes a finding. */
export class Fields {
  readonly #raw: RawInputs;
  readonly #findings: Findings;

  constructor(raw: RawInputs, findings: Findings) {
    this.#raw = raw;
    this.#findings = findings;
  }

  /** A text that keeps a naming rule of the platform. */
  name(input: InputName, { pattern, rule }: NameRule): string | undefined {
    const text = this.#raw.text(input);
    if (text === undefined || pattern.test(text)) return text;
    this.#findings.problem(input, `has to be ${rule}; ${found(text)}`);
    return undefined;
  }

  /** A whole number within bounds. */
  integer(input: InputName, bounds: Bounds): number | undefined {
    const text = this.#raw.text(input);
    return text === undefined
      ? undefined
      : parseInteger(this.#findings, input, text, boundsFor(this.#raw, input, bounds));
  }

  /** Seconds of a time limit, as milliseconds. */
  timeout(input: InputName): number {
    return (this.integer(input, { least: 1, most: maxWait }) ?? 0) * 1000;
  }

  /** A boolean as YAML 1.2 has it. */
  boolean(input: InputName): boolean | undefined {
    const text = this.#raw.text(input);
    if (text === undefined) return undefined;
    if (['true', 'True', 'TRUE'].includes(text)) return true;
    if (['false', 'False', 'FALSE'].includes(text)) return false;
    this.#findings.problem(input, `has to be \`true\` or \`false\`; ${found(text)}`);
    return undefined;
  }

  /** One of a few words. */
  choice<Choice extends string>(input: InputName, choices: readonly Choice[]): Choice | undefined {
    const text = this.#raw.text(input);
    if (text === undefined) return undefined;
    const choice = choices.find((one) => one === text.toLowerCase());
    if (choice === undefined) {
      const meant = nearest(text, choices);
      this.#findings.problem(
        input,
        `has to be one of ${listOf(choices)}; ${found(text)}${meant === undefined ? '' : `. Did you mean \`${meant}\`?`}`,
      );
    }
    return choice;
  }

  /**
   * One of a few words, as of today. An input has to be one of them. The settings file belongs to the
   * platform's client, which may know more words tomorrow: there, only a near miss is a mistake.
   *
   * @param aliases what else people call the words
   */
  word(
    input: InputName,
    words: readonly string[],
    aliases: Readonly<Record<string, string>> = {},
  ): string | undefined {
    const text = this.#raw.text(input);
    if (text === undefined || this.#raw.isInput(input)) return this.choice(input, words);
    const written = text.toLowerCase();
    if (words.includes(written)) return written;
    const meant = aliases[written] ?? nearest(text, words);
    if (meant !== undefined) {
      this.#findings.problem(
        input,
        `has to be one of ${listOf(words)}; ${found(text)}. Did you mean \`${meant}\`?`,
      );
      return undefined;
    }
    this.#findings.warnings.push(
      `\`${this.#findings.displayName(input)}\` is not one of the words that this version of the action knows (${listOf(words)}); ${found(text)}. The action sends it anyway.`,
    );
    return text;
  }

  /** Says of inputs that are given, and not what they are anyway, that they have no effect without another one. */
  noEffectWithout(needed: InputName, inputs: readonly InputName[]): void {
    for (const input of inputs) {
      if (this.#raw.isInput(input) && this.#raw.text(input) !== declaredInputs[input]) {
        this.#findings.problem(input, `has no effect without \`${needed}\`, which is not given`);
      }
    }
  }
}
