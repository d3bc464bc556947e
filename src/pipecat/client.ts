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
import type { CallOptions, Caller } from './caller.js';
import type { Request } from './connection.js';
import { UnreadableAnswerError } from './errors.js';
import type { Storage, UploadContent, UploadOptions } from './storage.js';
import type { SecretPair, Surface } from './surface.js';

/** Options that do not depend on the result of a call. */
export type PlainOptions = Pick<CallOptions<unknown>, 'deadline' | 'attempts'>;

/** Whether a deletion deleted something, or found nothing to delete. */
export type Deletion = 'deleted' | 'absent';

/** A secret set or image pull secret, and the region that it belongs to. */
type SecretSetKey = Pick<ListedSecretSet, 'name' | 'region'>;

/** The content of an image pull secret. */
export interface RegistryCredentials {
  /** URL of the registry. */
  readonly host: string;
  /** Base64 of `username:password`; with anything else, the pull fails later. */
  readonly authentication: SecretValue;
}

/** What makes a build: a context and a Dockerfile, in a region. */
interface BuildKey {
  readonly region: string;
  /** First 16 hex digits of the MD5 of the context's archive. */
  readonly contextHash: string;
  /** Relative to the context. */
  readonly dockerfilePath: string;
}

/** Lines from the log of a deployment or a session. */
export interface AgentLogs {
  /** Oldest first, without known secrets. */
  readonly lines: readonly string[];
  /** Whether an original line says that the image is for another processor. */
  readonly isExecFormatError: boolean;
}

/** The most builds to ask for. */
const maxBuilds = 20;
/** The most lines of a build's log that the platform returns, from the beginning of the log. */
const maxBuildLines = 10_000;

/** The form of statuses, phases, reasons and codes. */
const codePattern = /^[\w.-]{1,64}$/;

/** Somebody else is writing the same set, which soon ends. */
const concurrentWrite = [409];

/** The organizations of a personal access token, in the platform's order. */
export function listOrganizations(caller: Caller): Promise<Organization[]> {
  return caller.read('/v1/organizations', answers.parseOrganizations);
}

/**
 * Pipecat Cloud with one credential: the operations of a release, the same for both surfaces. Throws
 * the errors of `errors.ts`. Known secrets are removed from texts of the platform, but not from
 * statuses, phases, reasons and codes, so that code can compare them. Redact these before showing them.
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
    return this.#caller.read(this.#surface.path('regions'), answers.parseRegions);
  }

  /** The region that the organization uses if a request names none. */
  defaultRegion(): Promise<string> {
    return this.#caller.read(this.#surface.path('properties'), answers.parseDefaultRegion);
  }

  /** All sets of the organization, including image pull secrets. */
  async secretSets(options: PlainOptions = {}): Promise<ListedSecretSet[]> {
    const sets = await this.#caller.read(this.#setPath(), answers.parseSecretSets, options);
    return sets.map((set) => ({ ...set, errorMessage: this.#clean(set.errorMessage) }));
  }

  /** @throws UnreadableAnswerError if the entry of this set in the list could not be read */
  requireReadable(set: ListedSecretSet): void {
    if (set.unreadable === undefined) return;
    const call = { method: 'GET', path: this.#setPath() } as const;
    const fields = listOf(set.unreadable);
    throw new UnreadableAnswerError(
      call,
      this.#redact(
        `the response is JSON, but has an unexpected shape (${fields} of the set ${quote(set.name)})`,
      ),
    );
  }

  /**
   * A set with its keys; undefined if it does not exist. The platform refuses to show an image pull
   * secret (400).
   */
  async secretSet(name: string, options: PlainOptions = {}): Promise<SecretSet | undefined> {
    const set = await this.#caller.find(this.#setPath(name), answers.parseSecretSet, options);
    return set && { ...set, errorMessage: this.#clean(set.errorMessage) };
  }

  /**
   * Writes pairs to a set, which it creates if necessary. Other keys stay. An accepted set is not ready
   * yet, so wait for it.
   *
   * @param onAccepted called with the keys of each accepted request, so that the record is correct
   *   even if a later request fails
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
        path: this.#setPath(name),
        body: { isImagePullSecret: true, host, secretValue: authentication.reveal(), region },
      },
      options,
    );
  }

  /** Deletes a key of a set, if it exists. */
  deleteSecret(set: string, key: string, options: PlainOptions): Promise<Deletion> {
    return this.#delete(this.#setPath(set, key), {
      ...options,
      retryableStatuses: concurrentWrite,
    });
  }

  /** Deletes a set, if it exists. */
  deleteSecretSet(set: string, options: CallOptions<Deletion>): Promise<Deletion> {
    return this.#delete(this.#setPath(set), { retryableStatuses: concurrentWrite, ...options });
  }

  /** Deletes an agent, if it exists. Its sessions continue until they end or are stopped. */
  deleteAgent(name: string, options: CallOptions<Deletion>): Promise<Deletion> {
    return this.#delete(this.#agentPath(name), options);
  }

  /** Names of the agents in a region; undefined for an agent whose entry cannot be read. */
  agentNames(region: string, options: PlainOptions = {}): Promise<(string | undefined)[]> {
    const path = this.#surface.agents(`?region=${encodeURIComponent(region)}`);
    return this.#caller.read(path, answers.parseAgentNames, options);
  }

  /** An agent; undefined if the organization has none of that name. */
  async agent(name: string, options: PlainOptions = {}): Promise<Agent | undefined> {
    const agent = await this.#caller.find(this.#agentPath(name), answers.parseAgent, options);
    return agent && this.#cleanAgent(agent);
  }

  /** Creates an agent. The result has the id of its first deployment. */
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
   * Updates an agent. The result has the id of the new deployment, or of the current one if the
   * platform saw no change.
   *
   * @param force always makes a new deployment, so that it starts with changed secret values
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

  /** The last lines of the log of a deployment or a session. */
  async agentLogs(
    name: string,
    of: { readonly deploymentId: string } | { readonly sessionId: string },
    limit: number,
    options: PlainOptions = {},
  ): Promise<AgentLogs> {
    const query = new URLSearchParams({ limit: String(limit), ...of, order: 'desc' });
    const path = this.#agentPath(name, `/logs?${query.toString()}`);
    const newestFirst = await this.#caller.read(path, answers.parseLogs, options);
    return {
      lines: this.#cleanLines(newestFirst.reverse()),
      isExecFormatError: answers.saysExecFormatError(newestFirst),
    };
  }

  /** Names of the agent profiles; undefined if the surface does not list them. */
  async agentProfiles(): Promise<string[] | undefined> {
    if (!this.#surface.listsAgentProfiles) return undefined;
    return this.#caller.read(this.#surface.path('agent-profiles'), answers.parseAgentProfiles);
  }

  /** A cloud build; undefined if it does not exist. */
  async build(id: string, options: PlainOptions = {}): Promise<Build | undefined> {
    const path = this.#surface.path(`builds/${encodeURIComponent(id)}`);
    const build = await this.#caller.find(path, answers.parseBuild, options);
    return build && this.#cleanBuild(build);
  }

  /**
   * The builds of a context, newest first.
   *
   * @param status returns only builds with this status
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
    const path = this.#surface.path(`builds?${query.toString()}`);
    const builds = await this.#caller.read(path, answers.parseBuilds, options);
    // Filters again: if the platform ignored a filter, the release would deploy another build.
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
   * Uploads the archive of a build context, for builds in a region.
   *
   * @returns the upload's id, for `startBuild`
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

  /** Starts a build of an uploaded context, unless one of the same context has succeeded. */
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

  /** The last lines of a build's log, oldest first. Lines after the first 10,000 are not read. */
  async buildLogs(id: string, most: number, options: PlainOptions = {}): Promise<string[]> {
    const resource = `builds/${encodeURIComponent(id)}/logs?limit=${maxBuildLines}`;
    const path = this.#surface.path(resource);
    const lines = await this.#caller.read(path, answers.parseBuildLogs, options);
    return this.#cleanLines(lines).slice(-most);
  }

  /** The path of the secret sets, of one of them, or of a key. */
  #setPath(...names: readonly string[]): string {
    return this.#surface.path(['secrets', ...names.map(encodeURIComponent)].join('/'));
  }

  #agentPath(name: string, rest = ''): string {
    return this.#surface.agents(`/${encodeURIComponent(name)}${rest}`);
  }

  #delete(path: string, options: CallOptions<Deletion>): Promise<Deletion> {
    return this.#caller.call<Deletion>(
      {
        request: { method: 'DELETE', path },
        parse: answers.parseDeletion,
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
    return text && this.#redact(text);
  }

  /** Cleans all lines together, because a value may span several. Keeps the last if there are many. */
  #cleanLines(lines: readonly string[]): string[] {
    if (lines.length === 0) return [];
    return this.#redact(lines.join('\n'), { isPart: true, keep: 'end' }).split('\n');
  }

  /** Keeps a code as it is, so that it can be compared, and cleans any other text. */
  #cleanWord<Text extends string | undefined>(text: Text): Text | string {
    return text === undefined || codePattern.test(text) ? text : this.#redact(text);
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
      errors: agent.errors.map((error) => ({
        ...error,
        code: this.#cleanWord(error.code),
        message: this.#redact(error.message),
      })),
      conditions: agent.conditions.map((condition) => ({
        ...condition,
        reason: this.#cleanWord(condition.reason),
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
      phase: this.#cleanWord(phase),
      health: health && {
        ...health,
        headline: this.#clean(health.headline),
        reason: this.#cleanWord(health.reason),
        lastTerminationReason: this.#cleanWord(health.lastTerminationReason),
        // The platform may cut a traceback. Its last line names the error.
        message: health.message && this.#redact(health.message, { isPart: true, keep: 'end' }),
      },
    };
  }
}
