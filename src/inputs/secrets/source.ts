import { secretKey } from '../../pipecat/names.js';
import { SecretValue } from '../../secrecy/secret-value.js';

/** The inputs that bring secrets, the strongest first. */
export const secretSources = ['secrets', 'secrets-env', 'secrets-json', 'secrets-file'] as const;
export type SecretSource = (typeof secretSources)[number];

/** A key, its value, and its place in the source. */
export interface SecretEntry {
  readonly source: SecretSource;
  readonly key: string;
  readonly value: SecretValue;
  /** Such as `line 3`; never a value. */
  readonly place: string;
  /** Whether it is a line `KEY=value`, where quotes and comments are part of the value. */
  readonly isLine?: boolean;
  /** For a variable that does not exist. */
  readonly unset?: {
    /** Its name if that is the key; another name may be a value, and is never shown. */
    readonly variable: string | undefined;
    /** The existing variable that was probably meant. */
    readonly meant: string | undefined;
  };
}

type EntryDetails = Pick<SecretEntry, 'isLine' | 'unset'>;

/** Longer texts are not keys and may be anything, so they are not shown. */
export const maxKeyLength = 64;

/** What one source contains, mistakes included. */
export class SourceReading {
  readonly source: SecretSource;
  readonly entries: SecretEntry[] = [];
  readonly #places = new Map<string, string>();
  /** Sentences without the name of the input; never a value. */
  readonly problems: string[] = [];
  /** Texts that could not be read but may be (part of) a secret, to be masked. */
  readonly possibleSecrets: SecretValue[] = [];
  /** What is not sent on purpose, for the log. */
  readonly remarks: string[] = [];
  /** Patterns that select nothing: as likely a mistake as an empty value. */
  readonly unmatched: string[] = [];
  /** Whether a mistake in another input explains why it is empty. */
  isReportedElsewhere = false;

  constructor(source: SecretSource) {
    this.source = source;
  }

  /** Adds an entry, unless its key is not valid or is already there. */
  add(key: string, value: string, place: string, details: EntryDetails = {}): void {
    if (!secretKey.pattern.test(key)) {
      this.refuseKey(key, place);
      this.addPossibleSecret(value);
      return;
    }
    const earlier = this.#places.get(key);
    if (earlier !== undefined) {
      this.problems.push(`${place}: \`${key}\` is set twice, first in ${earlier}`);
      this.addPossibleSecret(value);
      return;
    }
    this.#places.set(key, place);
    const { source } = this;
    this.entries.push({ source, key, value: new SecretValue(value), place, ...details });
  }

  /** Reports a key that the platform would reject. */
  refuseKey(key: string, place: string): void {
    const shown = key.length > maxKeyLength ? `of ${key.length} characters` : `\`${key}\``;
    this.problems.push(`${place}: the key ${shown} is not valid; use ${secretKey.rule}`);
    if (key.length > maxKeyLength) this.addPossibleSecret(key);
  }

  /** Reports why a value cannot be read here, and how to pass it. */
  refuseValue(key: string, value: string, place: string, reason: string): void {
    this.addPossibleSecret(value);
    if (!secretKey.pattern.test(key)) {
      this.refuseKey(key, place);
      return;
    }
    this.problems.push(`${place}: \`${key}\` ${reason}. Pass \`${key}\` with \`secrets-env\``);
  }

  /**
   * Stops reading at a mistake, because nothing after it is certain. Empty entries are dropped: they may be
   * lines of a value that spans several lines.
   *
   * @param unread lines from the mistake on, which may be (part of) a secret
   */
  stopAt(problem: string, unread: readonly string[] = []): this {
    this.problems.push(problem);
    for (const line of unread) this.#addPossibleSecretLine(line);
    const kept = this.entries.filter(({ value }) => !value.isEmpty);
    this.entries.splice(0, Infinity, ...kept);
    return this;
  }

  /** Whether it has no secrets, and that was not reported yet. */
  get isEmpty(): boolean {
    const found = this.entries.length + this.problems.length + this.unmatched.length;
    return found === 0 && !this.isReportedElsewhere;
  }

  addPossibleSecret(text: string): void {
    this.possibleSecrets.push(new SecretValue(text));
  }

  /** If the line is `KEY=value`, the value alone is as secret. */
  #addPossibleSecretLine(line: string): void {
    this.addPossibleSecret(line);
    if (line.includes('=')) this.addPossibleSecret(line.slice(line.indexOf('=') + 1));
  }
}

/** Whether a name looks like that of a variable, not like part of a value. */
export function isConventional(key: string): boolean {
  return /^[A-Z_][A-Z0-9_]*$/.test(key);
}

/** The key before a mistake, if it certainly is one, and not part of a value that spans several lines. */
export function afterKey(key: string | undefined): string {
  return key !== undefined && isConventional(key) ? ` (after the key \`${key}\`)` : '';
}

/**
 * Whether a line is probably the end of a base64 or base32 value that spans several lines: `…==`, or `…=`
 * after letters of both cases. Shown as a key, it would reveal half of a secret.
 */
export function endsBase64(key: string, value: string): boolean {
  return /^=+$/.test(value) || (value === '' && /[a-z]/.test(key) && /[A-Z]/.test(key));
}

/**
 * What is wrong with a line that is not `KEY=value`, and how to fix it: the end of a sentence that begins
 * with its place, without the line itself. Undefined if it could be anything.
 */
export function mistakeIn(line: string): string | undefined {
  return commonMistakes.find(({ pattern }) => pattern.test(line))?.words;
}

/** All require the beginning of a key; anything else may be part of a secret. */
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
