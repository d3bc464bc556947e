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
  const included = compiled(patterns.filter((pattern) => !pattern.startsWith('!')));
  const excluded = compiled(patterns.filter((pattern) => pattern.startsWith('!')));
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
    } else if (
      included.some(({ matches }) => matches(key)) &&
      !excluded.some(({ matches }) => matches(key))
    ) {
      if (text === undefined) {
        reading.problems.push(`${place}: the value of \`${key}\` is not a string`);
      } else {
        reading.add(key, text, place);
      }
    }
  }
  const unmatched = included.filter(({ matches }) => !keys.some(matches));
  reading.unmatched.push(...unmatched.map(({ pattern }) => pattern));
  return reading;
}

interface KeyPattern {
  readonly pattern: string;
  readonly matches: (key: string) => boolean;
}

/** Malformed patterns are reported for their own input. */
function compiled(patterns: readonly string[]): KeyPattern[] {
  return patterns.flatMap((pattern) => {
    const matches = wildcards(pattern.replace(/^!\s*/, ''));
    return matches === undefined ? [] : [{ pattern, matches }];
  });
}

function lineOf(error: unknown): string {
  const line: unknown = error instanceof Error && 'line' in error ? error.line : undefined;
  return typeof line === 'number' ? ` (line ${line})` : '';
}
