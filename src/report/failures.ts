import { ContextError } from '../context/errors.js';
import { InputsError, UntrustedEventError } from '../inputs/problems.js';
import { CallError } from '../pipecat/errors.js';
import { PreflightError } from '../plan/problems.js';
import { StepError } from '../record/errors.js';
import { CancelledError } from '../time/cancellation.js';

/** The classes of errors that a person reads about. An error of any other class is a bug. */
const reportedErrors = [
  CallError,
  CancelledError,
  ContextError,
  InputsError,
  PreflightError,
  StepError,
  UntrustedEventError,
] as const;

export type ReportedError = InstanceType<(typeof reportedErrors)[number]>;

export function isReportedError(error: unknown): error is ReportedError {
  return reportedErrors.some((reported) => error instanceof reported);
}

export type FailureKind = ReportedError['kind'] | 'unexpected';

/** A kind of failure in words. */
export interface FailureWords {
  /** What happened, as a headline. */
  readonly title: string;
  /** What it means, for somebody who looks it up. */
  readonly meaning: string;
  /** What to do next. */
  readonly next: string;
}

/** Every way in which a release fails. The troubleshooting page is made from this. */
export const failureKinds = {
  'invalid-inputs': {
    title: 'The inputs are not valid',
    meaning:
      'Every mistake that can be seen without the network is listed, each with its input, the rule and what was found. Nothing was sent.',
    next: 'Correct the inputs that are listed, all at once.',
  },
  'untrusted-event': {
    title: 'Nothing is released for code that may come from a fork',
    meaning:
      'The workflow runs on `pull_request_target`, on `workflow_run`, or for a comment on a pull request. It has the secrets of the repository, and the code is from a fork, or the pull request could not be read to find out.',
    next: 'Release on `push`, on a release, or on `workflow_dispatch`. For comments, pass `github-token` with the permission `pull-requests: read`.',
  },
  'context-unusable': {
    title: 'The build context cannot be packed',
    meaning:
      'What is wrong with the files is listed: the folder or the Dockerfile is not there, a link leads out of the context, a file cannot be read, or all of it is larger than the platform takes. Nothing was sent.',
    next: 'Follow what is said with each file.',
  },
  'credential-refused': {
    title: 'The platform does not accept the credential',
    meaning:
      'The platform answered 401: the API key or token was revoked, cycled, deleted or copied in part.',
    next: 'Look at it in the dashboard (an API key under Settings → API Keys → Private, a token under Account Settings → Personal Access Tokens); if it is gone, create a new one and store it as the secret that the workflow passes.',
  },
  'billing-required': {
    title: 'The platform asks for billing to be settled',
    meaning:
      'The platform answered 402, or its message speaks of billing, a spend limit or a suspended account. The credential and the inputs are fine.',
    next: 'Check the payment method, the spend limit and the status of the account in the dashboard under Settings → Billing, and release again.',
  },
  'permission-denied': {
    title: 'The credential is not allowed to do this',
    meaning:
      'The platform answered 403: the credential is valid, but not for this organization or this operation.',
    next: 'Check that the key belongs to the organization that owns the agent, or that the owner of the token is a member of it with a role that may deploy.',
  },
  'organization-unknown': {
    title: 'The token cannot act in that organization',
    meaning:
      'The organization that was named is not among those of the token. The message lists those that are.',
    next: 'Correct `organization`, or have the owner of the token invited to it.',
  },
  'release-impossible': {
    title: 'The release cannot work as it is asked for',
    meaning:
      'What is on the platform does not go together with what is asked for: a region, a set, an agent or a build. Each reason is listed. Nothing was written.',
    next: 'Follow what is said with each reason.',
  },
  'request-refused': {
    title: 'The platform refused a request',
    meaning:
      'The platform answered with a refusal (4xx) that the action does not know a remedy for. Its message and code are shown.',
    next: 'Correct what the message of the platform says.',
  },
  'platform-unavailable': {
    title: 'The platform could not be reached',
    meaning:
      'Connections failed, or a gateway answered in place of the platform, and kept doing so over several attempts.',
    next: 'Run the release again later; it takes up where it is. If it lasts, check `api-url` (whether the emulator runs, where that is meant), the proxy, and the status of the platform.',
  },
  'rate-limited': {
    title: 'The platform limits how often it may be asked',
    meaning:
      'The platform answered 429 for longer than a release waits: other pipelines, or people, ask it a lot at the same time. Nothing of what was refused was carried out.',
    next: 'Run the release again later, and let fewer releases run at once (`concurrency`); with many regions, `rollout: sequential` asks less at once.',
  },
  'answer-unreadable': {
    title: 'The platform gave an answer that cannot be read',
    meaning:
      'Answers were cut off, or were not the JSON that is due, over several attempts. Often something between the runner and the platform answers in its place.',
    next: 'Check `api-url` and the proxy, and run the release again.',
  },
  'certificate-not-accepted': {
    title: 'The certificate of the server was not accepted',
    meaning:
      'Node.js does not trust the certificate that the server, or a proxy in between, showed: a private CA issued it, it has expired, or it is for another name. Nothing was sent over that connection. Typical codes are `UNABLE_TO_VERIFY_LEAF_SIGNATURE`, `SELF_SIGNED_CERT_IN_CHAIN`, `CERT_HAS_EXPIRED` and `ERR_TLS_CERT_ALTNAME_INVALID`.',
    next: 'If a private CA or a proxy of your company issued the certificate, set `NODE_EXTRA_CA_CERTS` to the file of that CA on the runner. Otherwise check the address and renew the certificate.',
  },
  'proxy-refused': {
    title: 'The proxy did not let the request through',
    meaning:
      'The proxy that `HTTPS_PROXY` or `HTTP_PROXY` names answered with an error, such as 407 (it asks for authentication) or 403. Nothing was sent to the platform.',
    next: 'For 407, put the user name and password in `HTTPS_PROXY` (`http://user:password@host:port`). Otherwise allow the host in the proxy, or except it with `NO_PROXY`.',
  },
  redirected: {
    title: 'The platform answered with a redirect',
    meaning: 'A redirect is not followed, because the credential would go along.',
    next: 'Correct `api-url` so that it names the API itself.',
  },
  'secrets-timeout': {
    title: 'The secret sets took too long',
    meaning:
      'Writing the sets and waiting until they are ready did not end within `secrets-timeout`. No agent was deployed with them.',
    next: 'Run the release again: what was written stays written. If provisioning is slow regularly, raise `secrets-timeout`.',
  },
  'provisioning-failed': {
    title: 'A secret set could not be provisioned',
    meaning:
      'The platform stored the values, but could not bring the set into its region. Agents keep what they have.',
    next: 'Run the release again, which writes the set anew; contact support if it persists.',
  },
  'secret-set-missing': {
    title: 'The platform does not show the new secret set',
    meaning:
      'The platform accepted the new set, but then answered that it does not exist (404), for at least ten seconds.',
    next: 'Run the release again, which writes the set again. If it happens again, contact the support of the platform.',
  },
  'secret-set-gone': {
    title: 'A secret set was deleted during the release',
    meaning: 'The set was there and is not any more: somebody or something deleted it.',
    next: 'Find out who deletes it, and run the release again.',
  },
  'secret-set-not-ready': {
    title: 'The deploy was refused because a secret set is not ready',
    meaning:
      'The platform refuses to bind a set that is pending or failed (409), and kept doing so until `secrets-timeout` had passed. Another pipeline may be writing the same set.',
    next: 'Run the release again; let one pipeline at a time write a set (`concurrency`).',
  },
  'concurrent-write': {
    title: 'Another writer is at the same secret set',
    meaning:
      'The platform refuses to write a set that somebody else is writing (409), and kept doing so over several attempts.',
    next: 'Run the release again; let one pipeline at a time write a set (`concurrency`).',
  },
  'not-pruned': {
    title: 'The release is done, but the secret set was not pruned',
    meaning:
      'Everything was released and the agent serves. Deleting the keys that were not given, or awaiting the set after that, failed.',
    next: 'Run the release again, which prunes the set, or delete the keys yourself.',
  },
  'upload-failed': {
    title: 'The build context could not be uploaded',
    meaning:
      'The storage of the platform, which is another host than its API, refused the archive, or did not take it over several attempts. No agent was deployed.',
    next: 'Where the storage says why, correct that. Else run the release again, and if it lasts, check that the runner and its proxy can reach the host that is named.',
  },
  'build-failed': {
    title: 'The cloud build failed',
    meaning:
      'The platform built the image and did not succeed. Its message and, unless `failure-logs` is `never`, the last lines of its log are shown. No agent was deployed.',
    next: 'Correct what the log shows, most often a line of the Dockerfile or a file that is not in the context, and release again.',
  },
  'build-timeout': {
    title: 'The cloud build took too long',
    meaning:
      'The build was started, but had not succeeded within `build-timeout`. The platform goes on with it. No agent was deployed.',
    next: 'Run the release again later: once the build has succeeded, it is used. Raise `build-timeout` if builds take that long regularly.',
  },
  'build-missing': {
    title: 'The platform does not show the new cloud build',
    meaning:
      'The platform started the build, but then answered that it does not exist (404), for at least ten seconds.',
    next: 'Run the release again, which builds again. If it happens again, contact the support of the platform.',
  },
  'build-gone': {
    title: 'The cloud build is not there any more',
    meaning: 'The build was started, and the platform does not know it any more.',
    next: 'Run the release again, which builds anew.',
  },
  'agent-name-taken': {
    title: 'The name of the agent is already taken',
    meaning:
      'The platform says `Service already exists`, but this credential does not see an agent of that name. Agent names are unique across all regions.',
    next: 'Choose another `agent-name`, or use a credential that sees the agent.',
  },
  'deployment-unknown': {
    title: 'The platform did not say which deployment it made',
    meaning: 'Neither the answer to the deploy nor the agent names a deployment to wait for.',
    next: 'Look at the agent in the dashboard, and run the release again.',
  },
  'rollout-failed': {
    title: 'The deployment failed',
    meaning:
      'The platform took up the deployment, and it will not get ready: its image cannot be pulled or does not run, or the agent crashes.',
    next: 'Correct what the reason says and release again.',
  },
  'wait-timeout': {
    title: 'The deployment did not get ready in time',
    meaning:
      'The deployment was accepted, but did not serve within `wait-timeout`. The platform goes on with it; it may still get ready.',
    next: 'Look at the agent; large images take longer the first time. Raise `wait-timeout` if the rollout only needs more time.',
  },
  'smoke-test-failed': {
    title: 'Smoke test failed',
    meaning:
      'The deployment is ready, but the session that tested it failed: it ended with an error, ended before its bot started, or could not be started at all, or the endpoint in `smoke-test-path` did not answer 2xx.',
    next: 'Fix what the log of the session shows, and release again.',
  },
  'smoke-test-key-refused': {
    title: 'Released, but not tested: the platform rejected the public API key',
    meaning:
      'Everything is released and serving. The platform answered 401 or 403 to the public API key, so no session was started. Nothing is rolled back because of it.',
    next: 'Check `public-api-key` in the dashboard under Settings → API Keys → Public. If the key is gone, create a new one and store it as the secret that the workflow passes.',
  },
  'drain-timeout': {
    title: 'Released, but sessions still run on older deployments',
    meaning:
      'Everything is released and serving. Sessions that began before keep the old deployment and its secret values, and some of them had not ended within `drain-timeout`. Nothing is rolled back because of it.',
    next: 'Do not revoke old keys yet. Run the workflow again later, or raise `drain-timeout`; the session limit of the agent is the longest that a session can last.',
  },
  superseded: {
    title: 'Another release has taken over',
    meaning:
      'While this deployment was awaited, the agent was asked to be another one: by another run, the client, the dashboard, or a push to a connected branch.',
    next: 'Look at the other release. Let one release of an agent run at a time (`concurrency` with `cancel-in-progress: false`).',
  },
  'agent-missing': {
    title: 'The platform does not show the new agent',
    meaning:
      'The platform accepted the new agent, but then answered that it does not exist (404), for at least ten seconds.',
    next: 'Look for the agent in the dashboard, and run the release again. If it happens again, contact the support of the platform.',
  },
  'not-rolled-back': {
    title: 'The rollback failed',
    meaning:
      'A release failed with `on-failure: rollback`, and the agent could not be brought back to what it was: the platform rejected the update, or the deployment of the rollback did not become ready.',
    next: 'Check in the dashboard what the agent is serving. Fix the cause, then release again, or release the image in `previous` of the output `agents`.',
  },
  'agent-gone': {
    title: 'The agent was deleted during the release',
    meaning: 'The agent was there and is not any more: somebody or something deleted it.',
    next: 'Find out who deletes it, and run the release again.',
  },
  'sessions-running': {
    title: 'Sessions of the preview are still running',
    meaning:
      'The platform accepted the request to stop the sessions, but still showed some of them as running when `wait-timeout` had passed.',
    next: 'Run the workflow again; it picks up where this run stopped. Sessions end by themselves at the latest after the session limit of the agent.',
  },
  'secret-set-in-use': {
    title: 'A secret set of the preview is still in use',
    meaning:
      'The platform refused to delete the set because something uses it (409), until `wait-timeout` had passed. The agent is deleted.',
    next: 'Run the workflow again later; it picks up where this run stopped.',
  },
  cancelled: {
    title: 'The run was cancelled',
    meaning:
      'The runner was told to end the run (SIGINT or SIGTERM): somebody cancelled it, or a newer run took its place (`concurrency` with `cancel-in-progress`). Nothing new was begun after that. What is done, what was under way and what was not begun is listed.',
    next: 'Run it again, which goes on from where this ended: what was written stays written, and a build that was started is used.',
  },
  unexpected: {
    title: 'The action itself failed',
    meaning: 'Something happened that the action does not expect. This is a bug in it.',
    next: 'Run the release again with debug logging, and report what it shows.',
  },
} as const satisfies Readonly<Record<FailureKind, FailureWords>>;
