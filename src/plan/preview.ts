import type { Agent, ListedSecretSet } from '../pipecat/answers.js';
import type { RegionSettings } from './region-settings.js';
import type { Preview } from './settings.js';

/** Why an agent that exists is not the preview of a pull request, although it has the name of one. */
export type NotPreview =
  | { readonly because: 'older'; readonly createdAt: number; readonly openedAt: number }
  /** Nothing says how old it is, and the name alone tells too little. */
  | { readonly because: 'age-unknown' };

/**
 * Decides whether an agent is the preview that its name says. A name alone does not make it one: with
 * `voice-{pr}`, pull request 2 would have the name of production's `voice-2`.
 */
export function checkPreview(agent: Agent, preview: Preview): NotPreview | undefined {
  const { createdAt } = agent;
  const { openedAt, hasTellingName } = preview;
  if (createdAt !== undefined && openedAt !== undefined) {
    return createdAt < openedAt ? { because: 'older', createdAt, openedAt } : undefined;
  }
  return hasTellingName ? undefined : { because: 'age-unknown' };
}

/**
 * Sets that exist and are to be written, although only an agent that binds them could show whether they
 * are the preview's: the platform does not say when a set was created.
 */
export function unclearSets(
  { agent, secretSet, imagePullSecret }: RegionSettings,
  before: Agent | undefined,
  existing: readonly ListedSecretSet[],
): ListedSecretSet[] {
  const named = { secret: secretSet?.name, imagePullSecret: imagePullSecret?.name };
  const names = agent?.preview?.unclearSets.map((kind) => named[kind]) ?? [];
  // What the preview binds, an earlier release has written.
  const bound = [...(before?.secretSets ?? []), before?.settings.imagePullSecretSet];
  return existing.filter(({ name }) => names.includes(name) && !bound.includes(name));
}

/** The reason in words, as the predicate of a sentence about the agent. */
export function notPreviewWords(reason: NotPreview, { pullRequest }: Preview): string {
  return reason.because === 'older'
    ? `was created at ${timeOf(reason.createdAt)}, before pull request ${pullRequest} was opened (${timeOf(reason.openedAt)}), so it is not its preview`
    : `may not be the preview of pull request ${pullRequest}: its age is not known, and its name does not contain \`pr-${pullRequest}\``;
}

/** What to do about it. */
export const adviceOnNames =
  'Give previews a name that nothing else has: the name of the repository and `pr-{pr}`, such as `order-desk-pr-{pr}`.';

/** Seconds are enough, in UTC. */
function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}
