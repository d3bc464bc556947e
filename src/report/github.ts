import type { GitHubError } from '../github/errors.js';

/** What was not told to GitHub, and why, and what the token lacks. */
export function missingAnswer(
  what: string,
  { reason, lacksPermission, call }: GitHubError,
): string {
  const permission = lacksPermission
    ? ` The token needs the permission \`${call.permission}\` (under \`permissions:\` of the job).`
    : '';
  return `${what}, because ${reason}.${permission} The run goes on without.`;
}
