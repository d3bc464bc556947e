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
  /** Whether it is a line `KEY=value`, which has no quotes and no comments. */
  readonly isLine?: boolean;
  /** For a variable that does not exist: the name that somebody may have meant. */
  readonly unset?: { readonly meant: string | undefined };
}

type EntryDetails = Pick<SecretEntry, 'isLine' | 'unset'>;

/** A key that is longer is none, and may be something else altogether: it is not shown. */
export const maxKeyLength = 64;

/** What one source brought, mistakes included. */
export class SourceReading {
  readonly source: SecretSource;
  readonly entries: SecretEntry[] = [];
  readonly #places = new Map<string, string>();
  /** Sentences without the input's name; none holds a value. */
  readonly problems: string[] = [];
  /** Texts that are not understood but could be (part of) a secret: they have to be masked. */
  readonly possibleSecrets: SecretValue[] = [];
  /** What was left out on purpose, for the log. */
  readonly remarks: string[] = [];
  /** Patterns that select nothing: as likely a mistake as an empty value. */
  readonly unmatched: string[] = [];

  /** Whether something that is wrong with it is said elsewhere. */
  isReportedElsewhere = false;

  constructor(source: SecretSource) {
    this.source = source;
  }

  /** Takes an entry, unless its key is not one or has been there. */
  add(key: string, value: string, place: string, details: EntryDetails = {}): void {
    if (!secretKey.pattern.test(key)) {
      this.refuseKey(key, place);
      this.addPossibleSecret(value);
      return;
    }
    const earlier = this.#places.get(key);
    if (earlier !== undefined) {
      this.problems.push(`${place}: \`${key}\` is given twice, first in ${earlier}`);
      this.addPossibleSecret(value);
      return;
    }
    this.#places.set(key, place);
    this.entries.push({ key, value: new SecretValue(value), place, ...details });
  }

  /** Says that the platform does not take a key. */
  refuseKey(key: string, place: string): void {
    const shown = key.length > maxKeyLength ? `of ${key.length} characters` : `\`${key}\``;
    this.problems.push(`${place}: the key ${shown} has to be ${secretKey.rule}`);
    if (key.length > maxKeyLength) this.addPossibleSecret(key);
  }

  /** Says why a value cannot be known here, and how to pass it. */
  refuseValue(key: string, value: string, place: string, reason: string): void {
    this.addPossibleSecret(value);
    if (!secretKey.pattern.test(key)) {
      this.refuseKey(key, place);
      return;
    }
    this.problems.push(`${place}: \`${key}\` ${reason}. Pass \`${key}\` with \`secrets-env\``);
  }

  /**
   * Gives up reading at a mistake, behind which nothing is known. Of a value that goes over several
   * lines and is not given as such, lines may have been taken for keys; an empty one is not told.
   */
  stopAt(problem: string): void {
    this.problems.push(problem);
    const kept = this.entries.filter(({ value }) => !value.isEmpty);
    this.entries.splice(0, Infinity, ...kept);
  }

  /** Whether it holds nothing, and nothing of that was said yet. */
  get isEmpty(): boolean {
    const said = this.entries.length + this.problems.length + this.unmatched.length;
    return said === 0 && !this.isReportedElsewhere;
  }

  addPossibleSecret(text: string): void {
    this.possibleSecrets.push(new SecretValue(text));
  }

  /** The same of a line that was not read: it may be a key with its value, of which that is as secret. */
  addPossibleSecretLine(line: string): void {
    this.addPossibleSecret(line);
    if (line.includes('=')) this.addPossibleSecret(line.slice(line.indexOf('=') + 1));
  }
}

/** Whether a name looks like one of a variable, and not like part of a value. */
export function isConventional(key: string): boolean {
  return /^[A-Z_][A-Z0-9_]*$/.test(key);
}

/**
 * Behind which key a mistake stands, where that is sure to be one: of a value that goes over several
 * lines and is not given as such, a line may look like a key with its value.
 */
export function afterKey(key: string | undefined): string {
  return key !== undefined && isConventional(key) ? ` (after the key \`${key}\`)` : '';
}

/**
 * Whether a line is more likely the end of a value in base64 (or base32) that goes over several lines
 * than a key and its value: `…==`, or `…=` behind letters of both cases. Shown as a key, it would be
 * half of a secret.
 */
export function endsBase64(key: string, value: string): boolean {
  return /^=+$/.test(value) || (value === '' && /[a-z]/.test(key) && /[A-Z]/.test(key));
}

/**
 * What is wrong with a line that is not `KEY=value`, and what to write instead. It continues a
 * sentence that names the line, and shows nothing of it. Undefined if it could be anything.
 */
export function mistakeIn(line: string): string | undefined {
  return commonMistakes.find(({ pattern }) => pattern.test(line))?.words;
}

/** Keys as people write them; what does not begin like one may be part of a secret. */
const commonMistakes: readonly { readonly pattern: RegExp; readonly words: string }[] = [
  {
    pattern: /^\s*export\s+[A-Za-z_]\w*=/,
    words: 'begins with `export`, which is for shells. Write `KEY=value`',
  },
  {
    pattern: /^\s*-\s+[A-Za-z_]\w*(?:=|:\s|$)/,
    words: 'begins with `- `, as in a YAML list. Write `KEY=value`',
  },
  {
    pattern: /^\s*[A-Za-z_][\w-]*:(?:\s|$)/,
    words: 'has a colon after its key. Write `KEY=value`',
  },
  {
    pattern: /^[A-Za-z_][\w-]*\s+=/,
    words: 'has a blank between its key and the `=`. Write `KEY=value`',
  },
  { pattern: /^\s+[A-Za-z_][\w-]*=/, words: 'begins with a blank. Write `KEY=value`' },
  {
    pattern: /^\s*[[{]/,
    words: 'looks like JSON. Pass JSON with `secrets-json`',
  },
];

/** What `${{ secrets }}` becomes, which is an object. */
export const objectAsText =
  'is the word `Object`, which is what `${{ secrets }}` becomes. Write `secrets-json: ${{ toJSON(secrets) }}`';

export function isObjectAsText(input: string): boolean {
  return input.trim() === 'Object';
}
