import type { SecretValue } from '../../secrecy/secret-value.js';
import { wildcards } from '../../text/wildcards.js';
import { isObjectAsText, objectAsText, SourceReading } from './source.js';

/**
 * Reads the `secrets-json` input, a flat JSON object of strings such as `toJSON(secrets)`. Takes the keys
 * that the patterns of `secrets-include` select; a `!` pattern excludes, whatever the order. Never takes
 * `github_token` and the action's own credential.
 */
export async function readJson(
  input: string,
  patterns: readonly string[],
  credentials: readonly SecretValue[],
): Promise<SourceReading> {
  const reading = new SourceReading('secrets-json');
  if (isObjectAsText(input)) return reading.stopAt(objectAsText);
  // JSON.parse quotes the text in its errors, and silently keeps the last of two equal keys.
  const { parse } = await import('@humanwhocodes/momoa');
  let body;
  try {
    ({ body } = parse(input));
  } catch (error) {
    reading.addPossibleSecret(input);
    return reading.stopAt(`is not JSON${lineOf(error)}; set it to \`\${{ toJSON(secrets) }}\``);
  }
  // In a run without secrets, it may be null.
  if (body.type !== 'Object' && body.type !== 'Null') {
    reading.addPossibleSecret(input);
    return reading.stopAt('is not a JSON object of strings, such as `${{ toJSON(secrets) }}`');
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
        `\`${key}\` is not sent, because it is GitHub's own token, which expires with the job.`,
      );
    } else if (credentials.some((credential) => credential.reveal() === text?.trim())) {
      reading.remarks.push(`\`${key}\` is not sent, because it is the credential of this action.`);
    } else if (select.takes(key)) {
      if (text === undefined) {
        reading.problems.push(`${place}: the value of \`${key}\` is not a string`);
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
  /** The patterns that match no key; those that exclude may match none. */
  unmatched(keys: readonly string[]): string[];
}

function selection(patterns: readonly string[]): Selection {
  const compiled = patterns.flatMap((pattern) => {
    const isExclusion = pattern.startsWith('!');
    const matches = wildcards(isExclusion ? pattern.slice(1).trim() : pattern);
    // A malformed pattern is reported for its own input.
    return matches === undefined ? [] : [{ pattern, isExclusion, matches }];
  });
  const included = compiled.filter(({ isExclusion }) => !isExclusion);
  return {
    takes: (key) => {
      const matching = compiled.filter(({ matches }) => matches(key));
      return matching.length > 0 && !matching.some(({ isExclusion }) => isExclusion);
    },
    unmatched: (keys) =>
      included.filter(({ matches }) => !keys.some(matches)).map(({ pattern }) => pattern),
  };
}

function lineOf(error: unknown): string {
  const line: unknown = error instanceof Error && 'line' in error ? error.line : undefined;
  return typeof line === 'number' ? ` (line ${line})` : '';
}
