/** A value of a setting; what the platform calls "off" is a word here, and null on the platform. */
type SettingValue = string | number | boolean;

interface AgentSetting {
  /** What messages call it: the input, or the key of the settings file if there is no input. */
  readonly name: string;
  /** The field of a create or an update that carries it, dotted. */
  readonly field: string;
  /** Where an agent's response may show it, dotted; the first of them that has it counts. */
  readonly shownAt: readonly string[];
  /** Reads it from a response: null is not set, undefined is another type, and counts as not shown. */
  readonly read: (value: unknown) => SettingValue | null | undefined;
  /** Whether it is not set if the object around it is shown without it. */
  readonly isUnsetIfMissing?: true;
  /** The word that switches it off. */
  readonly off?: string;
  /** Whether it says what the agent runs, of which an agent has only one. */
  readonly isWhatRuns?: true;
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;
const count = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined;
const flag = (value: unknown): boolean | undefined =>
  typeof value === 'boolean' ? value : undefined;

/** The first text of a list; an empty list holds none. */
const firstText = (value: unknown): string | null | undefined => {
  if (!Array.isArray(value)) return undefined;
  const [first] = value as readonly unknown[];
  return first === undefined ? null : text(first);
};

const spec = 'deployment.manifest.spec';

/**
 * The settings of an agent, each in one row: how it is sent, and how a response shows it. Requests,
 * responses and the plan's comparison come from these rows. The inputs and the keys of the settings
 * file that give a setting are in a table of the same names (`inputs/agent-settings.ts`).
 */
export const agentSettings = {
  image: {
    name: 'image',
    field: 'image',
    shownAt: [`${spec}.image`],
    read: text,
    isWhatRuns: true,
  },
  buildId: {
    name: 'build-id',
    field: 'buildId',
    shownAt: ['deployment.buildId'],
    read: text,
    isWhatRuns: true,
  },
  secretSet: {
    name: 'secret-set',
    field: 'secretSet',
    shownAt: [`${spec}.envFromSecretNames`],
    read: firstText,
    isUnsetIfMissing: true,
  },
  imagePullSecretSet: {
    name: 'image-credentials',
    field: 'imagePullSecretSet',
    shownAt: [`${spec}.imagePullSecretName`],
    read: text,
    isUnsetIfMissing: true,
  },
  minAgents: {
    name: 'min-agents',
    field: 'autoScaling.minAgents',
    shownAt: ['autoScaling.minReplicas', `${spec}.autoScaling.minReplicas`],
    read: count,
  },
  maxAgents: {
    name: 'max-agents',
    field: 'autoScaling.maxAgents',
    shownAt: ['autoScaling.maxReplicas', `${spec}.autoScaling.maxReplicas`],
    read: count,
  },
  agentProfile: {
    name: 'agent-profile',
    field: 'agentProfile',
    shownAt: ['agentProfile'],
    read: text,
  },
  architecture: {
    name: 'architecture',
    field: 'architecture',
    shownAt: [`${spec}.arch`],
    read: text,
  },
  /** Seconds; if it is not set, the platform's default applies. */
  maxSessionDuration: {
    name: 'max-session-duration',
    field: 'maxSessionDuration',
    shownAt: [`${spec}.maxSessionDurationSeconds`],
    read: count,
    isUnsetIfMissing: true,
  },
  krispVivaAudioFilter: {
    name: 'krisp-viva-audio-filter',
    field: 'krispViva.audioFilter',
    shownAt: ['krispViva.audioFilter'],
    read: text,
    isUnsetIfMissing: true,
    off: 'off',
  },
  websocketAuth: {
    name: 'websocket-auth',
    field: 'websocketAuth',
    shownAt: ['websocketAuth'],
    read: text,
  },
  managedKeys: {
    name: 'enable-managed-keys',
    field: 'enableIntegratedKeysProxy',
    shownAt: ['enableIntegratedKeysProxy'],
    read: flag,
  },
  /** Kubernetes quantities; self-hosted regions only, and not together with a profile. */
  cpu: { name: 'resources.cpu', field: 'resources.cpu', shownAt: [], read: text },
  memory: { name: 'resources.memory', field: 'resources.memory', shownAt: [], read: text },
} as const satisfies Record<string, AgentSetting>;

export type AgentSettingName = keyof typeof agentSettings;

export const agentSettingNames = Object.keys(agentSettings) as AgentSettingName[];

type Row<Name extends AgentSettingName> = (typeof agentSettings)[Name];

/** What can be given for a setting. */
export type AgentSettingValue<Name extends AgentSettingName> = NonNullable<
  ReturnType<Row<Name>['read']>
>;

/** Settings that a create or an update of an agent can carry; what is omitted stays as it is. */
export type AgentSettings = {
  readonly [Name in AgentSettingName]?: AgentSettingValue<Name> | undefined;
};

/** Settings of an agent as its response shows them: undefined is not shown, null is not set. */
export type ObservedAgentSettings = {
  readonly [Name in AgentSettingName]:
    | AgentSettingValue<Name>
    | (Row<Name> extends { readonly isUnsetIfMissing: true } ? null : never)
    | undefined;
};

/** Makes something of every setting. */
export function mapAgentSettings<Result extends Readonly<Record<AgentSettingName, unknown>>>(
  work: <Name extends AgentSettingName>(name: Name) => Result[Name],
): Result {
  return Object.fromEntries(agentSettingNames.map((name) => [name, work(name)])) as Result;
}

/** The settings as the API's fields, without those that are not given. */
export function toFields(settings: AgentSettings): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const name of agentSettingNames) {
    const value = toSent(name, settings[name]);
    if (value === undefined) continue;
    const [first = '', second] = agentSettings[name].field.split('.');
    fields[first] =
      second === undefined ? value : { ...(fields[first] as object | undefined), [second]: value };
  }
  return fields;
}

/** The value of a setting as the platform has it: null is off. */
function toSent(
  name: AgentSettingName,
  value: SettingValue | undefined,
): SettingValue | null | undefined {
  const { off }: AgentSetting = agentSettings[name];
  return value !== undefined && value === off ? null : value;
}

/** The settings that an agent's response shows. */
export function readAgentSettings(response: unknown): ObservedAgentSettings {
  return mapAgentSettings<Record<AgentSettingName, unknown>>((name) =>
    shown(agentSettings[name], response),
  ) as ObservedAgentSettings;
}

function shown(
  { shownAt, read, isUnsetIfMissing }: AgentSetting,
  response: unknown,
): SettingValue | null | undefined {
  for (const place of shownAt) {
    const keys = place.split('.');
    const parent = keys.slice(0, -1).reduce(valueAt, response);
    const value = valueAt(parent, keys.at(-1) ?? '');
    if (value !== undefined && value !== null) return read(value);
    if (isUnsetIfMissing && isObject(parent)) return null;
  }
  return undefined;
}

function valueAt(object: unknown, key: string): unknown {
  return isObject(object) ? object[key] : undefined;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Why a setting that was changed cannot get its value from before. */
export type Irreversible = 'not-shown' | 'unset-before';

/** The values that bring settings back to what an agent had. */
export interface Restoration {
  /** Without those that differ in nothing. */
  readonly settings: AgentSettings;
  readonly irreversible: readonly {
    readonly name: AgentSettingName;
    readonly because: Irreversible;
  }[];
}

/** A response shows the image of a cloud build redacted, so that it cannot be sent. */
const sendableImage = /^[\w./:-]+(?::[\w.-]+|@sha256:[0-9a-f]{64})$/;

/** What an agent runs, as it can be sent; undefined if its response does not show that. */
export function whatRunsIn({
  image,
  buildId,
}: ObservedAgentSettings): { readonly image: string } | { readonly buildId: string } | undefined {
  if (buildId !== undefined) return { buildId };
  return image !== undefined && sendableImage.test(image) ? { image } : undefined;
}

/**
 * How the settings that were sent go back to what the agent had.
 *
 * @param runsNewBuild whether it was also sent a build that the settings do not name yet
 */
export function restoreSettings(
  had: ObservedAgentSettings,
  sent: AgentSettings,
  runsNewBuild: boolean,
): Restoration {
  const irreversible: { name: AgentSettingName; because: Irreversible }[] = [];
  const restored = (name: AgentSettingName): SettingValue | undefined => {
    const { isWhatRuns, off }: AgentSetting = agentSettings[name];
    const given = toSent(name, sent[name]);
    const value = had[name];
    if (isWhatRuns || given === undefined || given === value) return undefined;
    if (value !== null && value !== undefined) return value;
    if (value === null && off !== undefined) return off;
    irreversible.push({ name, because: value === null ? 'unset-before' : 'not-shown' });
    return undefined;
  };
  const settings = mapAgentSettings<Record<AgentSettingName, unknown>>(restored) as AgentSettings;
  // One bound alone may reset the other one.
  const isScaled = settings.minAgents !== undefined || settings.maxAgents !== undefined;
  const bounds = isScaled ? { minAgents: had.minAgents, maxAgents: had.maxAgents } : {};
  return { settings: { ...settings, ...bounds, ...whatRan() }, irreversible };

  function whatRan(): Pick<AgentSettings, 'image' | 'buildId'> {
    const { image, buildId } = had;
    const isSame =
      sent.buildId === undefined
        ? sent.image === undefined || (buildId === undefined && sent.image === image)
        : sent.buildId === buildId;
    if (isSame && !runsNewBuild) return {};
    const before = whatRunsIn(had);
    if (before !== undefined) return before;
    irreversible.push({ name: 'buildId', because: 'not-shown' });
    return {};
  }
}

/** A setting that is given, beside what the agent has. */
export interface AgentSettingComparison {
  readonly name: string;
  /** Undefined if the agent's response does not show it, null if it is not set. */
  readonly before: SettingValue | null | undefined;
  /** Null if it is switched off. */
  readonly after: SettingValue | null;
}

/** Compares the settings that are given with those of an agent. */
export function compareAgentSettings(
  observed: ObservedAgentSettings | undefined,
  wanted: AgentSettings,
): AgentSettingComparison[] {
  return agentSettingNames.flatMap((name) => {
    const after = toSent(name, wanted[name]);
    if (after === undefined) return [];
    const before = observed && current(name, observed, after);
    return [{ name: agentSettings[name].name, before, after }];
  });
}

/** What the agent has of a setting. An image replaces a build, and a build an image. */
function current(
  name: AgentSettingName,
  observed: ObservedAgentSettings,
  after: SettingValue | null,
): SettingValue | null | undefined {
  const { isWhatRuns }: AgentSetting = agentSettings[name];
  return isWhatRuns && observed[name] !== after
    ? (observed.buildId ?? observed.image)
    : observed[name];
}
