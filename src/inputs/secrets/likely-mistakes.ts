import type { SecretEntry } from './source.js';

/** Why a value is certainly not the secret itself: it needs another step first. */
export type Unfinished = 'a GitHub expression' | 'SOPS ciphertext' | 'dotenvx ciphertext';

export function unfinished(value: string): Unfinished | undefined {
  const expression = value.indexOf('${{');
  if (expression !== -1 && value.includes('}}', expression)) return 'a GitHub expression';
  if (value.startsWith('ENC[AES256_GCM,')) return 'SOPS ciphertext';
  if (value.startsWith('encrypted:')) return 'dotenvx ciphertext';
  return undefined;
}

/**
 * Whether a line `KEY=value` looks like several that were joined, by `secrets: >` or by commas. A name
 * begins after a separator and cannot contain one, so the search takes linear time.
 */
export function looksLikeSeveral(value: string): boolean {
  return /[,\s][A-Z][A-Z0-9_]{2,}=(?=[^=\s,])/.test(value);
}

/** The values in such a line, which are as secret as the whole. */
export function severalValues(value: string): string[] {
  return value.split(/[,\s](?=[A-Z][A-Z0-9_]{2,}=[^=\s,])/).map((part, index) => {
    const own = index === 0 ? part : part.slice(part.indexOf('=') + 1);
    return own.replace(/,$/, '').trim();
  });
}

const quotes = [
  ['"', '"', 'is in double quotes'],
  ["'", "'", 'is in single quotes'],
  ['`', '`', 'is in backticks'],
  ['“', '”', 'is in smart quotes'],
  ['‘', '’', 'is in smart quotes'],
] as const;

/** Longer values are not placeholders. */
const maxPlaceholderLength = 200;

const placeholders = [
  /^change[-_ ]?me$/i,
  /^x{3,}$/i,
  /^<.*>$/,
  /^your[-_ ].*(?:key|token|secret|id|url)(?:[-_ ]?here)?$/i,
  /^op:\/\/.+$/,
];

/**
 * What looks like a mistake in a value that is sent unchanged. Each item continues a sentence with the key
 * as its subject, without any part of the value.
 */
export function likelyMistakes({ value, isLine = false }: SecretEntry): string[] {
  const text = value.reveal();
  const pair = quotes.find(
    ([open, close]) => text.length > 1 && text.startsWith(open) && text.endsWith(close),
  );
  const inside = text.slice(1, -1);
  const kind = unfinished(text);
  const isOneLine = !/[\r\n]/.test(text.replace(/\r?\n$/, ''));
  const shapes: readonly (readonly [boolean, string])[] = [
    [pair?.slice(0, 2).every((quote) => !inside.includes(quote)) === true, pair?.[2] ?? ''],
    [/^[\r\n]/.test(text), 'begins with a line break'],
    [/^[^\S\r\n]/.test(text), 'begins with a blank'],
    [isOneLine && /[\r\n]$/.test(text), 'ends with a line break'],
    [/[^\S\r\n]$/.test(text), 'ends with a blank'],
    [isLine && /\s#\s/.test(text), 'has a comment at its end'],
    [isLine && looksLikeSeveral(text), 'looks like several `KEY=value` pairs'],
    [kind !== undefined, `is ${kind ?? ''}`],
    [isPlaceholder(text), 'is a placeholder'],
  ];
  return shapes.flatMap(([matches, words]) => (matches ? [words] : []));
}

function isPlaceholder(text: string): boolean {
  return text.length <= maxPlaceholderLength && placeholders.some((pattern) => pattern.test(text));
}
