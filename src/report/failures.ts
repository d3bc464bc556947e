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
  /** What it means, for readers who look it up. */
  readonly meaning: string;
  /** What to do next. */
  readonly next: string;
}

/** Every way in which a release fails. The troubleshooting page is generated from this. */
export const failureKinds = {
  'invalid-inputs': {
    title: 'The inputs are not valid',
    meaning:
      'The report lists every mistake that can be found without the network: the input, the rule, and what was found. Nothing was sent.',
    next: 'Fix all listed inputs, then run the workflow again.',
  },
  'untrusted-event': {
    title: 'Nothing is released for code that may come from a fork',
    meaning:
      'The workflow runs on `pull_request_target`, on `workflow_run`, or for a comment on a pull request. It has the secrets of the repository, and the code is from a fork. Or the pull request could not be read to find out.',
    next: 'Release on `push`, on a release, or on `workflow_dispatch`. For comments, pass `github-token` with the permission `pull-requests: read`.',
  },
  'context-unusable': {
    title: 'The build context cannot be packed',
    meaning:
      'The folder or the Dockerfile is missing, a link leads out of the context, a file cannot be read, or the context is larger than the platform accepts. The report lists each problem. Nothing was sent.',
    next: 'Fix each listed file, then run the workflow again.',
  },
  'credential-refused': {
    title: 'The platform rejected the credential',
    meaning:
      'The platform answered 401: the API key or token was revoked, cycled, deleted or copied in part.',
    next: 'Find it in the dashboard (an API key under Settings → API Keys → Private, a token under Account Settings → Personal Access Tokens). If it is gone, create a new one and store it as the secret that the workflow passes.',
  },
  'billing-required': {
    title: 'The account has a billing problem',
    meaning:
      'The platform answered 402, or its message mentions billing, a spend limit or a suspended account. The credential and the inputs are fine.',
    next: 'Check the payment method, the spend limit and the account status in the dashboard under Settings → Billing. Then run the workflow again.',
  },
  'permission-denied': {
    title: 'The credential does not allow this',
    meaning:
      'The platform answered 403: the credential is valid, but not for this organization or this operation.',
    next: 'Check that the key belongs to the organization that owns the agent, or that the owner of the token is a member of it with a role that may deploy.',
  },
  'organization-unknown': {
    title: 'The token cannot act in that organization',
    meaning:
      'The token has no access to the organization in `organization`. The message lists the organizations that it can use.',
    next: 'Fix `organization`, or have the owner of the token invited to it.',
  },
  'release-impossible': {
    title: 'The release cannot work with these settings',
    meaning:
      'The settings do not match what is on the platform: a region, a set, an agent or a build. The report lists each reason.',
    next: 'Fix each listed reason, then run the workflow again.',
  },
  'request-refused': {
    title: 'The platform rejected a request',
    meaning:
      'The platform rejected a request (4xx) for a reason that the action does not know. The report shows its message and code.',
    next: "Fix what the platform's message describes, then run the workflow again.",
  },
  'platform-unavailable': {
    title: 'The platform could not be reached',
    meaning:
      'Connections failed, or a gateway answered in place of the platform, and kept doing so over several attempts.',
    next: 'Run the workflow again later; it picks up where this run stopped. If the error persists, check `api-url`, the proxy and the status page of the platform.',
  },
  'rate-limited': {
    title: 'The platform limits the request rate',
    meaning:
      'The platform answered 429 (too many requests) for longer than a release waits. Other pipelines or people are sending many requests. The rejected requests had no effect.',
    next: 'Run the workflow again later. Run fewer releases at once (`concurrency`). With many regions, set `rollout: sequential` to send fewer requests at once.',
  },
  'answer-unreadable': {
    title: "The platform's response cannot be read",
    meaning:
      'In several attempts, responses were cut off or were not the expected JSON. Often, something between the runner and the platform answers in its place.',
    next: 'Check `api-url` and the proxy, then run the workflow again.',
  },
  'certificate-not-accepted': {
    title: 'The server certificate is not trusted',
    meaning:
      'Node.js does not trust the certificate of the server, or of a proxy in between: a private CA issued it, it has expired, or it is for another name. Nothing was sent over that connection. Typical codes are `UNABLE_TO_VERIFY_LEAF_SIGNATURE`, `SELF_SIGNED_CERT_IN_CHAIN`, `CERT_HAS_EXPIRED` and `ERR_TLS_CERT_ALTNAME_INVALID`.',
    next: 'If a private CA or a proxy of your company issued the certificate, set `NODE_EXTRA_CA_CERTS` to the file of that CA on the runner. Otherwise check the address and renew the certificate.',
  },
  'proxy-refused': {
    title: 'The proxy rejected the request',
    meaning:
      'The proxy that `HTTPS_PROXY` or `HTTP_PROXY` names answered with an error, such as 407 (it asks for authentication) or 403. Nothing was sent to the platform.',
    next: 'For 407, put the user name and password in `HTTPS_PROXY` (`http://user:password@host:port`). Otherwise allow the host in the proxy, or add the host to `NO_PROXY`.',
  },
  redirected: {
    title: 'The platform answered with a redirect',
    meaning:
      'The action does not follow redirects, because that would send the credential to another address.',
    next: 'Set `api-url` to the address that the API is served from.',
  },
  'secrets-timeout': {
    title: 'The secret sets took too long',
    meaning:
      'The sets were not written and ready within `secrets-timeout`. No agent was deployed with them.',
    next: 'Run the workflow again; what was written stays written. If provisioning is often slow, raise `secrets-timeout`.',
  },
  'provisioning-failed': {
    title: 'A secret set could not be provisioned',
    meaning:
      'The platform stored the values, but could not provision the set in its region. Agents keep the values they have.',
    next: "Run the workflow again; it writes the set again. If the error persists, contact the platform's support.",
  },
  'secret-set-missing': {
    title: 'The platform does not show the new secret set',
    meaning:
      'The platform accepted the new set, but then answered that it does not exist (404), for at least ten seconds.',
    next: "Run the workflow again; it writes the set again. If the error persists, contact the platform's support.",
  },
  'secret-set-gone': {
    title: 'A secret set was deleted during the release',
    meaning: 'The set existed when the release began. Somebody or something deleted it since.',
    next: 'Find out who deleted it, then run the workflow again.',
  },
  'secret-set-not-ready': {
    title: 'The platform rejected the deployment because a secret set is not ready',
    meaning:
      'The platform does not bind a set that is pending or failed (409), and the set was not ready within `secrets-timeout`. Another pipeline may be writing the same set.',
    next: 'Run the workflow again. Let only one pipeline at a time write a set (`concurrency`).',
  },
  'concurrent-write': {
    title: 'Another process is writing the secret set',
    meaning:
      'The platform rejects writes to a set that another process is writing (409). Several attempts were rejected.',
    next: 'Run the workflow again. Let only one pipeline at a time write a set (`concurrency`).',
  },
  'not-pruned': {
    title: 'The release is done, but the secret set was not pruned',
    meaning:
      'Everything was released, and the agent is serving. Only deleting old keys failed, or waiting for the set after that.',
    next: 'Run the workflow again; it prunes the set. Or delete the keys yourself.',
  },
  'upload-failed': {
    title: 'The build context could not be uploaded',
    meaning:
      "The platform's storage rejected the archive, or could not be reached in several attempts. It has another host than the API. No agent was deployed.",
    next: 'If the storage gives a reason, fix that. Otherwise, run the workflow again. If the error persists, check that the runner and its proxy can reach the host in the message.',
  },
  'build-failed': {
    title: 'The cloud build failed',
    meaning:
      'The platform could not build the image. The report shows its message, and the last lines of its log unless `failure-logs` is `never`. No agent was deployed.',
    next: 'Fix the error in the log. Most often it is in a line of the Dockerfile, or a file is not in the context. Then run the workflow again.',
  },
  'build-timeout': {
    title: 'The cloud build took too long',
    meaning:
      'The build was started, but had not succeeded within `build-timeout`. The platform continues it. No agent was deployed.',
    next: 'Run the workflow again later; if the build has succeeded by then, it is reused. If builds often take that long, raise `build-timeout`.',
  },
  'build-missing': {
    title: 'The platform does not show the new cloud build',
    meaning:
      'The platform started the build, but then answered that it does not exist (404), for at least ten seconds.',
    next: "Run the workflow again; it builds again. If the error persists, contact the platform's support.",
  },
  'build-gone': {
    title: 'The cloud build no longer exists',
    meaning: 'The build was started, but the platform no longer knows it.',
    next: 'Run the workflow again; it builds again.',
  },
  'agent-name-taken': {
    title: 'The name of the agent is already taken',
    meaning:
      'The platform says `Service already exists`, but this credential cannot see an agent with that name. Agent names are unique across all regions.',
    next: 'Choose another `agent-name`, or use a credential that can see the agent.',
  },
  'deployment-unknown': {
    title: 'The platform did not name the new deployment',
    meaning:
      'The platform accepted the deployment, but did not return its id, so the action could not wait for it.',
    next: 'Check the agent in the dashboard, then run the workflow again.',
  },
  'rollout-failed': {
    title: 'The deployment failed',
    meaning:
      'The platform started the deployment, but it cannot become ready: its image cannot be pulled or does not run, or the agent crashes.',
    next: 'Fix the cause that the platform gives, then run the workflow again.',
  },
  'wait-timeout': {
    title: 'The deployment was not ready in time',
    meaning:
      'The deployment was accepted, but was not serving within `wait-timeout`. The platform continues the rollout, so the deployment may still become ready.',
    next: 'Check the agent in the dashboard. Large images take longer the first time. If the rollout only needs more time, raise `wait-timeout`.',
  },
  'smoke-test-failed': {
    title: 'Smoke test failed',
    meaning:
      'The deployment is ready, but the test session failed. It ended with an error or before its bot started, it could not be started, or the endpoint in `smoke-test-path` did not answer 2xx.',
    next: 'Fix the error in the log of the session, then run the workflow again.',
  },
  'smoke-test-key-refused': {
    title: 'Released, but not tested: the platform rejected the public API key',
    meaning:
      'Everything is released and serving. The platform answered 401 or 403 to the public API key, so no session was started. This does not cause a rollback.',
    next: 'Check `public-api-key` in the dashboard under Settings → API Keys → Public. If the key is gone, create a new one and store it as the secret that the workflow passes.',
  },
  'drain-timeout': {
    title: 'Released, but sessions still run on older deployments',
    meaning:
      'Everything is released and serving. Sessions that began before keep the old deployment and its secret values, and some of them had not ended within `drain-timeout`. This does not cause a rollback.',
    next: 'Do not revoke old keys yet. Run the workflow again later, or raise `drain-timeout`. No session lasts longer than the session limit of the agent.',
  },
  superseded: {
    title: 'Another release has taken over',
    meaning:
      'While this deployment was rolling out, another run, the client, the dashboard, or a push to a connected branch started another one.',
    next: 'Check the other release. Let only one release of an agent run at a time (`concurrency` with `cancel-in-progress: false`).',
  },
  'agent-missing': {
    title: 'The platform does not show the new agent',
    meaning:
      'The platform accepted the new agent, but then answered that it does not exist (404), for at least ten seconds.',
    next: "Find the agent in the dashboard, and run the workflow again. If the error persists, contact the platform's support.",
  },
  'not-rolled-back': {
    title: 'The rollback failed',
    meaning:
      'A release failed with `on-failure: rollback`, and so did the rollback: the platform rejected the update, or the deployment of the rollback did not become ready.',
    next: 'Check in the dashboard what the agent is serving. Fix the cause and run the workflow again, or release the image in `previous` of the output `agents`.',
  },
  'agent-gone': {
    title: 'The agent was deleted during the release',
    meaning: 'The agent existed when the release began. Somebody or something deleted it since.',
    next: 'Find out who deleted it, then run the workflow again.',
  },
  'sessions-running': {
    title: 'Sessions of the preview are still running',
    meaning:
      'The platform accepted the request to stop the sessions, but still showed some of them as running when `wait-timeout` had passed.',
    next: 'Run the workflow again; it picks up where this run stopped. No session lasts longer than the session limit of the agent.',
  },
  'secret-set-in-use': {
    title: 'A secret set of the preview is still in use',
    meaning:
      'The platform did not delete the set within `wait-timeout`, because something still uses it (409). The agent is deleted.',
    next: 'Run the workflow again later; it picks up where this run stopped.',
  },
  cancelled: {
    title: 'The run was cancelled',
    meaning:
      'Somebody cancelled the run, or a newer run replaced it (`concurrency` with `cancel-in-progress`). The runner sent SIGINT or SIGTERM, and no further work was started. The report lists what is done, what is still running, and what was not started.',
    next: 'If a newer run replaced this one, do nothing. Otherwise, run the workflow again; it picks up where this run stopped.',
  },
  unexpected: {
    title: 'The action itself failed',
    meaning: 'Something unexpected happened. This is a bug in the action.',
    next: 'Run the workflow again with debug logging, and report what it shows.',
  },
} as const satisfies Readonly<Record<FailureKind, FailureWords>>;
