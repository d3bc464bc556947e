import {
  agentSettings,
  compareAgentSettings,
  type AgentSettingComparison,
  type AgentSettings,
  type ObservedAgentSettings,
} from '../pipecat/agent-settings.js';

/** A setting that differs, by the name of its input, and what it was and will be. */
export interface SettingChange {
  readonly setting: string;
  /** Undefined if it was not set. */
  readonly before: string | undefined;
  /** Undefined if it has to be made first: the id of a new build. */
  readonly after: string | undefined;
}

/** A setting that is given, and whose present value the platform does not show. */
export interface HiddenSetting {
  readonly setting: string;
  readonly after: string;
}

/**
 * The given settings that differ from what the agent shows. If its response does not show a setting
 * (its own resources, for example), nobody can say whether it differs, and it is not in the list.
 */
export function settingChanges(
  observed: ObservedAgentSettings,
  wanted: AgentSettings,
): SettingChange[] {
  return compareAgentSettings(observed, wanted)
    .filter(({ before, after }) => before !== undefined && before !== after)
    .map(change);
}

/** What the agent runs now, and that a build which has no id yet replaces it. */
export function newBuildChange({ buildId, image }: ObservedAgentSettings): SettingChange {
  return { setting: agentSettings.buildId.name, before: buildId ?? image, after: undefined };
}

/** The settings that a new agent is given. */
export function givenSettings(wanted: AgentSettings): SettingChange[] {
  return compareAgentSettings(undefined, wanted).map(change);
}

/** The given settings whose present values the agent's response does not show. */
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
