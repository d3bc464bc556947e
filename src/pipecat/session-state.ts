import type { Session } from './session-answers.js';

/** What a look at a session of a smoke test says about the deployment that is tested. */
export type SessionState =
  | { readonly state: 'running'; readonly hasStarted: boolean }
  /** It runs on a deployment from before. */
  | { readonly state: 'elsewhere' }
  | { readonly state: 'completed'; readonly hasStarted: boolean }
  | { readonly state: 'failed'; readonly because: 'error' | 'not-started' }
  /** It ended with a status that nobody knows. */
  | { readonly state: 'unclear' };

/** The ends of a session that went well, besides a 2xx. */
const completions: readonly string[] = ['HTTP_COMPLETED', 'WS_CONNECTION_CLOSED'];

/**
 * Judges a session by a look at it.
 *
 * @param deploymentId the deployment that is tested
 * @param awaitsStart whether the platform tells when the bot has started
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
