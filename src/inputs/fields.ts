import type { NameRule } from '../pipecat/names.js';
import { listOf } from '../text/list.js';
import { nearest } from '../text/nearest.js';
import type { InputName } from './declared.js';
import { shown, type Findings } from './problems.js';
import type { RawInputs } from './raw-inputs.js';

/** Seconds; jobs on self-hosted runners may take days, but no step of a release does. */
const maxWait = 24 * 60 * 60;

/** The bounds of a whole number, both included. */
export interface Bounds {
  readonly least: number;
  /** Undefined if only the platform knows, because it depends on the account. */
  readonly most?: number;
}

/**
 * Reads single inputs. Each mistake becomes a finding.
 *
 * The settings file belongs to the platform's client, which may allow more tomorrow. So a value from
 * there that this version does not know is sent, with a warning.
 */
export class Fields {
  protected readonly raw: RawInputs;
  protected readonly findings: Findings;

  constructor(raw: RawInputs, findings: Findings) {
    this.raw = raw;
    this.findings = findings;
  }

  /** A text that follows a naming rule of the platform. */
  name(input: InputName, { pattern, rule }: NameRule): string | undefined {
    const text = this.raw.text(input);
    if (text === undefined || pattern.test(text)) return text;
    return this.findings.problem(input, `${shown(text)} is not valid; use ${rule}`);
  }

  /** A whole number within bounds. */
  integer(input: InputName, bounds: Bounds): number | undefined {
    const text = this.raw.text(input);
    return text === undefined ? undefined : this.parseInteger(input, text, bounds);
  }

  /** The same for a text that an input holds. */
  protected parseInteger(
    input: InputName,
    text: string,
    { least, most }: Bounds,
  ): number | undefined {
    const range = most === undefined ? `of ${least} or more` : `from ${least} to ${most}`;
    if (!/^\d{1,9}$/.test(text)) {
      return this.findings.problem(
        input,
        `${shown(text)} is not a whole number ${range}, written in digits`,
      );
    }
    const number = Number(text);
    if (number >= least && number <= (most ?? Infinity)) return number;
    if (this.raw.isInput(input)) {
      return this.findings.problem(
        input,
        `${shown(text)} is out of range; use a whole number ${range}`,
      );
    }
    this.#warnOfUnknown(input, text, `whole numbers ${range}`);
    return number;
  }

  /** Seconds of a time limit, as milliseconds. */
  timeout(input: InputName): number {
    return (this.integer(input, { least: 1, most: maxWait }) ?? 0) * 1000;
  }

  /** A boolean as in YAML 1.2. */
  boolean(input: InputName): boolean | undefined {
    const text = this.raw.text(input);
    if (text === undefined) return undefined;
    if (['true', 'True', 'TRUE'].includes(text)) return true;
    if (['false', 'False', 'FALSE'].includes(text)) return false;
    return this.findings.problem(input, `${shown(text)} is neither \`true\` nor \`false\``);
  }

  /** One of a few words, in an input that the settings file cannot set. */
  choice<Choice extends string>(input: InputName, choices: readonly Choice[]): Choice | undefined {
    const word = this.word(input, choices);
    return choices.find((choice) => choice === word);
  }

  /**
   * One of the words that this version knows. From the settings file, others are accepted, too, unless
   * they are a near miss.
   *
   * @param aliases what else people call the words
   */
  word(
    input: InputName,
    words: readonly string[],
    aliases: ReadonlyMap<string, string> = new Map(),
  ): string | undefined {
    const text = this.raw.text(input);
    if (text === undefined) return undefined;
    const word = text.toLowerCase();
    if (words.includes(word)) return word;
    const meant = aliases.get(word) ?? nearest(text, words);
    if (meant !== undefined || this.raw.isInput(input)) {
      const suggestion = meant === undefined ? '' : `. Did you mean \`${meant}\`?`;
      return this.findings.problem(
        input,
        `${shown(text)} is not one of ${listOf(words)}${suggestion}`,
      );
    }
    this.#warnOfUnknown(input, text, listOf(words));
    return text;
  }

  #warnOfUnknown(input: InputName, text: string, known: string): void {
    this.findings.warnings.push(
      `${shown(text)} in \`${this.findings.displayName(input)}\` is not a value that this version of the action knows (${known}). The action sends it anyway.`,
    );
  }

  /** Reports inputs that are set, and not to their defaults, but need another input. */
  noEffectWithout(needed: InputName, inputs: readonly InputName[]): void {
    for (const input of inputs) {
      if (this.raw.isChanged(input)) {
        this.findings.problem(input, `has no effect without \`${needed}\`, which is not set`);
      }
    }
  }
}
