/** A value of a setting. To switch a setting off, the action uses a word and the platform null. */
type SettingValue = string | number | boolean;

interface AgentSetting {
  /** Its name in messages: the input, or the key of the settings file if there is no input. */
  readonly name: string;
  /** Its field in a request, as a dotted path. */
  readonly field: string;
  /** Its possible places in a response, as dotted paths; the first one that exists counts. */
  readonly shownAt: readonly string[];
  /** Reads it from a response: null if it is not set, undefined for an unexpected type. */
  readonly read: (value: unknown) => SettingValue | null | undefined;
  /** Whether it is not set if the response shows its parent without it. */
  readonly isUnsetIfMissing?: true;
  /** The word that switches it off. */
  readonly off?: string;
  /** Whether it is the image or the build. An agent has only one of them. */
  readonly isImageOrBuild?: true;
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;
const count = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined;
const flag = (value: unknown): boolean | undefined =>
  typeof value === 'boolean' ? value : undefined;

/** The first text of a list; null if the list is empty. */
const firstText = (value: unknown): string | null | undefined => {
  if (!Array.isArray(value)) return undefined;
  const [first] = value as readonly unknown[];
  return first === undefined ? null : text(first);
};

const spec = 'deployment.manifest.spec';

/**
 * The settings of an agent, one per row. Requests, responses and the plan's comparison come from these
 * rows. `inputs/agent-settings.ts` has a table of the same names, with the inputs and the keys of the
 * settings file.
 */
export const agentSettings = {
  image: {
    name: 'image',
    field: 'image',
    shownAt: [`${spec}.image`],
    read: text,
    isImageOrBuild: true,
  },
  buildId: {
    name: 'build-id',
    field: 'buildId',
    shownAt: ['deployment.buildId'],
    read: text,
    isImageOrBuild: true,
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
  /** Seconds. If it is not set, the platform's default applies. */
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
  /** Kubernetes quantities, only for self-hosted regions, and not together with a profile. */
  cpu: { name: 'resources.cpu', field: 'resources.cpu', shownAt: [], read: text },
  memory: { name: 'resources.memory', field: 'resources.memory', shownAt: [], read: text },
} as const satisfies Record<string, AgentSetting>;

export type AgentSettingName = keyof typeof agentSettings;

const agentSettingNames = Object.keys(agentSettings) as AgentSettingName[];

type Row<Name extends AgentSettingName> = (typeof agentSettings)[Name];

/** The type of a setting's value. */
export type AgentSettingValue<Name extends AgentSettingName> = NonNullable<
  ReturnType<Row<Name>['read']>
>;

/** Settings to send. Omitted settings stay unchanged. */
export type AgentSettings = {
  readonly [Name in AgentSettingName]?: AgentSettingValue<Name> | undefined;
};

/** Settings from a response: undefined if it does not show a setting, null if the setting is not set. */
export type ObservedAgentSettings = {
  readonly [Name in AgentSettingName]:
    | AgentSettingValue<Name>
    | (Row<Name> extends { readonly isUnsetIfMissing: true } ? null : never)
    | undefined;
};

/** Computes a value for every setting. */
export function mapAgentSettings<Result extends Readonly<Record<AgentSettingName, unknown>>>(
  work: <Name extends AgentSettingName>(name: Name) => Result[Name],
): Result {
  return Object.fromEntries(agentSettingNames.map((name) => [name, work(name)])) as Result;
}

/** Converts settings to the fields of a request. */
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

/** Converts a value for the platform, where null means off. */
function toSent(
  name: AgentSettingName,
  value: SettingValue | undefined,
): SettingValue | null | undefined {
  const { off }: AgentSetting = agentSettings[name];
  return value !== undefined && value === off ? null : value;
}

/** Reads the settings from the response about an agent. */
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

/** A setting whose old value cannot be restored, and why. */
interface Irreversible {
  readonly name: AgentSettingName;
  readonly because: 'not-shown' | 'unset-before';
}

/** An image that can be sent again; responses redact the image of a cloud build. */
const sendableImage = /^[\w./:-]+(?::[\w.-]+|@sha256:[0-9a-f]{64})$/;

/** The image or build of an agent, to be sent again; undefined if the response does not show it. */
export function imageOrBuildOf({
  image,
  buildId,
}: ObservedAgentSettings): { readonly image: string } | { readonly buildId: string } | undefined {
  if (buildId !== undefined) return { buildId };
  return image !== undefined && sendableImage.test(image) ? { image } : undefined;
}

/**
 * Finds the settings that undo what was sent.
 *
 * @param runsNewBuild whether the request also had a build that `sent` does not name
 */
export function restoreSettings(
  had: ObservedAgentSettings,
  sent: AgentSettings,
  runsNewBuild: boolean,
): { readonly settings: AgentSettings; readonly irreversible: readonly Irreversible[] } {
  const irreversible: Irreversible[] = [];
  const restored = (name: AgentSettingName): SettingValue | undefined => {
    const { isImageOrBuild, off }: AgentSetting = agentSettings[name];
    const given = toSent(name, sent[name]);
    const value = had[name];
    if (isImageOrBuild || given === undefined || given === value) return undefined;
    if (value !== null && value !== undefined) return value;
    if (value === null && off !== undefined) return off;
    irreversible.push({ name, because: value === null ? 'unset-before' : 'not-shown' });
    return undefined;
  };
  const settings = mapAgentSettings<Record<AgentSettingName, unknown>>(restored) as AgentSettings;
  // A request with one bound may reset the other.
  const isScaled = settings.minAgents !== undefined || settings.maxAgents !== undefined;
  const bounds = isScaled ? { minAgents: had.minAgents, maxAgents: had.maxAgents } : {};
  return { settings: { ...settings, ...bounds, ...restoredImageOrBuild() }, irreversible };

  function restoredImageOrBuild(): Pick<AgentSettings, 'image' | 'buildId'> {
    const { image, buildId } = had;
    const isSame =
      sent.buildId === undefined
        ? sent.image === undefined || (buildId === undefined && sent.image === image)
        : sent.buildId === buildId;
    if (isSame && !runsNewBuild) return {};
    const before = imageOrBuildOf(had);
    if (before !== undefined) return before;
    irreversible.push({ name: 'buildId', because: 'not-shown' });
    return {};
  }
}

/**
 * Compares the wanted settings with those of an agent: `before` is undefined if the response does not
 * show a setting, and null if it is not set; `after` is null to switch it off.
 */
export function compareAgentSettings(
  observed: ObservedAgentSettings | undefined,
  wanted: AgentSettings,
) {
  return agentSettingNames.flatMap((key) => {
    const { name, isImageOrBuild }: AgentSetting = agentSettings[key];
    const after = toSent(key, wanted[key]);
    if (after === undefined) return [];
    const own = observed?.[key];
    // An image replaces a build, and a build replaces an image.
    const before = isImageOrBuild && own !== after ? (observed?.buildId ?? observed?.image) : own;
    return [{ name, before, after }];
  });
}
