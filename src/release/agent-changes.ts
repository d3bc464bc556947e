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

/**
 * The given settings that differ from what the agent shows. A setting that its answer does not show
 * (the image of a cloud build, say) cannot be told to differ, and is not in the list.
 */
export function settingChanges(
  observed: ObservedAgentSettings,
  wanted: AgentSettings,
): SettingChange[] {
  const filter = wanted.krispVivaAudioFilter;
  const rows: [string, Setting | null | undefined, Setting | null | undefined][] = [
    ['image', observed.image, wanted.image],
    ['build-id', observed.buildId, wanted.buildId],
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
  ];
  return rows.flatMap(([setting, before, after]) =>
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
