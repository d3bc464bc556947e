import { secretKey } from '../pipecat/names.js';
import type { RequiredKey } from '../plan/settings.js';
import { shown } from './problems.js';
import type { InputReader } from './reader.js';
import { readKeyNames } from './secrets/files.js';

/**
 * Reads the keys that the set must have after the release: names, or dotenv files with those names, such
 * as `.env.example`. An item with a dot or a slash is a path, because keys have neither.
 */
export async function readRequiredKeys({
  raw,
  readFile,
  findings,
}: InputReader): Promise<RequiredKey[]> {
  const required = new Map<string, RequiredKey>();
  const require = (key: string, origin: string): void => {
    if (!required.has(key)) required.set(key, { key, origin });
  };
  for (const item of raw.items('required-secrets')) {
    if (secretKey.pattern.test(item)) {
      require(item, '`required-secrets`');
    } else if (/[./\\]/.test(item) && !item.includes('=')) {
      const { keys, problems } = await readKeyNames(item, readFile);
      const isEmpty = keys.length + problems.length === 0;
      const mistakes = isEmpty ? [`\`${item}\` has no keys`] : problems;
      for (const mistake of mistakes) findings.problem('required-secrets', mistake);
      for (const key of keys) require(key, `\`${item}\``);
    } else {
      findings.problem(
        'required-secrets',
        `${shown(item)} is neither the name of a key (${secretKey.rule}) nor the path of a dotenv file`,
      );
    }
  }
  return [...required.values()];
}
