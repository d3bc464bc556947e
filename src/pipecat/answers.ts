import * as v from 'valibot';
import { isConfidential } from '../http/confidential.js';
import { isObject, readAgentSettings, type ObservedAgentSettings } from './agent-settings.js';

/** A response has an unexpected shape. The message names the fields, but does not quote them. */
export class AnswerShapeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AnswerShapeError';
  }
}

/** Makes a parser of responses from a schema. Unknown fields are allowed. */
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

/** Makes a parser that returns one field of a response. */
function fieldParser<Schema extends v.GenericSchema>(field: string, schema: Schema) {
  const parse = parser(v.object({ [field]: schema }));
  return (answer: unknown) => parse(answer)[field] as v.InferOutput<Schema>;
}

/** A field that may be missing or null; both become undefined. */
function optional<Schema extends v.GenericSchema>(schema: Schema) {
  return v.pipe(
    v.nullish(schema),
    v.transform((value): v.InferOutput<Schema> | undefined => value ?? undefined),
  );
}

/** A field for display only: an unexpected type reads as undefined. */
export function shown<Schema extends v.GenericSchema>(schema: Schema) {
  return v.fallback(optional(schema), undefined);
}

export const text = shown(v.string());
export const count = shown(v.number());
export const flag = shown(v.boolean());

const notShown = v.pipe(
  v.unknown(),
  v.transform(() => undefined),
);

/** The readable entries of a list: an entry of somebody else must not stop a release. */
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

/** The same for a list that the release depends on: if no entry is readable, parsing fails. */
function decidingEntries<Schema extends v.GenericSchema>(schema: Schema) {
  return v.lazy((list) =>
    Array.isArray(list) && list.every((entry) => entryOf(schema, entry).length === 0)
      ? v.array(schema)
      : entries(schema),
  );
}

/**
 * Whether a set is provisioned in its region: only a ready set can be bound. `unknown` means that the
 * platform cannot reach the region.
 */
export type SecretSetStatus = 'pending' | 'ready' | 'failed' | 'unknown';

/** Any other word is a status on the way to these. */
const statusSchema = v.pipe(
  v.string(),
  v.transform((word): SecretSetStatus =>
    word === 'ready' || word === 'failed' || word === 'unknown' ? word : 'pending',
  ),
);

const regionFields = v.looseObject({
  code: v.string(),
  display_name: text,
  supported_architectures: shown(v.array(v.string())),
  default_architecture: text,
});

/** How the codes of self-hosted regions begin. */
const selfHostedCode = 'pce-';
const selfHostedWords = /\bself[-_ ]?hosted\b/i;

/**
 * Whether a region is the customer's own cluster. The API documents no field for this, so this checks
 * the code, the name and every field that could say so.
 */
function isSelfHosted({ code, ...entry }: v.InferOutput<typeof regionFields>): boolean {
  if (code.startsWith(selfHostedCode)) return true;
  return Object.entries(entry).some(([name, value]) =>
    typeof value === 'string'
      ? selfHostedWords.test(value)
      : value === true && /^(?:is)?[-_]?self[-_]?hosted$/i.test(name),
  );
}

/** A region that agents can be deployed to. */
export interface Region {
  readonly code: string;
  /** Undefined on older APIs. */
  readonly supportedArchitectures: readonly string[] | undefined;
  /** What runs if a deploy names no architecture; undefined on older APIs. */
  readonly defaultArchitecture?: string | undefined;
  /** Whether it is the customer's own cluster, which has only referenced sets. */
  readonly isSelfHosted?: true;
}

const regionSchema = v.pipe(
  regionFields,
  v.transform((entry): Region => ({
    code: entry.code,
    supportedArchitectures: entry.supported_architectures,
    defaultArchitecture: entry.default_architecture,
    ...(isSelfHosted(entry) ? { isSelfHosted: true } : {}),
  })),
);

export const parseRegions = fieldParser('regions', decidingEntries(regionSchema));

export const parseDefaultRegion = parser(
  v.pipe(
    v.object({ properties: v.object({ defaultRegion: v.string() }) }),
    v.transform(({ properties }) => properties.defaultRegion),
  ),
);

/** An organization that a personal access token can act in; requests use its `name`. */
export interface Organization {
  readonly name: string;
  readonly id?: string | undefined;
  /** The name that the dashboard shows; organizations may share it. */
  readonly verboseName?: string | undefined;
}

export const parseOrganizations = fieldParser(
  'organizations',
  decidingEntries(v.object({ name: v.string(), id: text, verboseName: text })),
);

/** What a secret set contains: environment variables for agents, or a registry's credentials. */
export type SecretSetKind = (typeof secretSetKinds)[number];
const secretSetKinds = ['secret', 'imagePullSecret'] as const;

/** Fields that a release needs of a listed set. */
const decidingFields = { type: v.string(), region: v.string(), status: optional(statusSchema) };

/** The name alone decides whether a set belongs to the release. */
const listedSet = v.looseObject({ name: v.string(), errorMessage: text, source: text });

/** A secret set from the list. If an older API omits the status, it reads as ready. */
export interface ListedSecretSet {
  readonly name: string;
  readonly kind: SecretSetKind;
  readonly region: string;
  readonly status: SecretSetStatus;
  /** The platform's words about a failure. */
  readonly errorMessage: string | undefined;
  /** Whether it is a Kubernetes Secret of a self-hosted region, which is bound by name and never written. */
  readonly referenced: boolean;
  /** Fields that could not be read. If there are any, only the name is known. */
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
  // A release ignores sets of an unknown kind.
  const kind = secretSetKinds.find((one) => one === type);
  if (kind === undefined) return [];
  return [{ name, kind, region, status: status ?? 'ready', errorMessage, referenced }];
}

/** A secret set with the names of its keys. The platform never returns values. */
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

/** Whether one of the original texts says that the image is for another processor. */
export function saysExecFormatError(texts: readonly (string | undefined)[]): boolean {
  return texts.some((one) => one !== undefined && /exec format error/i.test(one));
}

/** Searches the original texts, because redaction may remove the words. */
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

const revision = v.object({
  deploymentID: text,
  phase: text,
  readyReplicas: count,
  health: shown(healthSchema),
  hasInfrastructureIssue: flag,
});

/** One rollout of a deployment, from the platform's operator. */
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

/** A current condition, such as `Degraded`. It does not name the deployment that it is about. */
export type AgentCondition = v.InferOutput<typeof condition>;

const deploymentWithId = v.looseObject({ id: optional(v.string()) });

/** `agent-settings.ts` reads the settings from the fields that are not listed here. */
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

/** An error that the platform reports about a deployment. */
interface AgentError {
  readonly code: string | undefined;
  readonly message: string;
  /** Whether the original message says that the image is for another processor. */
  readonly isExecFormatError?: true;
}

/** An agent: its settings, the deployment that it should run, and the state of the rollout. */
export interface Agent {
  readonly region: string | undefined;
  /** Milliseconds since the epoch; undefined if the response does not show it. */
  readonly createdAt: number | undefined;
  /** The deployment that the agent should run. */
  readonly desiredDeploymentId: string | undefined;
  /** The deployment that the operator has started; `ready` is about this one. */
  readonly reconciledDeploymentId: string | undefined;
  readonly ready: boolean;
  /** Whether any deployment is serving, including the previous one. */
  readonly available: boolean;
  readonly errors: readonly AgentError[];
  readonly conditions: readonly AgentCondition[];
  readonly currentRevision: Revision | undefined;
  readonly previousRevision: Revision | undefined;
  /** The platform's warning about a create or an update. */
  readonly warning: string | undefined;
  /** The connected branch, if the platform builds from one. */
  readonly git:
    | {
        /** `owner/name`. */
        readonly repository: string | undefined;
        readonly branch: string | undefined;
        /** Whether a push deploys; true if the response does not show it. */
        readonly autoDeploy: boolean;
      }
    | undefined;
  readonly settings: ObservedAgentSettings;
  /** The secret sets that it binds; undefined if the response does not show them. */
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

/** The organization surface wraps an agent in `body`. */
export const parseAgent = parser(
  v.pipe(
    v.unknown(),
    v.transform((answer) =>
      isObject(answer) && isObject(answer['body']) ? answer['body'] : answer,
    ),
    agent,
    // Each field is optional, so without this check any object would pass.
    v.check(
      ({ name, desiredDeploymentId, deployment }) =>
        (name ?? desiredDeploymentId ?? deployment?.id) !== undefined,
    ),
    v.transform(toAgent),
  ),
);

/** Undefined for an agent whose entry cannot be read. */
export const parseAgentNames = fieldParser(
  'services',
  v.array(
    v.pipe(
      shown(v.object({ name: v.string() })),
      v.transform((service) => service?.name),
    ),
  ),
);

export const parseLogs = fieldParser(
  'logs',
  entries(
    v.pipe(
      v.object({ log: v.string() }),
      v.transform(({ log }) => log),
    ),
  ),
);

export const parseAgentProfiles = fieldParser(
  'agentProfiles',
  v.pipe(
    decidingEntries(v.object({ api_name: v.string(), enabled: flag })),
    v.transform((profiles) =>
      profiles.filter(({ enabled }) => enabled !== false).map(({ api_name }) => api_name),
    ),
  ),
);

const buildSchema = v.pipe(
  v.object({
    id: v.string(),
    /** `pending`, `building`, `success`, `failed`, `timeout`, or an unknown word. */
    status: v.string(),
    region: text,
    /** First 16 hex digits of the MD5 of the context's archive. */
    contextHash: text,
    /** Relative to the context. */
    dockerfilePath: text,
    errorMessage: text,
    buildDurationSeconds: count,
    createdAt: text,
  }),
  v.transform(({ buildDurationSeconds, createdAt, ...build }) => ({
    ...build,
    /** Seconds; undefined until the build has ended. */
    duration: buildDurationSeconds,
    /** Milliseconds since the epoch. */
    createdAt: timeOf(createdAt),
  })),
);

/** A cloud build: an image that the platform builds from a build context. */
export type Build = Readonly<v.InferOutput<typeof buildSchema>>;

function timeOf(timestamp: string | undefined): number | undefined {
  const time = Date.parse(timestamp ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** Statuses of a build that has ended; the words differ between versions of the API. */
const ended =
  /^(success|succeeded|fail|timed?[_-]?out|cancel|error|expire|abort|reject|terminated)/i;

/** Whether the status of a build is final. Only `success` is a success. */
export function hasBuildEnded(status: string): boolean {
  return ended.test(status);
}

export const parseBuild = fieldParser('build', buildSchema);

export const parseBuilds = fieldParser('builds', entries(buildSchema));

/** The response to a request to build. */
export type StartedBuild = Readonly<ReturnType<typeof parseStartedBuild>>;

export const parseStartedBuild = parser(
  v.pipe(
    v.object({ build: buildSchema, contextHash: text, cached: flag }),
    v.transform(({ build, contextHash, cached }) => ({
      build,
      /** The platform's name for the context, which equals the hash computed here. */
      contextHash,
      /** Whether the platform reuses an earlier build. */
      isCached: cached ?? false,
    })),
  ),
);

export const parseBuildLogs = fieldParser('logs', entries(v.string()));

/** Where to upload an archive: a form that the platform signed for this one file. */
export interface UploadForm {
  readonly uploadId: string;
  readonly url: string;
  /** The fields of the form, in order. Anybody who has them can upload. */
  readonly fields: Readonly<Record<string, string>>;
}

export const parseUploadForm = parser(
  v.pipe(
    v.object({
      uploadId: v.string(),
      // Over plain HTTP, somebody on the way could read or change the context.
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
 * The platform accepts a write with any 2xx response, unless its `status` says no. (HTML from a gateway
 * fails before, because it is not JSON.)
 */
export function parseAcceptance(answer: unknown): undefined {
  if (v.is(refusedWrite, answer)) {
    throw new AnswerShapeError('the response is 2xx, but its `status` says no');
  }
}

/** A word that does not say no. */
const agreement = /^(?!error|fail|reject|refuse|denied|invalid)[a-z]+$/i;
const acknowledgement = v.object({ status: v.pipe(v.string(), v.regex(agreement)) });

/** The response to a deletion may be empty. */
export const parseDeletion = parser(
  v.pipe(
    v.optional(acknowledgement),
    v.transform((): undefined => undefined),
  ),
);
