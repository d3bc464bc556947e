import type { Session } from './session-answers.js';

/** What one status check of a smoke test's session says about the deployment. */
type SessionState =
  | { readonly state: 'running'; readonly hasStarted: boolean }
  /** It runs on an older deployment. */
  | { readonly state: 'elsewhere' }
  | { readonly state: 'completed'; readonly hasStarted: boolean }
  | { readonly state: 'failed'; readonly because: 'error' | 'not-started' }
  /** It ended with an unknown status. */
  | { readonly state: 'unclear' };

/** Statuses of a session that ended well, besides 2xx. */
const completions: readonly string[] = ['HTTP_COMPLETED', 'WS_CONNECTION_CLOSED'];

/**
 * Judges a session by one status check.
 *
 * @param deploymentId the deployment to test
 * @param awaitsStart whether the platform reports when the bot has started
 */
export function judgeSession(
  session: Session,
  deploymentId: string,
  awaitsStart: boolean,
): SessionState {
  if (session.deploymentId !== undefined && session.deploymentId !== deploymentId) {
    return { state: 'elsewhere' };
  }
  const hasStarted = session.startSeconds !== undefined;
  if (!session.hasEnded) return { state: 'running', hasStarted };
  const status = session.completionStatus ?? '';
  if (status === 'HTTP_ERROR' || /^[45]\d\d$/.test(status)) {
    return { state: 'failed', because: 'error' };
  }
  if (awaitsStart && !hasStarted) return { state: 'failed', because: 'not-started' };
  const isCompleted = completions.includes(status) || /^2\d\d$/.test(status);
  return isCompleted ? { state: 'completed', hasStarted } : { state: 'unclear' };
}
