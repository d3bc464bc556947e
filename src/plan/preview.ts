import type { Agent, ListedSecretSet } from '../pipecat/answers.js';
import type { RegionSettings } from './region-settings.js';
import type { Preview } from './settings.js';

/**
 * Checks whether an agent is the preview of the pull request. Its name is not enough: with `voice-{pr}`,
 * the preview of pull request 2 would have the name of production's `voice-2`.
 *
 * @returns why not, as a clause that follows the name of the agent; undefined if it is the preview
 */
export function whyNotPreview(
  { createdAt }: Agent,
  { pullRequest, openedAt, hasUniqueName }: Preview,
): string | undefined {
  if (createdAt !== undefined && openedAt !== undefined) {
    return createdAt < openedAt
      ? `was created at ${timeOf(createdAt)}, before pull request ${pullRequest} was opened (${timeOf(openedAt)}), so it is not its preview`
      : undefined;
  }
  return hasUniqueName
    ? undefined
    : `may not be the preview of pull request ${pullRequest}: its age is unknown, and its name does not contain \`pr-${pullRequest}\``;
}

/**
 * Existing sets that the release would write, although they may not belong to the preview. The platform
 * does not show when a set was created, so only an agent that binds it can show that.
 */
export function unclearSets(
  { agent, secretSet, imagePullSecret }: RegionSettings,
  before: Agent | undefined,
  existing: readonly ListedSecretSet[],
): ListedSecretSet[] {
  const named = { secret: secretSet?.name, imagePullSecret: imagePullSecret?.name };
  const names = agent?.preview?.unclearSets.map((kind) => named[kind]) ?? [];
  // An earlier release has written the sets that the preview binds.
  const bound = [...(before?.secretSets ?? []), before?.settings.imagePullSecretSet];
  return existing.filter(({ name }) => names.includes(name) && !bound.includes(name));
}

export const adviceOnNames =
  'Give previews a name that nothing else has: the name of the repository and `pr-{pr}`, such as `order-desk-pr-{pr}`.';

/** Formats a time in UTC, to the second. */
function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}
