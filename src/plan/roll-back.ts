import { agentSettings, restoreSettings, type AgentSettings } from '../pipecat/agent-settings.js';
import type { SettingChange } from './agent-changes.js';
import { isWritten } from './plan-secret-sets.js';
import type { AgentPlan, SecretSetPlan } from './plan.js';

/** A change that a rollback cannot undo. */
type Unrestored =
  /** New values and keys of a set that is not versioned. */
  | { readonly kind: 'values'; readonly set: string; readonly addsKeys: boolean }
  /** A setting that was not set before. */
  | { readonly kind: 'unset'; readonly setting: string; readonly after: string }
  /** A setting whose previous value the platform does not show. */
  | { readonly kind: 'hidden'; readonly setting: string }
  /** A cloud build whose id the platform does not show. */
  | { readonly kind: 'build' }
  /** A new agent, which stays. */
  | { readonly kind: 'agent' };

/** How to restore an agent to its state before the release. */
export interface RollBackPlan {
  readonly agent: string;
  readonly region: string;
  /** The settings to send, with a forced new deployment; undefined for a new agent. */
  readonly settings: AgentSettings | undefined;
  /** The changes for people, from the value of the release to the one before. */
  readonly changes: readonly SettingChange[];
  readonly unrestored: readonly Unrestored[];
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
    return { ...place, settings: undefined, changes: [], unrestored: [{ kind: 'agent' }] };
  }
  const restored = restoreSettings(before.settings, settings, runsNewBuild);
  const unrestored = restored.irreversible.map(({ name: setting, because }): Unrestored => {
    if (setting === 'buildId') return { kind: 'build' };
    const input = agentSettings[setting].name;
    return because === 'unset-before'
      ? { kind: 'unset', setting: input, after: String(settings[setting]) }
      : { kind: 'hidden', setting: input };
  });
  return {
    ...place,
    settings: restored.settings,
    changes: changesBack(settings, restored.settings, runsNewBuild),
    unrestored: [...unrestored, ...secretSets.flatMap(unrestoredValues)],
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
function unrestoredValues(set: SecretSetPlan): Unrestored[] {
  if (set.template !== undefined || set.action !== 'update' || !isWritten(set)) return [];
  return [{ kind: 'values', set: set.name, addsKeys: set.addedKeys.length > 0 }];
}

/** What a rollback does not restore, as sentences. */
export function unrestoredSentences({ agent, unrestored }: RollBackPlan): string[] {
  return unrestored.map((part) => {
    switch (part.kind) {
      case 'values':
        return `\`${part.set}\` keeps its new values; they are not restored.${part.addsKeys ? ' Added keys stay.' : ''}`;
      case 'unset':
        return `\`${part.setting}\` of \`${agent}\` stays \`${part.after}\`, because it was not set before and cannot be unset.`;
      case 'hidden':
        return `\`${part.setting}\` of \`${agent}\` stays as released, because the platform does not show its previous value.`;
      case 'build':
        return `\`${agent}\` keeps its new image, because the platform does not show the id of the previous cloud build.`;
      case 'agent':
        return `\`${agent}\` stays, because it is new.`;
    }
  });
}
