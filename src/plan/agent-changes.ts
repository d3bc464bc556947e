import {
  agentSettings,
  compareAgentSettings,
  type AgentSettings,
  type ObservedAgentSettings,
} from '../pipecat/agent-settings.js';

/** A setting that differs: the name of its input, and its old and new value. */
export interface SettingChange {
  readonly setting: string;
  /** Undefined if it was not set. */
  readonly before: string | undefined;
  /** Undefined for the id of a build that does not exist yet. */
  readonly after: string | undefined;
}

/** A wanted setting whose current value the platform does not show. */
export interface HiddenSetting {
  readonly setting: string;
  readonly after: string;
}

/**
 * Finds the wanted settings that differ from what the agent's response shows, and those that it does
 * not show. For a new agent, all settings differ.
 */
export function compareSettings(
  observed: ObservedAgentSettings | undefined,
  wanted: AgentSettings,
) {
  const changes: SettingChange[] = [];
  const hidden: HiddenSetting[] = [];
  for (const { name: setting, before, after } of compareAgentSettings(observed, wanted)) {
    const sent = after?.toString() ?? 'off';
    if (observed !== undefined && before === undefined) hidden.push({ setting, after: sent });
    else if (before !== after) changes.push({ setting, before: before?.toString(), after: sent });
  }
  return { changes, hidden };
}

/** The change from what the agent runs now to a build that has no id yet. */
export function newBuildChange({ buildId, image }: ObservedAgentSettings): SettingChange {
  return { setting: agentSettings.buildId.name, before: buildId ?? image, after: undefined };
}
