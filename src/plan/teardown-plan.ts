import type { Agent, ListedSecretSet, Region, SecretSetKind } from '../pipecat/answers.js';
import { agentsBinding, agentsThatMayBind, type Bindings } from './bindings.js';
import { unknownRegion } from './make-plan.js';
import { isVersioned, nameInRegion, versionsOf } from './name-template.js';
import { checkPreview, type NotPreview } from './preview.js';
import type { PreflightProblem } from './problems.js';
import type { Preview, TeardownSettings } from './settings.js';
import { secretSetKinds } from './subject.js';

/** Why a teardown keeps an agent or a set. */
export type KeptBecause =
  /** The agent of that name is not the preview, so its sets do not belong to the preview either. */
  | { readonly because: 'not-preview'; readonly reason: NotPreview }
  /** Other agents bind the set. */
  | { readonly because: 'bound'; readonly agents: readonly string[] }
  /** Other agents may bind it: their responses do not show what they bind. */
  | { readonly because: 'may-be-bound'; readonly agents: readonly string[] }
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

/** What exists in one region before a teardown. */
export interface TeardownRegionObservation {
  readonly region: string;
  readonly agent: Agent | undefined;
  readonly sessions: number;
  /** Which agents bind which sets; undefined if no set exists that could be deleted. */
  readonly bindings: Bindings | undefined;
}

/** What exists on the platform before a teardown. */
export interface TeardownObservation {
  readonly regions: readonly Region[];
  readonly secretSets: readonly ListedSecretSet[];
  readonly targets: readonly TeardownRegionObservation[];
}

/** @returns the plan, and every reason why the teardown cannot work */
export function planTeardown(
  settings: TeardownSettings,
  { regions, secretSets, targets }: TeardownObservation,
): { readonly plan: TeardownPlan; readonly problems: readonly PreflightProblem[] } {
  const { preview, waitTimeout } = settings;
  const problems: PreflightProblem[] = [];
  const planned = targets.map((observed): TeardownTarget => {
    const { region, agent, sessions, bindings } = observed;
    if (!regions.some(({ code }) => code === region)) {
      problems.push(unknownRegion(region, regions));
    }
    const name = nameInRegion(settings.agent.in(region) ?? '', region);
    checkRegion(`agent ${name}`, agent?.region, region, problems);
    const breach = agent && checkPreview(agent, preview);
    const kept: KeptBecause | undefined = breach && { because: 'not-preview', reason: breach };
    const removal: Removal =
      kept === undefined
        ? { action: agent === undefined ? 'none' : 'delete' }
        : { action: 'keep', kept };
    const setsOf = (kind: SecretSetKind): SetRemoval[] =>
      planSets({ settings, kind, region, own: name, kept, bindings, secretSets }, problems);
    return {
      region,
      agent: { name, removal, sessions },
      secretSets: [...setsOf('secret'), ...setsOf('imagePullSecret')],
    };
  });
  return { plan: { preview, waitTimeout, targets: planned }, problems };
}

interface SetFacts {
  readonly settings: TeardownSettings;
  readonly kind: SecretSetKind;
  readonly region: string;
  /** The name of the agent to delete. */
  readonly own: string;
  /** Why the teardown keeps everything in the region. */
  readonly kept: KeptBecause | undefined;
  readonly bindings: Bindings | undefined;
  readonly secretSets: readonly ListedSecretSet[];
}

function planSets(facts: SetFacts, problems: PreflightProblem[]): SetRemoval[] {
  const { kind, region, kept } = facts;
  const template = ownSetName(facts.settings, kind, region);
  if (template === undefined) return [];
  const existing = setsNamed(template, facts.secretSets);
  if (existing.length === 0) return [{ name: template, kind, removal: { action: 'none' } }];
  return existing.map((set): SetRemoval => {
    const { name } = set;
    checkRegion(`${secretSetKinds[kind]} ${name}`, set.region, region, problems);
    const because = kept ?? keptSet(set, facts);
    return {
      name,
      kind,
      removal: because === undefined ? { action: 'delete' } : { action: 'keep', kept: because },
    };
  });
}

/** The set of this name, or all versions of it. */
export function setsNamed(
  template: string,
  secretSets: readonly ListedSecretSet[],
): ListedSecretSet[] {
  const names = isVersioned(template) ? versionsOf(template) : undefined;
  return secretSets.filter(({ name }) => names?.test(name) ?? name === template);
}

/** The name of a region's own set; undefined if there is none, or if other agents share it. */
export function ownSetName(
  { secretSet, imagePullSecret }: TeardownSettings,
  kind: SecretSetKind,
  region: string,
): string | undefined {
  const template = (kind === 'secret' ? secretSet : imagePullSecret)?.in(region);
  return template === undefined ? undefined : nameInRegion(template, region);
}

function keptSet(
  { name, kind: actual, referenced }: ListedSecretSet,
  { kind, own, bindings = new Map<string, undefined>() }: SetFacts,
): KeptBecause | undefined {
  if (actual !== kind) return { because: 'other-kind', kind: actual };
  if (referenced) return { because: 'referenced' };
  return boundByOthers(name, own, bindings);
}

/** Checks whether other agents bind a set, so that it must be kept. */
export function boundByOthers(
  set: string,
  own: string,
  bindings: Bindings,
): KeptBecause | undefined {
  const others = new Map([...bindings].filter(([name]) => name !== own));
  const binding = agentsBinding(others, set);
  if (binding.length > 0) return { because: 'bound', agents: binding };
  const possible = agentsThatMayBind(others, set);
  return possible.length > 0 ? { because: 'may-be-bound', agents: possible } : undefined;
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
