import {
  agentSettings,
  mapAgentSettings,
  type AgentSettingName,
  type AgentSettingValue,
} from '../pipecat/agent-settings.js';
import { agentProfileName, buildId } from '../pipecat/names.js';
import type { Regional } from '../plan/regional.js';
import { inputNames, type InputName } from './declared.js';
import { readImage } from './image.js';
import type { InputReader } from './reader.js';

/** The type of a key in the settings file. */
export type SettingsFileForm = 'text' | 'integer' | 'quantity' | 'texts' | 'anything';

/** Settings that are read elsewhere, because more than the agent depends on them. */
type SetName = 'secretSet' | 'imagePullSecretSet';
/** Settings that may differ by region. */
type RegionalName = 'minAgents' | 'maxAgents';
type ReadName = Exclude<AgentSettingName, SetName>;

interface SettingSource<Value> {
  /** The dotted key of the settings file; undefined if only an input sets it. */
  readonly key: string | undefined;
  readonly form: SettingsFileForm;
  readonly read: (reader: InputReader) => Value | undefined;
}

type SettingSources = {
  readonly [Name in ReadName]: SettingSource<
    Name extends RegionalName ? Regional<AgentSettingValue<Name>> : AgentSettingValue<Name>
  >;
} & Readonly<Record<SetName, Omit<SettingSource<string>, 'read'>>>;

/** What machines and compilers call the processors. */
const architectureAliases = new Map([
  ['x86', 'amd64'],
  ['x86-64', 'amd64'],
  ['x86_64', 'amd64'],
  ['x64', 'amd64'],
  ['arm', 'arm64'],
  ['aarch64', 'arm64'],
]);

/**
 * Where the settings of `pipecat/agent-settings.ts` come from: the key of the settings file, and how to
 * read the input, whose name is in that table.
 */
export const settingSources = {
  image: { key: 'image', form: 'text', read: readImage },
  buildId: {
    key: 'build_id',
    form: 'text',
    read: readBuildId,
  },
  secretSet: { key: 'secret_set', form: 'text' },
  imagePullSecretSet: { key: 'image_credentials', form: 'text' },
  minAgents: {
    key: 'scaling.min_agents',
    form: 'integer',
    read: ({ fields }) => fields.integerByRegion('min-agents', { least: 0 }),
  },
  maxAgents: {
    key: 'scaling.max_agents',
    form: 'integer',
    read: ({ fields }) => fields.integerByRegion('max-agents', { least: 1 }),
  },
  agentProfile: {
    key: 'agent_profile',
    form: 'text',
    read: ({ fields }) => fields.name('agent-profile', agentProfileName),
  },
  architecture: {
    key: 'architecture',
    form: 'text',
    read: ({ fields }) => fields.word('architecture', ['amd64', 'arm64'], architectureAliases),
  },
  maxSessionDuration: {
    key: 'max_session_duration',
    form: 'integer',
    read: ({ fields }) => fields.integer('max-session-duration', { least: 60, most: 14_400 }),
  },
  krispVivaAudioFilter: {
    key: 'krisp_viva.audio_filter',
    form: 'text',
    read: ({ fields }) => fields.word('krisp-viva-audio-filter', ['tel', 'pro', 'off']),
  },
  websocketAuth: {
    key: 'websocket_auth',
    form: 'text',
    read: ({ fields }) => fields.word('websocket-auth', ['none', 'token']),
  },
  managedKeys: {
    key: undefined,
    form: 'text',
    read: ({ fields }) => fields.boolean('enable-managed-keys'),
  },
  cpu: { key: 'resources.cpu', form: 'quantity', read: (reader) => resources(reader)?.cpu },
  memory: {
    key: 'resources.memory',
    form: 'quantity',
    read: (reader) => resources(reader)?.memory,
  },
} as const satisfies SettingSources;

/** The state in a summary shows only the beginning of a build id. */
function readBuildId({ raw, fields, findings }: InputReader): string | undefined {
  const text = raw.text('build-id') ?? '';
  if (!/^[0-9a-f]{8}$/i.test(text)) return fields.name('build-id', buildId);
  return findings.problem(
    'build-id',
    `\`${text}\` is a shortened build id; the full one is under Changes in the summary of that release. Use ${buildId.rule}`,
  );
}

/** An agent has either a profile or its own resources; inputs take precedence. */
function resources({ raw, settingsFile }: InputReader) {
  return raw.isInput('agent-profile') ? undefined : settingsFile?.resources;
}

type ReadSettings = {
  readonly [Name in AgentSettingName]: Name extends ReadName
    ? ReturnType<(typeof settingSources)[Name]['read']>
    : undefined;
};

/** Reads all settings of the agent except its sets. */
export function readAgentSettings(reader: InputReader): ReadSettings {
  return mapAgentSettings<Record<AgentSettingName, unknown>>((name) => {
    const { read }: Partial<SettingSource<unknown>> = settingSources[name];
    return read?.(reader);
  }) as ReadSettings;
}

/** The input that sets it; undefined if only the settings file does. */
export function inputOf(name: AgentSettingName): InputName | undefined {
  return inputNames.find((input) => input === agentSettings[name].name);
}

/** Inputs that only an agent uses. */
export const agentSettingInputs: readonly InputName[] = Object.entries(settingSources).flatMap(
  ([name, source]) => ('read' in source ? (inputOf(name as AgentSettingName) ?? []) : []),
);
