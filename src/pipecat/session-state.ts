import type { Session } from './session-answers.js';

/**
 * What one status check of a smoke test's session says about the deployment. `elsewhere`: the session runs
 * on an older one. `unclear`: it ended with an unknown status.
 */
type SessionState = 'running' | 'elsewhere' | 'completed' | 'failed' | 'unclear';

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
    return 'elsewhere';
  }
  if (!session.hasEnded) return 'running';
  const status = session.completionStatus ?? '';
  if (status === 'HTTP_ERROR' || /^[45]\d\d$/.test(status)) return 'failed';
  if (awaitsStart && session.startSeconds === undefined) return 'failed';
  const isCompleted = completions.includes(status) || /^2\d\d$/.test(status);
  return isCompleted ? 'completed' : 'unclear';
}
