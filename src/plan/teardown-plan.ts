import type { ListedSecretSet, SecretSetKind } from '../pipecat/answers.js';
import { boundByOthers, type Bindings, type BoundByOthers } from './bindings.js';
import { unknownRegion } from './make-plan.js';
import type { TeardownObservation } from './observe-teardown.js';
import { whyNotPreview } from './preview.js';
import type { PreflightProblem } from './problems.js';
import type { Preview, TeardownSettings } from './settings.js';
import { secretSetKinds } from './subject.js';

/** Why a teardown keeps an agent or a set. */
export type KeptBecause =
  /** The agent of that name is not the preview, so its sets do not belong to the preview either. */
  | { readonly because: 'not-preview'; readonly message: string }
  | BoundByOthers
  /** A Kubernetes Secret, which the platform's API cannot delete. */
  | { readonly because: 'referenced' }
  /** A set of that name is of another kind. */
  | { readonly because: 'other-kind'; readonly kind: SecretSetKind };

/** What a teardown does with an agent or a set; `none` means that it does not exist. */
export type Removal =
  { readonly action: 'delete' | 'none' } | { readonly action: 'keep'; readonly kept: KeptBecause };

interface AgentRemoval {
  readonly name: string;
  readonly removal: Removal;
  /** How many sessions are running, even if the agent was deleted before. */
  readonly sessions: number;
}

interface SetRemoval {
  /** With `{version}` in it if there is no version to delete. */
  readonly name: string;
  readonly kind: SecretSetKind;
  readonly removal: Removal;
}

/** One region of a teardown: its agent, then its sets in the order of deletion. */
interface TeardownTarget {
  readonly region: string;
  readonly agent: AgentRemoval;
  readonly secretSets: readonly SetRemoval[];
}

/** Everything that a teardown will do. Nothing is deleted before the plan is complete. */
export interface TeardownPlan {
  readonly preview: Preview;
  /** Milliseconds for the whole teardown. */
  readonly waitTimeout: number;
  readonly targets: readonly TeardownTarget[];
}

/** @returns the plan, and every reason why the teardown cannot work */
export function planTeardown(
  { preview, waitTimeout }: TeardownSettings,
  { regions, targets }: TeardownObservation,
): { readonly plan: TeardownPlan; readonly problems: readonly PreflightProblem[] } {
  const problems: PreflightProblem[] = [];
  const planned = targets.map(
    ({ region, name, agent, sessions, ownSets, bindings }): TeardownTarget => {
      if (!regions.some(({ code }) => code === region)) {
        problems.push(unknownRegion(region, regions));
      }
      checkRegion(`agent ${name}`, agent?.region, region, problems);
      const message = agent && whyNotPreview(agent, preview);
      const kept: KeptBecause | undefined =
        message === undefined ? undefined : { because: 'not-preview', message };
      const removal = agent === undefined ? nothingToRemove : deleteUnless(kept);
      const secretSets = ownSets.flatMap(({ kind, template, existing }): SetRemoval[] => {
        if (existing.length === 0) return [{ name: template, kind, removal: nothingToRemove }];
        return existing.map((set) => {
          checkRegion(`${secretSetKinds[kind]} ${set.name}`, set.region, region, problems);
          const because = kept ?? keptSet(set, kind, name, bindings);
          return { name: set.name, kind, removal: deleteUnless(because) };
        });
      });
      return { region, agent: { name, removal, sessions }, secretSets };
    },
  );
  return { plan: { preview, waitTimeout, targets: planned }, problems };
}

const nothingToRemove: Removal = { action: 'none' };

function deleteUnless(kept: KeptBecause | undefined): Removal {
  return kept === undefined ? { action: 'delete' } : { action: 'keep', kept };
}

/** @param own the agent to delete */
function keptSet(
  { name, kind: actual, referenced }: ListedSecretSet,
  kind: SecretSetKind,
  own: string,
  bindings: Bindings = new Map(),
): KeptBecause | undefined {
  if (actual !== kind) return { because: 'other-kind', kind: actual };
  if (referenced) return { because: 'referenced' };
  return boundByOthers(name, own, bindings);
}

/** Names are unique across regions, so an agent or a set in another region is the one that was meant. */
function checkRegion(
  about: string,
  actual: string | undefined,
  requested: string,
  problems: PreflightProblem[],
): void {
  if (actual === undefined || actual === requested) return;
  problems.push({
    about,
    message: `is in region ${actual}, but the teardown is for ${requested}`,
    next: `Set \`region\` to ${actual}, or omit it.`,
  });
}

/** Whether there is anything to delete or to stop. */
export function isEmptyTeardown({ targets }: TeardownPlan): boolean {
  return targets.every(
    ({ agent, secretSets }) =>
      agent.sessions === 0 &&
      [agent, ...secretSets].every(({ removal }) => removal.action === 'none'),
  );
}
