import { GitHubError } from '../github/errors.js';

/** What was not told to GitHub, and why, and what the token lacks. */
export function untold(what: string, error: unknown): string {
  if (!(error instanceof GitHubError)) {
    return `${what}, because of a bug in the action. The run goes on without.`;
  }
  const { reason, lacksPermission, call } = error;
  const permission = lacksPermission
    ? ` The token needs the permission \`${call.permission}\` (under \`permissions:\` of the job).`
    : '';
  return `${what}, because ${reason}.${permission} The run goes on without.`;
}
