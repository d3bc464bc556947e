import { resolve } from 'node:path';
import { secretKey } from '../pipecat/names.js';
import type { RequiredKey } from '../release/settings.js';
import { systemErrorCode } from '../system-error.js';
import { found, type Findings } from './problems.js';
import type { RawInputs } from './raw-inputs.js';
import type { ReadFile } from './secrets/files.js';

/**
 * Reads the keys that the set has to have after the release: names, or dotenv files such as
 * `.env.example` whose keys are meant. A key holds neither a dot nor a slash, so an item that does is
 * a path.
 */
export async function readRequiredKeys(
  raw: RawInputs,
  workspace: string,
  readFile: ReadFile,
  findings: Findings,
): Promise<RequiredKey[]> {
  const required = new Map<string, RequiredKey>();
  const require = (key: string, origin: string): void => {
    if (!required.has(key)) required.set(key, { key, origin });
  };
  for (const item of raw.items('required-secrets')) {
    if (secretKey.pattern.test(item)) {
      require(item, '`required-secrets`');
    } else if (/[./\\]/.test(item) && !item.includes('=')) {
      const keys = await readKeys(item, workspace, readFile, findings);
      for (const key of keys) require(key, `\`${item}\``);
    } else {
      findings.problem(
        'required-secrets',
        `has to be names of keys (${secretKey.rule}) or paths of dotenv files; ${found(item)}`,
      );
    }
  }
  return [...required.values()];
}

async function readKeys(
  path: string,
  workspace: string,
  readFile: ReadFile,
  findings: Findings,
): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(resolve(workspace, path));
  } catch (error) {
    const code = systemErrorCode(error);
    const reason =
      code === 'ENOENT' ? 'there is no such file' : (code ?? 'the reason is not known');
    findings.problem('required-secrets', `\`${path}\` cannot be read (${reason})`);
    return [];
  }
  const { parse } = await import('dotenv');
  const keys = Object.keys(parse(text));
  if (keys.length === 0) {
    findings.problem('required-secrets', `\`${path}\` names no key`);
  }
  return keys.filter((key) => {
    if (secretKey.pattern.test(key)) return true;
    findings.problem(
      'required-secrets',
      `\`${path}\`: the key \`${key}\` has to be ${secretKey.rule}`,
    );
    return false;
  });
}
