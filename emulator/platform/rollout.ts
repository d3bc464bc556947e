import type { AgentCondition, AgentError, DeploymentOutcome, Rollout } from './deployment.js';
import { traceback } from './revision.js';
import type { Repeatable } from './scripted.js';
import type { SecretSet } from './secret-sets.js';

/** How a deployment goes. */
export interface DeploymentScript extends Repeatable {
  /** Milliseconds from the deploy to its outcome. */
  readonly delay?: number | undefined;
  /** Milliseconds from the deploy until the operator takes it up; a quarter of `delay` by default. */
  readonly reconcileDelay?: number | undefined;
  readonly outcome?: DeploymentOutcome | undefined;
  /** Replaces the errors that the outcome brings. */
  readonly errors?: readonly AgentError[] | undefined;
  /** Replaces fields of the revision's health once the outcome shows. */
  readonly health?: Readonly<Record<string, unknown>> | undefined;
  readonly infrastructureIssue?: boolean | undefined;
  /** What the agent shows from when the operator takes the deployment up until it is ready. */
  readonly conditions?: readonly AgentCondition[] | undefined;
  /** The reason of its health until its outcome shows, such as `ImagePullBackOff`. */
  readonly passingReason?: string | undefined;
  /** What the agent logs, oldest first. */
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

/** Why an image cannot be pulled with these credentials, as the node says it. */
function pullError({ auth }: SecretSet): AgentError | undefined {
  const sent = auth ?? '';
  const decoded = Buffer.from(sent, 'base64');
  // Node decodes whatever it is given; what was not base64 does not come back as it was.
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

/** Decides how a deployment made at `time` goes: by its script, else ready after `delay` ms. */
export function planRollout(
  script: DeploymentScript | undefined,
  time: number,
  defaultDelay: number,
  pullSecret: SecretSet | undefined,
): Rollout {
  const refused = pullSecret && pullError(pullSecret);
  const outcome = refused ? 'image-pull' : (script?.outcome ?? 'ready');
  const delay = script?.delay ?? defaultDelay;
  const reconcileDelay = script?.reconcileDelay ?? delay / 4;
  return {
    reconciledAt: time + reconcileDelay,
    // Nothing shows before it is taken up.
    settledAt: outcome === 'stuck' ? Infinity : time + Math.max(delay, reconcileDelay),
    outcome,
    errors: refused ? [refused] : (script?.errors ?? errorsOf(outcome)),
    health: script?.health ?? {},
    infrastructureIssue: script?.infrastructureIssue ?? false,
    conditions: script?.conditions ?? [],
    passingReason: script?.passingReason,
    logs: script?.logs ?? logsOf(outcome),
  };
}
