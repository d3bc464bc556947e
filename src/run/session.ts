import { tmpdir } from 'node:os';
import { checkedOutCommit } from '../github/checkout.js';
import {
  isClosedRepository,
  isOfAnotherCommit,
  releasedCommit,
  type WorkflowEvent,
} from '../github/event.js';
import type { ConnectionOptions } from '../github/connect.js';
import type { ReadFile } from '../inputs/files.js';
import type { Environment } from '../inputs/raw-inputs.js';
import type { FailureLogs, Inputs, InputsOutline, InputsReading } from '../inputs/read-inputs.js';
import type { AccessSettings } from '../plan/settings.js';
import { Journal } from '../record/journal.js';
import type { Actions } from '../report/actions.js';
import { releaseLog } from '../report/log.js';
import { setBuildOutputs } from '../report/build-outputs.js';
import { masksFor } from '../secrecy/masks.js';
import { redactor, type Redact } from '../secrecy/redactor.js';
import type { SecretValue } from '../secrecy/secret-value.js';
import type { Folders } from '../steps/build-context.js';
import type { LookUpImage } from '../steps/look-up-image.js';
import { Platform } from '../steps/platform.js';
import { Cancellation, cancellationLimits } from '../time/cancellation.js';
import type { Clock } from '../time/clock.js';

/** Everything outside of the action that a run depends on. */
export interface Host {
  readonly environment: Environment;
  readonly actions: Actions;
  readonly clock: Clock;
  readonly readFile: ReadFile;
  /** Whether a folder has no entries, or does not exist. */
  readonly isFolderEmpty?: (path: string) => Promise<boolean>;
  /** Reads the event of the workflow. */
  readonly workflowEvent: () => Promise<WorkflowEvent>;
  /** Looks up images in their registries; the real look-up by default. */
  readonly lookUpImage?: LookUpImage | undefined;
  /** Milliseconds that one request may take. */
  readonly requestLimit?: number;
  /** Aborted with a CancelledError when the runner asks the run to end. */
  readonly cancellation: AbortSignal;
}

/** One run, and what it knows so far. */
export class Session implements Disposable {
  readonly host: Host;
  readonly cancellation: Cancellation;
  /** Aborted when the report must be made, even if something is still running. */
  readonly reportDeadline: AbortSignal;
  /** Aborted when nothing more can be reported to GitHub. */
  readonly #gitHubDeadline: AbortSignal;
  readonly journal: Journal;
  /** Undefined until they are read and valid. */
  inputs: Inputs | undefined;
  /** Undefined until they are read, or if the event cannot be trusted. */
  outline: InputsOutline | undefined;
  /** The pull request whose preview the agents are; undefined if they are not a preview. */
  previewOf: number | undefined;
  /** Hides everything until it is known what is secret. */
  #redact: Redact = () => '***';
  /** Hides what is known to be secret by the time of each call. */
  readonly redact: Redact = (text, options) => this.#redact(text, options);
  readonly event = once(() => readEvent(this.host));
  readonly commit = once(() => commitOf(this));
  readonly wantsFailureLogs = once(() =>
    showsFailureLogs(this.inputs?.failureLogs ?? 'never', this.event),
  );

  constructor(host: Host) {
    const { actions } = host;
    this.host = host;
    this.cancellation = new Cancellation(host.cancellation, host.clock);
    this.reportDeadline = this.cancellation.after(cancellationLimits.report);
    this.#gitHubDeadline = this.cancellation.after(cancellationLimits.gitHub);
    this.journal = new Journal(
      this.cancellation.clock,
      releaseLog(actions, this.redact),
      (builds) => {
        setBuildOutputs(actions, builds);
      },
    );
  }

  /** Keeps what was read, and masks secrets before anything is logged. */
  keep({ inputs, outline, secrets, redact }: InputsReading): void {
    this.#mask(secrets);
    this.#redact = redact;
    this.inputs = inputs;
    this.previewOf = outline.preview?.pullRequest;
  }

  /** Hides secrets that become known after the inputs were read. */
  hide(secrets: readonly SecretValue[]): void {
    this.#mask(secrets);
    const earlier = this.#redact;
    const later = redactor(secrets);
    this.#redact = (text, options) => later(earlier(text, options), options);
  }

  #mask(secrets: readonly SecretValue[]): void {
    for (const mask of new Set(secrets.flatMap(masksFor))) this.host.actions.mask(mask);
  }

  /** How to connect to GitHub, unless `signal` is aborted. */
  gitHubOptions(signal: AbortSignal): ConnectionOptions {
    return { clock: this.host.clock, signal, redact: this.redact };
  }

  /** The same for what a cancelled run still reports to GitHub. */
  lateGitHubOptions(): ConnectionOptions {
    return this.gitHubOptions(this.#gitHubDeadline);
  }

  /** Connects to the platform. */
  connect(access: AccessSettings): Platform {
    const { host, journal, cancellation, redact } = this;
    const { requestLimit } = host;
    return new Platform({ access, journal, cancellation, redact, requestLimit });
  }

  [Symbol.dispose](): void {
    this.cancellation.end();
  }
}

export function foldersOf(environment: Environment): Folders {
  const { GITHUB_WORKSPACE: workspace = '', RUNNER_TEMP: temporary = '' } = environment;
  return {
    workspace: workspace === '' ? '.' : workspace,
    temporary: temporary === '' ? tmpdir() : temporary,
  };
}

/** The commit that people see for the run. Reads the event only if it may differ from the runner's. */
async function commitOf({ host, outline, event }: Session): Promise<string> {
  const { environment, readFile } = host;
  const { GITHUB_SHA: workflowCommit = '', GITHUB_EVENT_NAME: eventName = '' } = environment;
  if (!isOfAnotherCommit(eventName)) return workflowCommit;
  return releasedCommit(await event(), {
    workflowCommit,
    checkout: await checkedOutCommit(foldersOf(environment).workspace, readFile),
    isImageGiven: outline?.isImageGiven === true,
  });
}

/** An event that cannot be read may come from a fork. */
async function readEvent({ environment, workflowEvent }: Host): Promise<WorkflowEvent> {
  try {
    return await workflowEvent();
  } catch {
    return { eventName: environment['GITHUB_EVENT_NAME'] ?? '', payload: undefined };
  }
}

/** An agent's output may contain what callers said, so `auto` shows it only in private repositories. */
async function showsFailureLogs(
  failureLogs: FailureLogs,
  event: () => Promise<WorkflowEvent>,
): Promise<boolean> {
  if (failureLogs !== 'auto') return failureLogs === 'always';
  return isClosedRepository(await event());
}

function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined;
  return () => (result ??= work());
}
