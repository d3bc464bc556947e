import { secretKey } from '../../pipecat/names.js';
import { SecretValue } from '../../secrecy/secret-value.js';

/** The inputs that bring secrets, the strongest first. */
export const secretSources = ['secrets', 'secrets-env', 'secrets-json', 'secrets-file'] as const;
export type SecretSource = (typeof secretSources)[number];

/** A key and its value, and where in its source it stands. */
export interface SecretEntry {
  readonly key: string;
  readonly value: SecretValue;
  /** Such as `line 3`; names no value. */
  readonly place: string;
}

/** A key that is longer is none, and may be something else altogether: it is not shown. */
const longestKey = 64;

/** What one source brought, mistakes included. */
export class SourceReading {
  readonly source: SecretSource;
  readonly entries: SecretEntry[] = [];
  readonly #places = new Map<string, string>();
  /** Sentences without the input's name; none holds a value. */
  readonly problems: string[] = [];
  /** Texts that are not understood but could be (part of) a secret: they have to be masked. */
  readonly suspects: SecretValue[] = [];
  /** What was left out on purpose, for the log. */
  readonly remarks: string[] = [];
  /** Patterns that select nothing: as likely a mistake as an empty value. */
  readonly unmatched: string[] = [];

  /** Whether something that is wrong with it is said elsewhere. */
  isSpokenFor = false;

  constructor(source: SecretSource) {
    this.source = source;
  }

  /** Takes an entry, unless its key is not one or has been there. */
  add(key: string, value: string, place: string): void {
    if (!secretKey.pattern.test(key)) {
      const shown = key.length > longestKey ? `of ${key.length} characters` : `\`${key}\``;
      this.problems.push(`${place}: the key ${shown} has to be ${secretKey.rule}`);
      this.suspect(value);
      return;
    }
    const earlier = this.#places.get(key);
    if (earlier !== undefined) {
      this.problems.push(`${place}: \`${key}\` is given twice, first in ${earlier}`);
      this.suspect(value);
      return;
    }
    this.#places.set(key, place);
    this.entries.push({ key, value: new SecretValue(value), place });
  }

  /** Whether it holds nothing, and nothing of that was said yet. */
  get isBarren(): boolean {
    const said = this.entries.length + this.problems.length + this.unmatched.length;
    return said === 0 && !this.isSpokenFor;
  }

  suspect(text: string): void {
    this.suspects.push(new SecretValue(text));
  }
}
