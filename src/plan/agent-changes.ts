import type { AgentSettings } from '../pipecat/agent-settings.js';
import type { ObservedAgentSettings } from '../pipecat/answers.js';

type Setting = string | number | boolean;

/** A setting that differs, by the name of its input, and what it was and will be. */
export interface SettingChange {
  readonly setting: string;
  /** Undefined where it was not set. */
  readonly before: string | undefined;
  readonly after: string;
}

const nothingShown: ObservedAgentSettings = {
  image: undefined,
  buildId: undefined,
  secretSets: undefined,
  imagePullSecretSet: undefined,
  minAgents: undefined,
  maxAgents: undefined,
  agentProfile: undefined,
  architecture: undefined,
  maxSessionDuration: undefined,
  krispVivaAudioFilter: undefined,
  websocketAuth: undefined,
  managedKeys: undefined,
};

/** A setting that is given, and of which it is not shown what it is now. */
export type HiddenSetting = Pick<SettingChange, 'setting' | 'after'>;

interface Comparison {
  readonly setting: string;
  /** Undefined where the agent's answer does not show it, null where it is not set. */
  readonly before: Setting | null | undefined;
  /** Undefined where it is not given, null where it is switched off. */
  readonly after: Setting | null | undefined;
}

function compare(observed: ObservedAgentSettings, wanted: AgentSettings): Comparison[] {
  const filter = wanted.krispVivaAudioFilter;
  // An agent runs one of them: where one is shown, the other one is not set.
  const image = observed.image ?? (observed.buildId === undefined ? undefined : null);
  const buildId = observed.buildId ?? (observed.image === undefined ? undefined : null);
  const rows: [string, Comparison['before'], Comparison['after']][] = [
    ['image', image, wanted.image],
    ['build-id', buildId, wanted.buildId],
    ['secret-set', observed.secretSets && (observed.secretSets[0] ?? null), wanted.secretSet],
    ['image-credentials', observed.imagePullSecretSet, wanted.imagePullSecretSet],
    ['min-agents', observed.minAgents, wanted.minAgents],
    ['max-agents', observed.maxAgents, wanted.maxAgents],
    ['agent-profile', observed.agentProfile, wanted.agentProfile],
    ['architecture', observed.architecture, wanted.architecture],
    ['max-session-duration', observed.maxSessionDuration, wanted.maxSessionDuration],
    ['krisp-viva-audio-filter', observed.krispVivaAudioFilter, filter === 'off' ? null : filter],
    ['websocket-auth', observed.websocketAuth, wanted.websocketAuth],
    ['enable-managed-keys', observed.managedKeys, wanted.managedKeys],
    ['resources.cpu', undefined, wanted.resources?.cpu],
    ['resources.memory', undefined, wanted.resources?.memory],
  ];
  return rows.map(([setting, before, after]) => ({ setting, before, after }));
}

/**
 * The given settings that differ from what the agent shows. A setting that its answer does not show
 * (resources of its own, say) cannot be told to differ, and is not in the list.
 */
export function settingChanges(
  observed: ObservedAgentSettings,
  wanted: AgentSettings,
): SettingChange[] {
  return compare(observed, wanted).flatMap(({ setting, before, after }) =>
    after === undefined || before === undefined || before === after
      ? []
      : [
          {
            setting,
            before: before === null ? undefined : String(before),
            after: after === null ? 'off' : String(after),
          },
        ],
  );
}

/** The settings that a new agent is given. */
export function givenSettings(wanted: AgentSettings): SettingChange[] {
  return compare(nothingShown, wanted).flatMap(({ setting, after }) =>
    after === undefined
      ? []
      : [{ setting, before: undefined, after: after === null ? 'off' : String(after) }],
  );
}

/** The given settings of which the agent's answer does not show what they are. */
export function hiddenSettings(
  observed: ObservedAgentSettings,
  wanted: AgentSettings,
): HiddenSetting[] {
  return compare(observed, wanted).flatMap(({ setting, before, after }) =>
    after === undefined || before !== undefined
      ? []
      : [{ setting, after: after === null ? 'off' : String(after) }],
  );
}
