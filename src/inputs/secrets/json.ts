import type { SecretValue } from '../../secrecy/secret-value.js';
import { wildcards } from '../../text/wildcards.js';
import { isObjectAsText, objectAsText, SourceReading } from './source.js';

/**
 * Reads the `secrets-json` input, a flat JSON object of strings such as `toJSON(secrets)`, and takes
 * the keys that the patterns of `secrets-include` select. A key that a `!` pattern takes out stays
 * out, whatever the order. `github_token` and the action's own credential never go along.
 */
export async function readJson(
  input: string,
  patterns: readonly string[],
  credentials: readonly SecretValue[],
): Promise<SourceReading> {
  const reading = new SourceReading('secrets-json');
  if (isObjectAsText(input)) {
    reading.problems.push(objectAsText);
    return reading;
  }
  // A kept parser with places and without the text in its errors; JSON.parse quotes what it reads,
  // and keeps the last of two equal keys without a word.
  const { parse } = await import('@humanwhocodes/momoa');
  let body;
  try {
    ({ body } = parse(input));
  } catch (error) {
    reading.addPossibleSecret(input);
    reading.problems.push(
      `is not JSON${lineOf(error)}; it is made for \`\${{ toJSON(secrets) }}\``,
    );
    return reading;
  }
  // A run that has no secrets may have null in their place.
  if (body.type !== 'Object' && body.type !== 'Null') {
    reading.addPossibleSecret(input);
    reading.problems.push('has to be a JSON object of strings, such as `${{ toJSON(secrets) }}`');
    return reading;
  }
  const select = selection(patterns);
  const keys: string[] = [];
  for (const { name, value } of body.type === 'Null' ? [] : body.members) {
    const key = name.type === 'String' ? name.value : name.name;
    const place = `line ${name.loc.start.line}`;
    const text = value.type === 'String' ? value.value : undefined;
    reading.addPossibleSecret(text ?? input.slice(value.loc.start.offset, value.loc.end.offset));
    keys.push(key);
    if (key.toLowerCase() === 'github_token') {
      reading.remarks.push(
        `\`${key}\` is left out, because it is GitHub's own token, which expires with the job.`,
      );
    } else if (credentials.some((credential) => credential.reveal() === text?.trim())) {
      reading.remarks.push(`\`${key}\` is left out, because it is the credential of this action.`);
    } else if (select.takes(key)) {
      if (text === undefined) {
        reading.problems.push(`${place}: the value of \`${key}\` has to be a string`);
      } else {
        reading.add(key, text, place);
      }
    }
  }
  reading.unmatched.push(...select.unmatched(keys));
  return reading;
}

interface Selection {
  takes(key: string): boolean;
  /** The patterns that no key fits; one that takes keys out may fit none. */
  unmatched(keys: readonly string[]): string[];
}

function selection(patterns: readonly string[]): Selection {
  const compiled = patterns.flatMap((pattern) => {
    const isExclusion = pattern.startsWith('!');
    const matches = wildcards(isExclusion ? pattern.slice(1).trim() : pattern);
    // A malformed pattern is reported with the input that it is from.
    return matches === undefined ? [] : [{ pattern, isExclusion, matches }];
  });
  const included = compiled.filter(({ isExclusion }) => !isExclusion);
  const excluded = compiled.filter(({ isExclusion }) => isExclusion);
  const matchesAny = (some: typeof compiled, key: string): boolean =>
    some.some(({ matches }) => matches(key));
  return {
    takes: (key) => matchesAny(included, key) && !matchesAny(excluded, key),
    unmatched: (keys) =>
      included.filter(({ matches }) => !keys.some(matches)).map(({ pattern }) => pattern),
  };
}

function lineOf(error: unknown): string {
  const line: unknown = error instanceof Error && 'line' in error ? error.line : undefined;
  return typeof line === 'number' ? ` (line ${line})` : '';
}
