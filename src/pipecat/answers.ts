import * as v from 'valibot';
import { isConfidential } from '../http/confidential.js';
import { isObject, readAgentSettings, type ObservedAgentSettings } from './agent-settings.js';

/** An answer of another shape than is due. Names the places only: the answer is not quoted. */
export class AnswerShapeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AnswerShapeError';
  }
}

/** Makes a parser of answers from a schema; fields that the schema does not name are let through. */
export function parser<Schema extends v.GenericSchema>(
  schema: Schema,
): (answer: unknown) => v.InferOutput<Schema> {
  return (answer) => {
    const result = v.safeParse(schema, answer);
    if (result.success) return result.output;
    if (answer === undefined) throw new AnswerShapeError('the response is empty');
    const places = result.issues.map((issue) => v.getDotPath(issue) ?? 'the whole');
    throw new AnswerShapeError(
      `the response is JSON, but has an unexpected shape (${[...new Set(places)].slice(0, 5).join(', ')})`,
    );
  };
}

/** A field that may be missing or null, both of which become undefined. */
function optional<Schema extends v.GenericSchema>(schema: Schema) {
  return v.pipe(
    v.nullish(schema),
    v.transform((value): v.InferOutput<Schema> | undefined => value ?? undefined),
  );
}

/** A field that is only shown: of another type it counts as not shown. */
function shown<Schema extends v.GenericSchema>(schema: Schema) {
  return v.fallback(optional(schema), undefined);
}

const text = shown(v.string());
const count = shown(v.number());
const flag = shown(v.boolean());

const notShown = v.pipe(
  v.unknown(),
  v.transform(() => undefined),
);

/** The entries of a list that can be read: an entry that is not ours must not stop a release. */
function entries<Schema extends v.GenericSchema>(schema: Schema) {
  return v.pipe(
    v.array(v.unknown()),
    v.transform((list) => list.flatMap((entry) => entryOf(schema, entry))),
  );
}

function entryOf<Schema extends v.GenericSchema>(
  schema: Schema,
  entry: unknown,
): v.InferOutput<Schema>[] {
  const result = v.safeParse(schema, entry);
  return result.success ? [result.output] : [];
}

/** The same for a list that decides: if no entry can be read, the list is an error that names them. */
function decidingEntries<Schema extends v.GenericSchema>(schema: Schema) {
  return v.lazy((list) =>
    Array.isArray(list) && list.every((entry) => entryOf(schema, entry).length === 0)
      ? v.array(schema)
      : entries(schema),
  );
}

/**
 * Provisioning of a set in its region: not there yet, bindable, given up on, or unknown because the
 * region cannot be reached.
 */
export type SecretSetStatus = 'pending' | 'ready' | 'failed' | 'unknown';

/** Any other word is a status on the way to these. */
const statusSchema = v.pipe(
  v.string(),
  v.transform((word): SecretSetStatus =>
    word === 'ready' || word === 'failed' || word === 'unknown' ? word : 'pending',
  ),
);

const regionSchema = v.looseObject({
  code: v.string(),
  display_name: text,
  supported_architectures: shown(v.array(v.string())),
  default_architecture: shown(v.string()),
});

/** How the codes of self-hosted regions begin. */
const selfHostedCode = 'pce-';
const selfHostedWords = /\bself[-_ ]?hosted\b/i;

/**
 * Whether a region is a cluster of the customer's own. The API documents no field for it, so its code
 * tells, its name, or any field that says so.
 */
function isSelfHosted({ code, ...entry }: v.InferOutput<typeof regionSchema>): boolean {
  if (code.startsWith(selfHostedCode)) return true;
  return Object.entries(entry).some(([name, value]) =>
    typeof value === 'string'
      ? selfHostedWords.test(value)
      : value === true && /^(?:is)?[-_]?self[-_]?hosted$/i.test(name),
  );
}

/** A region that agents can be deployed to. `supportedArchitectures` is undefined on older APIs. */
export interface Region {
  readonly code: string;
  readonly supportedArchitectures: readonly string[] | undefined;
  /** What runs if nothing is asked for; undefined on older APIs. */
  readonly defaultArchitecture?: string | undefined;
  /** Whether it is a cluster of the customer's own, which holds only referenced sets. */
  readonly isSelfHosted?: true;
}

export const parseRegions = parser(
  v.pipe(
    v.object({ regions: decidingEntries(regionSchema) }),
    v.transform(({ regions }) =>
      regions.map((entry): Region => ({
        code: entry.code,
        supportedArchitectures: entry.supported_architectures,
        defaultArchitecture: entry.default_architecture,
        ...(isSelfHosted(entry) ? { isSelfHosted: true } : {}),
      })),
    ),
  ),
);

export const parseDefaultRegion = parser(
  v.pipe(
    v.object({ properties: v.object({ defaultRegion: v.string() }) }),
    v.transform(({ properties }) => properties.defaultRegion),
  ),
);

const organization = v.object({ name: v.string(), id: text, verboseName: text });

/** An organization that a personal access token can act in; requests name it by its `name`. */
export interface Organization {
  readonly name: string;
  readonly id?: string | undefined;
  /** The name that the dashboard shows; organizations may share it. */
  readonly verboseName?: string | undefined;
}

export const parseOrganizations = parser(
  v.pipe(
    v.object({ organizations: decidingEntries(organization) }),
    v.transform(({ organizations }) => organizations),
  ),
);

/** What a secret set holds: environment variables for agents, or a registry's credentials. */
export type SecretSetKind = (typeof secretSetKinds)[number];
const secretSetKinds = ['secret', 'imagePullSecret'] as const;

/** Fields of a listed set without which nothing can be done with it. */
const decidingFields = { type: v.string(), region: v.string(), status: optional(statusSchema) };

/** Only the name is needed to tell whether a set is one of ours. */
const listedSet = v.looseObject({ name: v.string(), errorMessage: text, source: text });

/** A secret set as the list shows it. A status that an older API leaves out reads as ready. */
export interface ListedSecretSet {
  readonly name: string;
  readonly kind: SecretSetKind;
  readonly region: string;
  readonly status: SecretSetStatus;
  /** The platform's words about a failure. */
  readonly errorMessage: string | undefined;
  /** A Kubernetes Secret of a self-hosted region: bound by name, never written. */
  readonly referenced: boolean;
  /** Fields that could not be read, if there are any: then the set is only known to exist. */
  readonly unreadable?: readonly string[];
}

export const parseSecretSets = parser(
  v.pipe(
    v.object({ sets: decidingEntries(listedSet) }),
    v.transform(({ sets }) => sets.flatMap(toListedSet)),
  ),
);

function toListedSet(set: v.InferOutput<typeof listedSet>): ListedSecretSet[] {
  const { name, errorMessage, source } = set;
  const referenced = source === 'referenced';
  const result = v.safeParse(v.object(decidingFields), set);
  if (!result.success) {
    const unreadable = result.issues.map((issue) => v.getDotPath(issue) ?? '');
    const unknown = { kind: 'secret', region: '', status: 'unknown' } as const;
    return [{ name, ...unknown, errorMessage, referenced, unreadable }];
  }
  const { type, region, status } = result.output;
  // A set of an unknown kind is of no use to a release, and no reason to fail.
  const kind = secretSetKinds.find((one) => one === type);
  if (kind === undefined) return [];
  return [{ name, kind, region, status: status ?? 'ready', errorMessage, referenced }];
}

/** A secret set with the names of its keys; values can never be read back. */
export interface SecretSet {
  readonly region: string;
  readonly status: SecretSetStatus;
  readonly errorMessage: string | undefined;
  readonly keys: readonly string[];
  readonly referenced: boolean;
}

export const parseSecretSet = parser(
  v.pipe(
    v.object({
      region: v.string(),
      status: optional(statusSchema),
      errorMessage: text,
      source: text,
      secrets: shown(entries(v.object({ fieldName: v.string() }))),
    }),
    v.transform(({ region, status, errorMessage, source, secrets }): SecretSet => ({
      region,
      status: status ?? 'ready',
      errorMessage,
      keys: (secrets ?? []).map(({ fieldName }) => fieldName),
      referenced: source === 'referenced',
    })),
  ),
);

/** Whether one of the texts, as it came, says that the image is for another processor. */
export function saysExecFormatError(texts: readonly (string | undefined)[]): boolean {
  return texts.some((one) => one !== undefined && /exec format error/i.test(one));
}

/** Found in what the platform said: after redaction, a secret may have taken the words away. */
function execFormatErrorIn(texts: readonly (string | undefined)[]): {
  readonly isExecFormatError?: true;
} {
  return saysExecFormatError(texts) ? { isExecFormatError: true } : {};
}

const healthSchema = v.pipe(
  v.object({
    headline: text,
    ready: flag,
    reason: text,
    restartCount: count,
    replicasStarted: count,
    lastExitCode: count,
    lastTerminationReason: text,
    message: text,
  }),
  v.transform((health) => ({
    ...health,
    ...execFormatErrorIn([health.headline, health.message]),
  })),
);

/** How the code of a revision is doing. */
export type RevisionHealth = v.InferOutput<typeof healthSchema>;

const revision = v.object({
  deploymentID: text,
  phase: text,
  readyReplicas: count,
  health: shown(healthSchema),
  hasInfrastructureIssue: flag,
});

/** One rollout of a deployment, as the platform's operator sees it. */
export type Revision = v.InferOutput<typeof revision>;

const agentError = v.object({
  code: shown(
    v.pipe(
      v.union([v.string(), v.number()]),
      v.transform((code) => String(code)),
    ),
  ),
  message: text,
  error: text,
});

const condition = v.object({ type: v.string(), status: v.string(), reason: text, message: text });

/** Something that is so for the moment, such as `Degraded`; it does not say of which deployment. */
export type AgentCondition = v.InferOutput<typeof condition>;

const deploymentWithId = v.looseObject({ id: optional(v.string()) });

/** Its settings are read by `agent-settings.ts`, from the fields that are not named here. */
const agent = v.looseObject({
  name: optional(v.string()),
  region: text,
  ready: optional(v.boolean()),
  available: flag,
  desiredDeploymentId: optional(v.string()),
  activeDeploymentId: optional(v.string()),
  reconciledDeploymentId: optional(v.string()),
  errors: shown(entries(agentError)),
  conditions: shown(entries(condition)),
  currentRevision: shown(revision),
  previousRevision: shown(revision),
  warning: text,
  createdAt: text,
  git: shown(v.object({ repoFullName: text, branch: text, autoDeploy: flag })),
  deployment: v.optional(
    v.lazy((deployment) => (isObject(deployment) ? deploymentWithId : notShown)),
  ),
});

/** What the platform reports of a deployment that fails. */
export interface AgentError {
  readonly code: string | undefined;
  readonly message: string;
  /** Whether the message, as it came, says that the image is for another processor. */
  readonly isExecFormatError?: true;
}

/** An agent: what it was asked to be, and how far it has got. */
export interface Agent {
  readonly region: string | undefined;
  /** Milliseconds since the epoch; undefined if its response does not show it. */
  readonly createdAt: number | undefined;
  /** The deployment that was asked for. */
  readonly desiredDeploymentId: string | undefined;
  /** The deployment that the operator has taken up; `ready` speaks of this one. */
  readonly reconciledDeploymentId: string | undefined;
  readonly ready: boolean;
  /** Whether any deployment, the previous one included, serves. */
  readonly available: boolean;
  readonly errors: readonly AgentError[];
  readonly conditions: readonly AgentCondition[];
  readonly currentRevision: Revision | undefined;
  readonly previousRevision: Revision | undefined;
  /** The platform's remark on a create or an update. */
  readonly warning: string | undefined;
  /** The branch that the platform builds from, where it does. */
  readonly git:
    | {
        /** `owner/name`. */
        readonly repository: string | undefined;
        readonly branch: string | undefined;
        /** Whether a push deploys; so it is taken to be if the response does not show it. */
        readonly autoDeploy: boolean;
      }
    | undefined;
  readonly settings: ObservedAgentSettings;
  /** The secret sets that it binds; undefined if its response does not show them. */
  readonly secretSets: readonly string[] | undefined;
}

function toAgent(answer: v.InferOutput<typeof agent>): Agent {
  const { deployment } = answer;
  return {
    region: answer.region,
    createdAt: timeOf(answer.createdAt),
    desiredDeploymentId: answer.desiredDeploymentId ?? answer.activeDeploymentId ?? deployment?.id,
    reconciledDeploymentId: answer.reconciledDeploymentId,
    ready: answer.ready ?? false,
    available: answer.available ?? false,
    errors: (answer.errors ?? []).map(({ code, message, error }) => ({
      code,
      message: message ?? error ?? 'no message',
      ...execFormatErrorIn([message, error]),
    })),
    conditions: answer.conditions ?? [],
    currentRevision: answer.currentRevision,
    previousRevision: answer.previousRevision,
    warning: answer.warning,
    git: answer.git && {
      repository: answer.git.repoFullName,
      branch: answer.git.branch,
      autoDeploy: answer.git.autoDeploy ?? true,
    },
    settings: readAgentSettings(answer),
    secretSets: boundSecretSets(answer),
  };
}

const bindings = v.object({
  deployment: v.object({
    manifest: v.object({ spec: v.object({ envFromSecretNames: optional(v.array(v.string())) }) }),
  }),
});

function boundSecretSets(answer: unknown): readonly string[] | undefined {
  const result = v.safeParse(bindings, answer);
  return result.success
    ? (result.output.deployment.manifest.spec.envFromSecretNames ?? [])
    : undefined;
}

/** An agent's answer, wrapped in `body` (as the organization surface has it) or not. */
export const parseAgent = parser(
  v.pipe(
    v.unknown(),
    v.transform((answer) =>
      isObject(answer) && isObject(answer['body']) ? answer['body'] : answer,
    ),
    agent,
    // Every field alone may be missing, so without this an answer about something else would pass.
    v.check(
      ({ name, desiredDeploymentId, deployment }) =>
        (name ?? desiredDeploymentId ?? deployment?.id) !== undefined,
    ),
    v.transform(toAgent),
  ),
);

/** Undefined for an agent whose entry cannot be read: nothing is known about it. */
export const parseAgentNames = parser(
  v.pipe(
    v.object({ services: v.array(shown(v.object({ name: v.string() }))) }),
    v.transform(({ services }) => services.map((service) => service?.name)),
  ),
);

export const parseLogs = parser(
  v.pipe(
    v.object({ logs: entries(v.object({ log: v.string() })) }),
    v.transform(({ logs }) => logs.map(({ log }) => log)),
  ),
);

export const parseAgentProfiles = parser(
  v.pipe(
    v.object({
      agentProfiles: decidingEntries(v.object({ api_name: v.string(), enabled: flag })),
    }),
    v.transform(({ agentProfiles }) =>
      agentProfiles.filter(({ enabled }) => enabled !== false).map(({ api_name }) => api_name),
    ),
  ),
);

const buildSchema = v.object({
  id: v.string(),
  status: v.string(),
  region: text,
  contextHash: text,
  dockerfilePath: text,
  errorMessage: text,
  buildDurationSeconds: count,
  createdAt: text,
});

/** A cloud build: an image that the platform made from a build context. */
export interface Build {
  readonly id: string;
  /** `pending`, `building`, `success`, `failed` or `timeout`, or one that is not known. */
  readonly status: string;
  readonly region: string | undefined;
  /** First 16 hex digits of the MD5 of the context's archive. */
  readonly contextHash: string | undefined;
  /** Relative to the context. */
  readonly dockerfilePath: string | undefined;
  readonly errorMessage: string | undefined;
  /** Seconds; undefined until it has ended. */
  readonly duration: number | undefined;
  /** Milliseconds since the epoch. */
  readonly createdAt: number | undefined;
}

function toBuild(answer: v.InferOutput<typeof buildSchema>): Build {
  return {
    id: answer.id,
    status: answer.status,
    region: answer.region,
    contextHash: answer.contextHash,
    dockerfilePath: answer.dockerfilePath,
    errorMessage: answer.errorMessage,
    duration: answer.buildDurationSeconds,
    createdAt: timeOf(answer.createdAt),
  };
}

function timeOf(timestamp: string | undefined): number | undefined {
  const time = Date.parse(timestamp ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** Statuses of a build that has ended, in the words of more than one API. */
const ended =
  /^(success|succeeded|fail|timed?[_-]?out|cancel|error|expire|abort|reject|terminated)/i;

/** Whether a build does not leave its status any more. Only `success` is a success. */
export function hasBuildEnded(status: string): boolean {
  return ended.test(status);
}

export const parseBuild = parser(
  v.pipe(
    v.object({ build: buildSchema }),
    v.transform(({ build }): Build => toBuild(build)),
  ),
);

export const parseBuilds = parser(
  v.pipe(
    v.object({ builds: entries(buildSchema) }),
    v.transform(({ builds }): Build[] => builds.map(toBuild)),
  ),
);

/** What the platform answers to a request for a build. */
export interface StartedBuild {
  readonly build: Build;
  /** What the platform calls the context; the same as what was computed here. */
  readonly contextHash: string | undefined;
  /** Whether this is a build that was there already. */
  readonly isCached: boolean;
}

export const parseStartedBuild = parser(
  v.pipe(
    v.object({ build: buildSchema, contextHash: text, cached: flag }),
    v.transform(({ build, contextHash, cached }): StartedBuild => ({
      build: toBuild(build),
      contextHash,
      isCached: cached ?? false,
    })),
  ),
);

export const parseBuildLogs = parser(
  v.pipe(
    v.object({ logs: entries(v.string()) }),
    v.transform(({ logs }) => logs),
  ),
);

/** Where an archive is to be uploaded: a form that is signed for this one file. */
export interface UploadForm {
  readonly uploadId: string;
  readonly url: string;
  /** The fields of the form, in their order. Whoever has them can upload. */
  readonly fields: Readonly<Record<string, string>>;
}

export const parseUploadForm = parser(
  v.pipe(
    v.object({
      uploadId: v.string(),
      // A context that goes over the wire in the clear could be read, and changed, on its way.
      uploadUrl: v.pipe(
        v.string(),
        v.check((url) => URL.canParse(url) && isConfidential(new URL(url))),
      ),
      uploadFields: v.record(v.string(), v.string()),
    }),
    v.transform(({ uploadId, uploadUrl, uploadFields }): UploadForm => ({
      uploadId,
      url: uploadUrl,
      fields: uploadFields,
    })),
  ),
);

/** A word that says no. */
const refusal = /^(?:error|fail|reject|refuse|denied|invalid|not\b)/i;
const refusedWrite = v.object({ status: v.pipe(v.string(), v.regex(refusal)) });

/**
 * The platform accepts a write by any success, whatever the answer holds, unless it says no. (A page of a
 * gateway does not come this far: it is not JSON.)
 */
export function parseAcceptance(answer: unknown): undefined {
  if (v.is(refusedWrite, answer)) {
    throw new AnswerShapeError('the response is a success whose status says no (status)');
  }
}

/** One word that does not say no. */
const agreement = /^(?!error|fail|reject|refuse|denied|invalid)[a-z]+$/i;
const acknowledgement = v.object({ status: v.pipe(v.string(), v.regex(agreement)) });

/** A deletion may be answered without a word. A key that is gone already is a 404. */
export const parseDeletion = parser(
  v.pipe(
    v.optional(acknowledgement),
    v.transform((): undefined => undefined),
  ),
);
