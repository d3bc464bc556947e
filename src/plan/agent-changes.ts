import {
  agentSettings,
  compareAgentSettings,
  type AgentSettingComparison,
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

/** The wanted settings that differ from what the agent's response shows, without hidden settings. */
export function settingChanges(
  observed: ObservedAgentSettings,
  wanted: AgentSettings,
): SettingChange[] {
  return compareAgentSettings(observed, wanted)
    .filter(({ before, after }) => before !== undefined && before !== after)
    .map(change);
}

/** The change from what the agent runs now to a build that has no id yet. */
export function newBuildChange({ buildId, image }: ObservedAgentSettings): SettingChange {
  return { setting: agentSettings.buildId.name, before: buildId ?? image, after: undefined };
}

/** All settings of a new agent. */
export function givenSettings(wanted: AgentSettings): SettingChange[] {
  return compareAgentSettings(undefined, wanted).map(change);
}

/** The wanted settings whose current values the agent's response does not show. */
export function hiddenSettings(
  observed: ObservedAgentSettings,
  wanted: AgentSettings,
): HiddenSetting[] {
  return compareAgentSettings(observed, wanted)
    .filter(({ before }) => before === undefined)
    .map(change)
    .map(({ setting, after }) => ({ setting, after }));
}

function change({ name, before, after }: AgentSettingComparison): SettingChange & HiddenSetting {
  return { setting: name, before: before?.toString(), after: after?.toString() ?? 'off' };
}
