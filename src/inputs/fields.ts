import type { NameRule } from '../pipecat/names.js';
import { declaredInputs, type InputName } from './declared.js';
import { found, type Findings } from './problems.js';
import type { RawInputs } from './raw-inputs.js';

/** Seconds; jobs on runners of one's own may take days, but no step of a release does. */
const longestWait = 24 * 60 * 60;

/** The bounds of a whole number, both included. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** A whole number within bounds; undefined, with a finding, if it is none. */
export function parseInteger(
  findings: Findings,
  input: InputName,
  text: string,
  { least, most }: Bounds,
): number | undefined {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  findings.problem(
    input,
    `has to be a whole number from ${least} to ${most}, in digits; ${found(text)}`,
  );
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
    return text === undefined ? undefined : parseInteger(this.#findings, input, text, bounds);
  }

  /** Seconds of a time limit, as milliseconds. */
  timeout(input: InputName): number {
    return (this.integer(input, { least: 1, most: longestWait }) ?? 0) * 1000;
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
      const list = choices.map((one) => `\`${one}\``).join(', ');
      this.#findings.problem(input, `has to be one of ${list}; ${found(text)}`);
    }
    return choice;
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
