import type { AgentCondition, AgentError, DeploymentOutcome, Rollout } from './deployment.js';
import { traceback } from './revision.js';
import type { Repeatable } from './scripted.js';
import type { SecretSet } from './secret-sets.js';

/** How a deployment goes. */
export interface DeploymentScript extends Repeatable {
  /** Milliseconds from the deploy to the outcome. */
  readonly delay?: number | undefined;
  /** Milliseconds from the deploy until the operator starts; a quarter of `delay` by default. */
  readonly reconcileDelay?: number | undefined;
  readonly outcome?: DeploymentOutcome | undefined;
  /** Replaces the errors of the outcome. */
  readonly errors?: readonly AgentError[] | undefined;
  /** Replaces fields in the health of the revision when the outcome is visible. */
  readonly health?: Readonly<Record<string, unknown>> | undefined;
  readonly infrastructureIssue?: boolean | undefined;
  /** Conditions that the agent shows until it is ready, from when the operator starts. */
  readonly conditions?: readonly AgentCondition[] | undefined;
  /** The reason in its health until the outcome is visible, such as `ImagePullBackOff`. */
  readonly passingReason?: string | undefined;
  /** Log of the agent, oldest first. */
  readonly logs?: readonly string[] | undefined;
}

const started = [
  'INFO:     Started server process [1]',
  'INFO:     Application startup complete.',
  'INFO:     Uvicorn running on http://0.0.0.0:8080 (Press CTRL+C to quit)',
];

function errorsOf(outcome: DeploymentOutcome): readonly AgentError[] {
  if (outcome === 'image-pull')
    return [{ code: 'PCC_IMAGE_NOT_FOUND', message: 'The image could not be found.' }];
  if (outcome === 'error')
    return [{ code: 'PCC_UNKNOWN_ERROR', message: 'The deployment failed for an unknown reason.' }];
  return [];
}

function logsOf(outcome: DeploymentOutcome): readonly string[] {
  if (outcome === 'image-pull') return [];
  if (outcome === 'crash-loop' || outcome === 'failed') return traceback.split('\n');
  return started;
}

/** Why an image cannot be pulled with these credentials, in the words of the node. */
function pullError({ auth }: SecretSet): AgentError | undefined {
  const sent = auth ?? '';
  const decoded = Buffer.from(sent, 'base64');
  // Node decodes any text. If the text was not base64, encoding the result gives another text.
  if (sent === '' || decoded.toString('base64') !== sent)
    return {
      code: 'PCC_IMAGE_PULL_UNAUTHORIZED',
      message: 'unable to decode auth field: illegal base64 data at input byte 0',
    };
  if (!/^[^:]+:./s.test(decoded.toString()))
    return {
      code: 'PCC_IMAGE_PULL_UNAUTHORIZED',
      message: 'unable to parse auth field, must be formatted as base64 of username:token',
    };
  return undefined;
}

/** Plans a rollout that starts at `time`. With an empty script, it is ready after `defaultDelay` milliseconds. */
export function planRollout(
  script: DeploymentScript,
  time: number,
  defaultDelay: number,
  pullSecret: SecretSet | undefined,
): Rollout {
  const refused = pullSecret && pullError(pullSecret);
  const outcome = refused ? 'image-pull' : (script.outcome ?? 'ready');
  const delay = script.delay ?? defaultDelay;
  const reconcileDelay = script.reconcileDelay ?? delay / 4;
  return {
    reconciledAt: time + reconcileDelay,
    // No outcome is visible before the operator starts.
    settledAt: outcome === 'stuck' ? Infinity : time + Math.max(delay, reconcileDelay),
    outcome,
    errors: refused ? [refused] : (script.errors ?? errorsOf(outcome)),
    health: script.health ?? {},
    infrastructureIssue: script.infrastructureIssue ?? false,
    conditions: script.conditions ?? [],
    passingReason: script.passingReason,
    logs: script.logs ?? logsOf(outcome),
  };
}
