import { posix } from 'node:path';
import type { ContextSettings } from '../context/select.js';
import type { BuildSettings } from '../plan/settings.js';
import { declaredInputs, type InputName } from './declared.js';
import { found, isPath } from './problems.js';
import type { RawInputs } from './raw-inputs.js';
import type { InputReader } from './reader.js';

/** What an agent runs: one of them at most. */
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

/** What they are unless they, or a settings file, say something else. */
const defaults = {
  'build-context': '.',
  dockerfile: 'Dockerfile',
  'build-exclude': undefined,
  'build-timeout': declaredInputs['build-timeout'],
} as const;

/** Whether an input says what the agent runs; `cloud-build: false` says nothing. */
export function isImageSource(raw: RawInputs, input: InputName): boolean {
  return input === 'cloud-build'
    ? raw.verbatim(input).trim().toLowerCase() === 'true'
    : raw.isInput(input);
}

/** Reads how an image is to be built of the checkout. Undefined where none is. */
export function readBuild(reader: InputReader): BuildSettings | undefined {
  const { raw, fields, findings } = reader;
  const isBuilt = fields.boolean('cloud-build') ?? false;
  const [first, ...others] = imageSources.filter((input) => isImageSource(raw, input));
  if (first !== undefined && others.length > 0) {
    const list = others.map((input) => `\`${input}\``).join(' and ');
    findings.problem(
      first,
      `and ${list} are ${others.length > 1 ? 'all' : 'both'} given; an agent runs one of them`,
    );
  }
  const timeout = fields.timeout('build-timeout');
  if (!isBuilt) {
    reportUnused(reader);
    return undefined;
  }
  const context = readContext(reader);
  return { context, timeout };
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
      `lists what to exclude, so a pattern cannot begin with \`!\`; ${found(pattern)}. To include files, use \`.dockerignore\``,
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
  findings.problem(input, `has to be one path; ${found(path)}`);
  return undefined;
}

/** A workflow may say how to build and leave it to a condition whether, so this is no mistake. */
function reportUnused({ raw, findings }: InputReader): void {
  const unused = buildInputs.filter(
    (input) => raw.isInput(input) && raw.text(input) !== defaults[input],
  );
  if (unused.length === 0) return;
  const list = unused.map((input) => `\`${input}\``).join(', ');
  findings.notices.push(
    `${list} ${unused.length === 1 ? 'has' : 'have'} no effect without \`cloud-build: true\`.`,
  );
}
