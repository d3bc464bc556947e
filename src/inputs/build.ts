import { posix } from 'node:path';
import type { ContextSettings } from '../context/select.js';
import type { BuildSettings } from '../plan/settings.js';
import { listOf } from '../text/list.js';
import { declaredInputs, type InputName } from './declared.js';
import { isPath, shown } from './problems.js';
import type { RawInputs } from './raw-inputs.js';
import type { InputReader } from './reader.js';

/** Inputs that set what an agent runs; at most one of them may be set. */
export const imageSources = [
  'cloud-build',
  'build-id',
  'image',
] as const satisfies readonly InputName[];

const buildInputs = [
  'build-context',
  'dockerfile',
  'build-exclude',
  'build-timeout',
] as const satisfies readonly InputName[];

/** Their values if neither the workflow nor a settings file sets them. */
const defaults = {
  'build-context': '.',
  dockerfile: 'Dockerfile',
  'build-exclude': undefined,
  'build-timeout': declaredInputs['build-timeout'].default,
} as const;

/** Whether an input sets what the agent runs; `cloud-build: false` does not. */
export function isImageSource(raw: RawInputs, input: InputName): boolean {
  return input === 'cloud-build'
    ? raw.verbatim(input).trim().toLowerCase() === 'true'
    : raw.isInput(input);
}

/** Reads how to build an image from the checkout. Undefined if none is built. */
export function readBuild(reader: InputReader): BuildSettings | undefined {
  const { raw, fields, findings } = reader;
  const isBuilt = fields.boolean('cloud-build') ?? false;
  const [first, ...others] = imageSources.filter((input) => isImageSource(raw, input));
  if (first !== undefined && others.length > 0) {
    const list = others.map((input) => `\`${input}\``).join(' and ');
    findings.problem(
      first,
      `and ${list} are ${others.length > 1 ? 'all' : 'both'} set, but an agent runs only one of them`,
    );
  }
  const timeout = fields.timeout('build-timeout');
  if (isBuilt) return { context: readContext(reader), timeout };
  reportUnused(reader);
  return undefined;
}

function readContext(reader: InputReader): ContextSettings {
  const { raw, settingsFile: file, findings } = reader;
  const isInput = raw.isInput('build-exclude');
  const exclude = isInput ? raw.items('build-exclude') : (file?.excludePatterns ?? []);
  if (!isInput && file !== undefined) {
    findings.substitutes.set('build-exclude', `build.exclude.patterns (${file.path})`);
  }
  for (const pattern of exclude) {
    if (!pattern.startsWith('!')) continue;
    findings.problem(
      'build-exclude',
      `lists what to exclude, so ${shown(pattern)} cannot begin with \`!\`. To include files, use \`.dockerignore\``,
    );
  }
  const directory = readPath(reader, 'build-context') ?? defaults['build-context'];
  const folder = file === undefined ? '.' : posix.dirname(file.path);
  const isDefault = !raw.isInput('build-context') && directory === defaults['build-context'];
  return {
    directory,
    dockerfile: readPath(reader, 'dockerfile') ?? defaults.dockerfile,
    exclude,
    ...(isDefault && folder !== '.' ? { settingsFolder: folder } : {}),
  };
}

function readPath(
  { raw, findings }: InputReader,
  input: 'build-context' | 'dockerfile',
): string | undefined {
  const path = raw.text(input);
  if (path === undefined || isPath(path)) return path;
  return findings.problem(input, `${shown(path)} is not one path`);
}

/** No mistake: in a workflow, a condition may decide whether to build. */
function reportUnused({ raw, findings }: InputReader): void {
  const unused = buildInputs.filter(
    (input) => raw.isInput(input) && raw.text(input) !== defaults[input],
  );
  if (unused.length === 0) return;
  findings.notices.push(
    `${listOf(unused)} ${unused.length === 1 ? 'has' : 'have'} no effect without \`cloud-build: true\`.`,
  );
}
