import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { agentSettingInputs, settingSources } from '../../src/inputs/agent-settings.js';
import { agentSettings, type AgentSettingName } from '../../src/pipecat/agent-settings.js';
import { inputNames } from '../../src/inputs/declared.js';

const root = join(import.meta.dirname, '../..');
const platform = join(root, 'src/pipecat/agent-settings.ts');
const inputs = join(root, 'src/inputs/agent-settings.ts');

interface Omission {
  /** What is forgotten. */
  readonly forgotten: string;
  readonly path: string;
  readonly from: string;
  readonly to: string;
  /** What an error says of it. */
  readonly told: RegExp;
}

const omissions: readonly Omission[] = [
  {
    forgotten: 'where a setting comes from',
    path: platform,
    from: '  websocketAuth: {',
    to: "  nightMode: { name: 'night', field: 'night', shownAt: [], read: flag },\n  websocketAuth: {",
    told: /'nightMode' is missing/,
  },
  {
    forgotten: 'how a setting is sent',
    path: platform,
    from: "    field: 'websocketAuth',\n",
    to: '',
    told: /'field' is missing/,
  },
  {
    forgotten: 'where a response shows it',
    path: platform,
    from: "    shownAt: ['enableIntegratedKeysProxy'],\n",
    to: '',
    told: /'shownAt' is missing/,
  },
  {
    forgotten: 'what messages call it',
    path: platform,
    from: "    name: 'architecture',\n",
    to: '',
    told: /'name' is missing/,
  },
  {
    forgotten: 'its key in the settings file',
    path: inputs,
    from: "    key: 'websocket_auth',\n",
    to: '',
    told: /'key' is missing/,
  },
  {
    forgotten: 'how its input is read',
    path: inputs,
    from: "    read: ({ fields }) => fields.boolean('enable-managed-keys'),\n",
    to: '',
    told: /'read' is missing/,
  },
  {
    forgotten: 'how a setting that is read is sent',
    path: inputs,
    from: '  websocketAuth: {',
    to: "  dayMode: { key: undefined, form: 'text', read: () => true },\n  websocketAuth: {",
    told: /'dayMode' does not exist/,
  },
  {
    forgotten: 'the declaration of an input',
    path: inputs,
    from: "'architecture', ['amd64'",
    to: "'processor', ['amd64'",
    told: /'"processor"' is not assignable/,
  },
];

/** The errors of the two tables, each with the given omissions. */
function errorsWith(changes: readonly Omission[]): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) =>
    ts.sys.readFile(path),
  ) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const read = host.readFile.bind(host);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (path, target) => {
    const own = changes.filter((change) => change.path === path);
    if (own.length === 0) return getSourceFile(path, target);
    const text = own.reduce(
      (before, { from, to }) => {
        expect(before.split(from)).toHaveLength(2);
        return before.replace(from, to);
      },
      read(path) ?? '',
    );
    return ts.createSourceFile(path, text, target);
  };
  const program = ts.createProgram([platform, inputs], options, host);
  return [platform, inputs].flatMap((path) =>
    program
      .getSemanticDiagnostics(program.getSourceFile(path))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  );
}

describe('what is forgotten of an agent setting does not compile', () => {
  let errors: readonly string[] = [];

  beforeAll(() => {
    // A row that is missing is only reported if the other rows are complete.
    const isRow = ({ from }: Omission) => from.endsWith('{');
    errors = [
      ...errorsWith(omissions.filter((omission) => !isRow(omission))),
      ...omissions.filter(isRow).flatMap((omission) => errorsWith([omission])),
    ];
  }, 60_000);

  test.each(omissions)('$forgotten', ({ told }) => {
    expect(errors.filter((error) => told.test(error))).not.toEqual([]);
  });
});

test('every setting has an input of its name, or is given in the settings file alone', () => {
  const names = Object.keys(agentSettings) as AgentSettingName[];
  expect(names.filter((name) => !Object.hasOwn(settingSources, name))).toEqual([]);
  expect(
    names
      .map((name) => agentSettings[name].name)
      .filter((name) => !inputNames.includes(name as never)),
  ).toEqual(['resources.cpu', 'resources.memory']);
});

test('the inputs that only an agent has any use for are those of its settings, without its sets', () => {
  expect(agentSettingInputs).toEqual([
    'image',
    'build-id',
    'min-agents',
    'max-agents',
    'agent-profile',
    'architecture',
    'max-session-duration',
    'krisp-viva-audio-filter',
    'websocket-auth',
    'enable-managed-keys',
  ]);
});
