import { agentSettings, restoreSettings, type AgentSettings } from '../pipecat/agent-settings.js';
import type { SettingChange } from './agent-changes.js';
import type { AgentPlan, SecretSetPlan } from './plan.js';

/** How to restore an agent to its state before the release. */
export interface RollBackPlan {
  readonly agent: string;
  readonly region: string;
  /** The settings to send, with a forced new deployment; undefined for a new agent. */
  readonly settings: AgentSettings | undefined;
  /** The changes for people, from the value of the release to the one before. */
  readonly changes: readonly SettingChange[];
  /** What stays as released, as sentences. */
  readonly unrestored: readonly string[];
  /** Whether the image stays, because the platform does not show the id of the previous build. */
  readonly keepsNewImage: boolean;
}

/** @param secretSets the plans of the sets that the agent binds */
export function planRollBack(
  {
    name,
    region,
    before,
    settings,
    runsNewBuild,
  }: Pick<AgentPlan, 'name' | 'region' | 'before' | 'settings' | 'runsNewBuild'>,
  secretSets: readonly SecretSetPlan[],
): RollBackPlan {
  const place = { agent: name, region };
  if (before === undefined) {
    const unrestored = [`\`${name}\` stays, because it is new.`];
    return { ...place, settings: undefined, changes: [], unrestored, keepsNewImage: false };
  }
  const restored = restoreSettings(before.settings, settings, runsNewBuild);
  const unrestored = restored.irreversible.map(({ name: setting, because }) => {
    if (setting === 'buildId') {
      return `\`${name}\` keeps its new image, because the platform does not show the id of the previous cloud build.`;
    }
    const what = `\`${agentSettings[setting].name}\` of \`${name}\``;
    return because === 'unset-before'
      ? `${what} stays \`${String(settings[setting])}\`, because it was not set before and cannot be unset.`
      : `${what} stays as released, because the platform does not show its previous value.`;
  });
  return {
    ...place,
    settings: restored.settings,
    changes: changesBack(settings, restored.settings, runsNewBuild),
    unrestored: [...unrestored, ...secretSets.flatMap(unrestoredValues)],
    keepsNewImage: restored.irreversible.some((setting) => setting.name === 'buildId'),
  };
}

function changesBack(
  sent: AgentSettings,
  restored: AgentSettings,
  runsNewBuild: boolean,
): SettingChange[] {
  const released = sent.buildId ?? sent.image ?? (runsNewBuild ? 'the new build' : undefined);
  return Object.entries(restored).flatMap(([key, after]): SettingChange[] => {
    const name = key as keyof AgentSettings;
    if (after === undefined) return [];
    const isImageOrBuild = name === 'image' || name === 'buildId';
    const from = isImageOrBuild ? released : sent[name];
    if (from === after) return [];
    return [{ setting: agentSettings[name].name, before: from?.toString(), after: String(after) }];
  });
}

/** Values that were written to an existing set stay. Each version has its own set. */
function unrestoredValues({ name, action, template, addedKeys }: SecretSetPlan): string[] {
  if (template !== undefined || action !== 'update') return [];
  const keys = addedKeys.length > 0 ? ' Added keys stay.' : '';
  return [`\`${name}\` keeps its new values; they are not restored.${keys}`];
}
