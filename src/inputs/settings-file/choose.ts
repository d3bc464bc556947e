import { listOf } from '../../text/list.js';
import { imageSources, isImageSource } from '../build.js';
import type { InputName } from '../declared.js';
import { isPath, shown } from '../problems.js';
import { variableOf } from '../raw-inputs.js';
import type { InputReader, InputSource } from '../reader.js';
import type { SettingsFile } from './settings-file.js';

/** Where the platform's client looks for it; a release reads it only if it is named. */
const defaultPath = 'pcc-deploy.toml';

/** A file with mistakes may set these, so the inputs that need them are not reported. */
const subjects = ['agent-name', 'secret-set', 'image-credentials'] as const;

/** Reads the settings file if one is named. Its values replace inputs that are not set. */
export async function chooseSettingsFile(
  source: InputSource,
): Promise<Pick<InputReader, 'raw' | 'settingsFile'>> {
  const { raw, environment, findings } = source;
  const path = raw.text('config-file') ?? variableOf(environment, 'PIPECAT_DEPLOY_CONFIG_PATH');
  if (path === undefined) {
    await reportUnused(source);
    return { raw, settingsFile: undefined };
  }
  if (!isPath(path)) {
    findings.problem('config-file', `${shown(path)} is not the path of one file`);
    return { raw, settingsFile: undefined };
  }
  if (!raw.isGiven('config-file')) {
    findings.remarks.push(
      `Settings come from \`${path}\`, which the environment variable \`PIPECAT_DEPLOY_CONFIG_PATH\` names.`,
    );
  }
  const { readSettingsFile } = await import('./read-settings-file.js');
  const settingsFile = await readSettingsFile(path, source);
  const values =
    settingsFile === undefined
      ? new Map(subjects.map((input) => [input, undefined]))
      : replacements(settingsFile, source);
  return { raw: raw.with({ settingsFile: values }), settingsFile };
}

/** The values of inputs that are not set. */
function replacements(
  { path, defaults, hasGit }: SettingsFile,
  { raw, findings }: InputSource,
): ReadonlyMap<InputName, string> {
  const isSource = (input: InputName): boolean => imageSources.some((one) => one === input);
  // An input that sets what the agent runs replaces all keys that do.
  const isReplaced = imageSources.some((input) => isImageSource(raw, input));
  const sources = defaults.filter(({ input }) => isSource(input)).map(({ key }) => key);
  if (hasGit) sources.push('[git]');
  if (!isReplaced && sources.length > 1) {
    findings.problem(
      'config-file',
      `\`${path}\`: ${listOf(sources)} cannot be set together; an agent runs only one of them`,
    );
  }
  const used = defaults.filter(
    ({ input }) => !raw.isInput(input) && !(isReplaced && isSource(input)),
  );
  for (const { input, key } of used) findings.substitutes.set(input, `${key} (${path})`);
  return new Map(used.map(({ input, text }) => [input, text]));
}

async function reportUnused({ readFile, findings }: InputSource): Promise<void> {
  try {
    await readFile(defaultPath);
  } catch {
    return;
  }
  findings.notices.push(
    `Found \`${defaultPath}\` but did not use it. To use it, set \`config-file: ${defaultPath}\`.`,
  );
}
