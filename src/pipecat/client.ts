import type { Redact } from '../secrecy/redactor.js';
import type { SecretValue } from '../secrecy/secret-value.js';
import { toFields, type AgentSettings } from './agent-settings.js';
import * as answers from './answers.js';
import type {
  Agent,
  Build,
  ListedSecretSet,
  Organization,
  Region,
  Revision,
  SecretSet,
  StartedBuild,
} from './answers.js';
import { listOf } from '../text/list.js';
import { quote } from '../text/quote.js';
import type { CallOptions, Caller, Operation } from './caller.js';
import type { Request } from './connection.js';
import { UnreadableAnswerError } from './errors.js';
import type { Storage, UploadContent, UploadOptions } from './storage.js';
import type { SecretPair, Surface } from './surface.js';

/** Options that do not depend on what a call brings. */
export type PlainOptions = Pick<CallOptions<unknown>, 'deadline' | 'attempts'>;

/** Whether a deletion deleted something, or found nothing to delete. */
export type Deletion = 'deleted' | 'absent';

/** A set, of secrets or for image pulls, and the region that it stays in. */
export interface SecretSetKey {
  readonly name: string;
  readonly region: string;
}

/** What an image pull secret holds. */
export interface RegistryCredentials {
  /** URL of the registry. */
  readonly host: string;
  /** Base64 of `username:password`; with anything else, the pull fails later. */
  readonly authentication: SecretValue;
}

/** What tells builds apart: the same context built with the same Dockerfile in the same region. */
export interface BuildKey {
  readonly region: string;
  /** First 16 hex digits of the MD5 of the context's archive. */
  readonly contextHash: string;
  /** Relative to the context. */
  readonly dockerfilePath: string;
}

/** What a deployment of an agent wrote. */
export interface AgentLogs {
  /** Oldest first, with known secrets taken out. */
  readonly lines: readonly string[];
  /** Whether a line, as it came, says that the image is for another processor. */
  readonly isExecFormatError: boolean;
}

/** Builds of one key that a look asks for. */
const maxBuilds = 20;
/** Lines of a build's log: the platform gives no more at once, and begins with the first of them. */
const maxBuildLines = 10_000;

/** What statuses, phases, reasons and codes look like, whatever they are. */
const codePattern = /^[\w.-]{1,64}$/;

/** Another writer is at the same set; it is gone in a moment. */
const concurrentWrite = [409];

/** The organizations of a personal access token, in the platform's order. */
export function listOrganizations(caller: Caller): Promise<Organization[]> {
  return caller.call({
    request: { method: 'GET', path: '/v1/organizations' },
    parse: answers.parseOrganizations,
  });
}

/**
 * Pipecat Cloud, as one credential reaches it: the operations of a release, with the differences of
 * the two surfaces taken away. Errors are those of `errors.ts`. Texts of the platform have known
 * secrets taken out. Its statuses, phases, reasons and codes are as they came, so that they can be
 * compared: whoever shows one redacts it.
 */
export class PipecatCloud {
  readonly #caller: Caller;
  readonly #surface: Surface;
  readonly #storage: Storage;
  readonly #redact: Redact;

  constructor(caller: Caller, surface: Surface, storage: Storage, redact: Redact) {
    this.#caller = caller;
    this.#surface = surface;
    this.#storage = storage;
    this.#redact = redact;
  }

  regions(): Promise<Region[]> {
    return this.#read('regions', answers.parseRegions);
  }

  /** The region that the organization uses where none is named. */
  defaultRegion(): Promise<string> {
    return this.#read('properties', answers.parseDefaultRegion);
  }

  /** All sets of the organization, image pull secrets included. */
  async secretSets(options: PlainOptions = {}): Promise<ListedSecretSet[]> {
    const sets = await this.#read('secrets', answers.parseSecretSets, options);
    return sets.map((set) => ({ ...set, errorMessage: this.#clean(set.errorMessage) }));
  }

  /**
   * @throws UnreadableAnswerError if the list has an entry about the set that cannot be read
   */
  requireReadable(set: ListedSecretSet): void {
    if (set.unreadable === undefined) return;
    const call = { method: 'GET', path: this.#surface.path('secrets') } as const;
    const fields = listOf(set.unreadable);
    throw new UnreadableAnswerError(
      call,
      this.#redact(
        `the response is JSON, but has an unexpected shape (${fields} of the set ${quote(set.name)})`,
      ),
    );
  }

  /** One set with its keys; undefined where there is none. An image pull secret is refused (400). */
  async secretSet(name: string, options: PlainOptions = {}): Promise<SecretSet | undefined> {
    const set = await this.#readIfThere(
      this.#surface.path(`secrets/${encodeURIComponent(name)}`),
      answers.parseSecretSet,
      options,
    );
    return set && { ...set, errorMessage: this.#clean(set.errorMessage) };
  }

  /**
   * Writes pairs to a set and creates it if it does not exist. Keys that are not given stay. Accepted
   * is not ready: wait for the set.
   *
   * @param onAccepted called with the keys of each request that was accepted, so that the record is
   *   true after a failure half-way
   */
  async writeSecrets(
    { name, region }: SecretSetKey,
    pairs: readonly SecretPair[],
    options: PlainOptions,
    onAccepted: (keys: readonly string[]) => void,
  ): Promise<void> {
    for (const { request, keys } of this.#surface.secretWrites(name, region, pairs)) {
      await this.#write(request, options);
      onAccepted(keys);
    }
  }

  /** Creates or updates an image pull secret. */
  writeImagePullSecret(
    { name, region }: SecretSetKey,
    { host, authentication }: RegistryCredentials,
    options: PlainOptions,
  ): Promise<void> {
    return this.#write(
      {
        method: 'PUT',
        path: this.#surface.path(`secrets/${encodeURIComponent(name)}`),
        body: { isImagePullSecret: true, host, secretValue: authentication.reveal(), region },
      },
      options,
    );
  }

  /** Deletes a key of a set; one that is not there (any more) is not an error. */
  deleteSecret(set: string, key: string, options: PlainOptions): Promise<void> {
    return this.#caller.call<undefined>(
      {
        request: {
          method: 'DELETE',
          path: this.#surface.path(`secrets/${encodeURIComponent(set)}/${encodeURIComponent(key)}`),
        },
        parse: answers.parseDeletion,
        absent: { status: 404, result: undefined },
      },
      { ...options, retryableStatuses: concurrentWrite },
    );
  }

  /** Deletes a whole set; one that does not exist (anymore) is not an error. */
  deleteSecretSet(set: string, options: CallOptions<Deletion>): Promise<Deletion> {
    return this.#delete(this.#surface.path(`secrets/${encodeURIComponent(set)}`), {
      retryableStatuses: concurrentWrite,
      ...options,
    });
  }

  /**
   * Deletes an agent; one that does not exist (anymore) is not an error. Its running sessions continue
   * until they end or are stopped.
   */
  deleteAgent(name: string, options: CallOptions<Deletion>): Promise<Deletion> {
    return this.#delete(this.#surface.agents(`/${encodeURIComponent(name)}`), options);
  }

  /** Names of the agents of a region; undefined for an agent whose entry cannot be read. */
  agentNames(region: string, options: PlainOptions = {}): Promise<(string | undefined)[]> {
    return this.#caller.call(
      {
        request: {
          method: 'GET',
          path: this.#surface.agents(`?region=${encodeURIComponent(region)}`),
        },
        parse: answers.parseAgentNames,
      },
      options,
    );
  }

  /** An agent; undefined where there is none of that name in the organization. */
  async agent(name: string, options: PlainOptions = {}): Promise<Agent | undefined> {
    const agent = await this.#readIfThere(
      this.#surface.agents(`/${encodeURIComponent(name)}`),
      answers.parseAgent,
      options,
    );
    return agent && this.#cleanAgent(agent);
  }

  /** Creates an agent. Its answer carries the id of its first deployment. */
  createAgent(
    name: string,
    region: string,
    settings: AgentSettings,
    options: CallOptions<Agent>,
  ): Promise<Agent> {
    return this.#deploy(
      {
        method: 'POST',
        path: this.#surface.agents(),
        body: { serviceName: name, region, ...toFields(settings) },
      },
      options,
    );
  }

  /**
   * Updates an agent. Its answer carries the id of the new deployment, or of the one there is where
   * the platform saw no change.
   *
   * @param force makes a new deployment in any case, so that agents take up changed values
   */
  updateAgent(
    name: string,
    settings: AgentSettings,
    force: boolean,
    options: CallOptions<Agent>,
  ): Promise<Agent> {
    const fields = { ...toFields(settings), ...(force ? { forceRedeploy: true } : {}) };
    return this.#deploy(this.#surface.agentUpdate(name, fields), options);
  }

  /** The last lines that a deployment or a session of an agent wrote. */
  async agentLogs(
    name: string,
    of: { readonly deploymentId: string } | { readonly sessionId: string },
    limit: number,
    options: PlainOptions = {},
  ): Promise<AgentLogs> {
    const query = new URLSearchParams({ limit: String(limit), ...of, order: 'desc' });
    const newestFirst = await this.#caller.call(
      {
        request: {
          method: 'GET',
          path: this.#surface.agents(`/${encodeURIComponent(name)}/logs?${query.toString()}`),
        },
        parse: answers.parseLogs,
      },
      options,
    );
    return {
      lines: this.#cleanLines(newestFirst.reverse()),
      isExecFormatError: answers.saysExecFormatError(newestFirst),
    };
  }

  /** Names of the profiles that agents may have; undefined where the surface does not list them. */
  async agentProfiles(): Promise<string[] | undefined> {
    if (!this.#surface.listsAgentProfiles) return undefined;
    return this.#read('agent-profiles', answers.parseAgentProfiles);
  }

  /** A cloud build; undefined where there is none. */
  async build(id: string, options: PlainOptions = {}): Promise<Build | undefined> {
    const build = await this.#readIfThere(
      this.#surface.path(`builds/${encodeURIComponent(id)}`),
      answers.parseBuild,
      options,
    );
    return build && this.#cleanBuild(build);
  }

  /**
   * The builds of a context, newest first.
   *
   * @param status only those with this one
   */
  async builds(
    { region, contextHash, dockerfilePath }: BuildKey,
    status: 'success' | undefined,
    options: PlainOptions = {},
  ): Promise<Build[]> {
    const query = new URLSearchParams({
      contextHash,
      dockerfilePath,
      region,
      ...(status === undefined ? {} : { status }),
      limit: String(maxBuilds),
    });
    const builds = await this.#read(`builds?${query.toString()}`, answers.parseBuilds, options);
    // A build of something else would be deployed unseen, were one of the filters passed over.
    return builds
      .filter(
        (build) =>
          build.region === region &&
          build.contextHash === contextHash &&
          build.dockerfilePath === dockerfilePath &&
          (status === undefined || build.status === status),
      )
      .map((build) => this.#cleanBuild(build));
  }

  /**
   * Uploads the archive of a build context to where builds of a region take it from.
   *
   * @returns the upload's id, which a build names
   * @throws UploadError or another CallError
   */
  async uploadContext(
    region: string,
    content: UploadContent,
    options: UploadOptions,
  ): Promise<string> {
    const request: Request = {
      method: 'POST',
      path: this.#surface.path('builds/upload-url'),
      body: { region },
    };
    const { signal } = options;
    const sign = () => this.#caller.call({ request, parse: answers.parseUploadForm }, { signal });
    const { uploadId } = await this.#storage.upload(sign, content, options);
    return uploadId;
  }

  /** Starts a build of what was uploaded, unless one of the same context has succeeded. */
  async startBuild(
    uploadId: string,
    region: string,
    dockerfilePath: string,
    options: CallOptions<StartedBuild>,
  ): Promise<StartedBuild> {
    const request: Request = {
      method: 'POST',
      path: this.#surface.path('builds'),
      body: { uploadId, region, dockerfilePath },
    };
    const started = await this.#caller.call({ request, parse: answers.parseStartedBuild }, options);
    return { ...started, build: this.#cleanBuild(started.build) };
  }

  /** The last lines of a build's log, oldest first; of a very long one, of its beginning. */
  async buildLogs(id: string, most: number, options: PlainOptions = {}): Promise<string[]> {
    const lines = await this.#read(
      `builds/${encodeURIComponent(id)}/logs?limit=${maxBuildLines}`,
      answers.parseBuildLogs,
      options,
    );
    return this.#cleanLines(lines).slice(-most);
  }

  #read<Result>(
    resource: string,
    parse: (answer: unknown) => Result,
    options: PlainOptions = {},
  ): Promise<Result> {
    const request: Request = { method: 'GET', path: this.#surface.path(resource) };
    return this.#caller.call<Result>({ request, parse }, options);
  }

  #readIfThere<Result>(
    path: string,
    parse: (answer: unknown) => Result,
    options: PlainOptions = {},
  ): Promise<Result | undefined> {
    const operation: Operation<Result | undefined> = {
      request: { method: 'GET', path },
      parse,
      absent: { status: 404, result: undefined },
    };
    return this.#caller.call(operation, options);
  }

  #delete(path: string, options: CallOptions<Deletion>): Promise<Deletion> {
    return this.#caller.call<Deletion>(
      {
        request: { method: 'DELETE', path },
        parse: (answer) => {
          answers.parseDeletion(answer);
          return 'deleted';
        },
        absent: { status: 404, result: 'absent' },
      },
      options,
    );
  }

  #write(request: Request, options: PlainOptions): Promise<void> {
    return this.#caller.call<undefined>(
      { request, parse: answers.parseAcceptance, takesText: true },
      { ...options, retryableStatuses: concurrentWrite },
    );
  }

  async #deploy(request: Request, options: CallOptions<Agent>): Promise<Agent> {
    const agent = await this.#caller.call({ request, parse: answers.parseAgent }, options);
    return this.#cleanAgent(agent);
  }

  #clean(text: string | undefined): string | undefined {
    return text === undefined ? undefined : this.#redact(text);
  }

  /** Lines all together, since a value may span several of them; of very many, the last. */
  #cleanLines(lines: readonly string[]): string[] {
    if (lines.length === 0) return [];
    return this.#redact(lines.join('\n'), { isPart: true, keep: 'end' }).split('\n');
  }

  /** A word for machines stays as it came, so that it can be compared; any other text is cleaned. */
  #cleanWord(text: string): string {
    return codePattern.test(text) ? text : this.#redact(text);
  }

  #cleanBuild(build: Build): Build {
    return {
      ...build,
      status: this.#cleanWord(build.status),
      errorMessage: this.#clean(build.errorMessage),
    };
  }

  #cleanAgent(agent: Agent): Agent {
    return {
      ...agent,
      warning: this.#clean(agent.warning),
      errors: agent.errors.map(({ code, message, ...facts }) => ({
        ...facts,
        code: code && this.#cleanWord(code),
        message: this.#redact(message),
      })),
      conditions: agent.conditions.map((condition) => ({
        ...condition,
        reason: condition.reason && this.#cleanWord(condition.reason),
        message: this.#clean(condition.message),
      })),
      currentRevision: this.#cleanRevision(agent.currentRevision),
      previousRevision: this.#cleanRevision(agent.previousRevision),
    };
  }

  #cleanRevision(revision: Revision | undefined): Revision | undefined {
    if (revision === undefined) return undefined;
    const { phase, health } = revision;
    return {
      ...revision,
      phase: phase && this.#cleanWord(phase),
      health: health && {
        ...health,
        headline: this.#clean(health.headline),
        reason: health.reason && this.#cleanWord(health.reason),
        lastTerminationReason:
          health.lastTerminationReason && this.#cleanWord(health.lastTerminationReason),
        // The platform may have cut a traceback, which names the error in its last line.
        message: health.message && this.#redact(health.message, { isPart: true, keep: 'end' }),
      },
    };
  }
}
