import { resolve } from 'node:path';
import { imageSources, isImageSource } from '../build.js';
import type { InputName } from '../declared.js';
import { found, isPath } from '../problems.js';
import type { RawInputs } from '../raw-inputs.js';
import type { InputSource } from '../reader.js';
import type { SettingsFile } from './read-settings-file.js';

/** Where the platform's own client looks; a release reads it only when it is asked to. */
const defaultPath = 'pcc-deploy.toml';

/** What other inputs need; a file with mistakes may name them, so that nothing is said to miss them. */
const subjects: readonly InputName[] = ['agent-name', 'secret-set', 'image-credentials'];

/** Reads the settings file where one is named, and puts it behind the inputs. */
export async function chooseSettingsFile(
  source: InputSource,
): Promise<{ readonly raw: RawInputs; readonly file: SettingsFile | undefined }> {
  const { raw, environment, workspace, readFile, findings } = source;
  const variable = environment['PIPECAT_DEPLOY_CONFIG_PATH']?.trim() ?? '';
  const path = raw.text('config-file') ?? (variable === '' ? undefined : variable);
  if (path === undefined) {
    await reportUnused(source);
    return { raw, file: undefined };
  }
  if (!isPath(path)) {
    findings.problem('config-file', `has to be the path of one file; ${found(path)}`);
    return { raw, file: undefined };
  }
  if (!raw.isGiven('config-file')) {
    findings.remarks.push(
      `Settings come from \`${path}\`, which the environment variable \`PIPECAT_DEPLOY_CONFIG_PATH\` names.`,
    );
  }
  const { readSettingsFile } = await import('./read-settings-file.js');
  const { file, problems, warnings } = await readSettingsFile(path, workspace, readFile);
  for (const problem of problems) findings.problem('config-file', problem);
  findings.warnings.push(...warnings);
  if (file === undefined) return { raw: raw.withUnreadableSettingsFile(subjects), file };
  // Each of them says what the agent runs, so that one as an input replaces them all.
  const isReplaced = imageSources.some((input) => isImageSource(raw, input));
  for (const { input, key } of isReplaced ? [] : file.defaults) {
    if (!file.hasGit || !isOneOf(imageSources, input)) continue;
    findings.problem(
      'config-file',
      `\`${path}\`: \`${key}\` and \`[git]\` both say what the agent runs; it is one of them`,
    );
  }
  const [first, second] = file.defaults.filter(({ input }) => isOneOf(imageSources, input));
  if (!isReplaced && first !== undefined && second !== undefined) {
    findings.problem(
      'config-file',
      `\`${path}\`: \`${second.key}\` and \`${first.key}\` are both given; an agent runs one of them`,
    );
  }
  const defaults = file.defaults.filter(
    ({ input }) => !raw.isInput(input) && !(isReplaced && isOneOf(imageSources, input)),
  );
  for (const { input, key } of defaults) findings.substitutes.set(input, `${key} (${path})`);
  const values = new Map(defaults.map(({ input, text }) => [input, text]));
  return { raw: raw.withSettingsFile(values), file };
}

function isOneOf(names: readonly InputName[], name: InputName): boolean {
  return names.includes(name);
}

async function reportUnused({ workspace, readFile, findings }: InputSource): Promise<void> {
  try {
    await readFile(resolve(workspace, defaultPath));
  } catch {
    return;
  }
  findings.notices.push(
    `\`${defaultPath}\` is in the workspace but not used. To use it, set \`config-file: ${defaultPath}\`.`,
  );
}
