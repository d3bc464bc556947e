import type { AwkwardValue } from './awkward-values.js';

/** The inputs of a workflow, and the values that must arrive. */
export interface Given {
  readonly inputs: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  readonly expected: Readonly<Record<string, string>>;
}

/** The inputs for secret values. */
export const ways = ['secrets', 'secrets-env', 'secrets-json', 'secrets-file'] as const;
export type Way = (typeof ways)[number];

/** The file of `secrets-file`, relative to the workspace. */
export const secretsFile = '.env.release';

const keyOf = (index: number): string => `KEY_${index}`;

/** Passes values in one input. If its format cannot contain a value, `secrets-env` passes that value. */
export function give(way: Way, values: readonly AwkwardValue[]): Given {
  const pairs = values.map(({ value }, index) => ({ key: keyOf(index), value }));
  const parts = pairs.map((pair) => ({ ...pair, text: texts[way](pair.key, pair.value) }));
  const own = parts.filter(({ text }) => text !== undefined).map(({ text }) => text ?? '');
  const others = parts.filter(({ text }) => text === undefined);
  const body = own.join('\n');
  return {
    inputs: {
      ...(own.length === 0 ? {} : inputOf(way, body)),
      ...(others.length === 0 ? {} : { 'secrets-env': others.map(({ key }) => key).join(', ') }),
    },
    environment: Object.fromEntries(others.map(({ key, value }) => [key, value])),
    files: way === 'secrets-file' ? { [secretsFile]: body } : {},
    expected: Object.fromEntries(pairs.map(({ key, value }) => [key, value])),
  };
}

function inputOf(way: Way, body: string): Record<string, string> {
  switch (way) {
    case 'secrets':
      return { secrets: body };
    case 'secrets-json':
      return {
        'secrets-json': `{${body.replaceAll('\n', ',\n')}, "github_token": "ghs_not-to-be-sent"}`,
        'secrets-include': 'KEY_*',
      };
    case 'secrets-file':
      return { 'secrets-file': secretsFile };
    case 'secrets-env':
      return {};
  }
}

/** A value in a format; undefined if the format cannot contain it. */
const texts: Readonly<Record<Way, (key: string, value: string) => string | undefined>> = {
  secrets: (key, value) =>
    // The value ends with its line. A Windows line end has an additional character.
    /[\r\n]/.test(value) ? `${key}<<END-OF-${key}\n${value}\nEND-OF-${key}` : `${key}=${value}`,
  'secrets-env': () => undefined,
  'secrets-json': (key, value) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  // A dotenv file cannot contain a text that looks like a reference.
  'secrets-file': (key, value) =>
    value.includes('\r') || value.includes('${')
      ? undefined
      : `${key}='${value.replace(/[\\']/g, '\\$&')}'`,
};
