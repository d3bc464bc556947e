import * as v from 'valibot';
import { isConfidential } from '../http/confidential.js';
import type { PlatformWords } from './errors.js';
import { isObject, readAgentSettings } from './agent-settings.js';

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

/** An object of which only one field is needed. */
function field<Output>(name: string, schema: v.GenericSchema<unknown, Output>) {
  return v.pipe(
    v.object({ [name]: schema }),
    v.transform((object) => object[name] as Output),
  );
}

/** A field that may be missing or null; both become undefined. */
function optional<Schema extends v.GenericSchema>(schema: Schema) {
  return v.nullish(schema, () => undefined);
}

/** A field for display only: an unexpected type reads as undefined. */
export function shown<Schema extends v.GenericSchema>(schema: Schema) {
  return v.fallback(optional(schema), undefined);
}

export const text = shown(v.string());
export const count = shown(v.number());
export const flag = shown(v.boolean());

/** A time, as milliseconds since the epoch; undefined if it is missing or unreadable. */
const time = v.pipe(
  text,
  v.transform((timestamp) => {
    const milliseconds = Date.parse(timestamp ?? '');
    return Number.isNaN(milliseconds) ? undefined : milliseconds;
  }),
);

const notShown = v.pipe(
  v.unknown(),
  v.transform(() => undefined),
);

/** The readable entries of a list: an entry of somebody else must not stop a release. */
function entries<Schema extends v.GenericSchema>(schema: Schema) {
  return v.pipe(
    v.array(v.unknown()),
    v.transform((list) =>
      list.flatMap((entry): v.InferOutput<Schema>[] => {
        const result = v.safeParse(schema, entry);
        return result.success ? [result.output] : [];
      }),
    ),
  );
}

/** The same for a list that the release depends on: if no entry is readable, parsing fails. */
function decidingEntries<Schema extends v.GenericSchema>(schema: Schema) {
  return v.lazy((list) =>
    Array.isArray(list) && !list.some((entry) => v.is(schema, entry))
      ? v.array(schema)
      : entries(schema),
  );
}

/** The same for a list for display only: empty if it is missing or no list. */
function shownEntries<Schema extends v.GenericSchema>(schema: Schema) {
  return v.fallback(v.nullish(entries(schema), []), []);
}

/** Any other word is a status on the way to these. An older API omits the status of a ready set. */
const statusSchema = v.pipe(
  v.nullish(v.string(), 'ready'),
  v.fallback(v.picklist(['pending', 'ready', 'failed', 'unknown']), 'pending'),
);

/**
 * Whether a set is provisioned in its region: only a ready set can be bound. `unknown` means that the
 * platform cannot reach the region.
 */
export type SecretSetStatus = v.InferOutput<typeof statusSchema>;

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

const regionSchema = v.pipe(
  regionFields,
  v.transform((entry) => ({
    code: entry.code,
    /** Undefined on older APIs. */
    supportedArchitectures: entry.supported_architectures,
    /** What runs if a deploy names no architecture; undefined on older APIs. */
    defaultArchitecture: entry.default_architecture,
    /** Whether it is the customer's own cluster, which has only referenced sets. */
    ...(isSelfHosted(entry) ? { isSelfHosted: true as const } : {}),
  })),
);

/** A region that agents can be deployed to. */
export type Region = Readonly<v.InferOutput<typeof regionSchema>>;

export const parseRegions = parser(field('regions', decidingEntries(regionSchema)));

export const parseDefaultRegion = parser(field('properties', field('defaultRegion', v.string())));

const organization = v.object({
  name: v.string(),
  id: text,
  /** The name that the dashboard shows; organizations may share it. */
  verboseName: text,
});

/** An organization that a personal access token can act in; requests use its `name`. */
export type Organization = Readonly<v.InferOutput<typeof organization>>;

export const parseOrganizations = parser(field('organizations', decidingEntries(organization)));

/** What a secret set contains: environment variables for agents, or a registry's credentials. */
export type SecretSetKind = (typeof secretSetKinds)[number];
const secretSetKinds = ['secret', 'imagePullSecret'] as const;

const secretSet = v.pipe(
  v.object({
    region: v.string(),
    status: statusSchema,
    errorMessage: text,
    source: text,
    secrets: shownEntries(field('fieldName', v.string())),
  }),
  v.transform(({ region, status, errorMessage, source, secrets }) => ({
    region,
    status,
    /** The platform's words about a failure. */
    errorMessage,
    keys: secrets,
    /** Whether it is a Kubernetes Secret of a self-hosted region, which is bound by name and never written. */
    referenced: source === 'referenced',
  })),
);

/** A secret set with the names of its keys. The platform never returns values. */
export type SecretSet = Readonly<v.InferOutput<typeof secretSet>>;

export const parseSecretSet = parser(secretSet);

/** A secret set from the list. */
export interface ListedSecretSet extends Omit<SecretSet, 'keys'> {
  readonly name: string;
  readonly kind: SecretSetKind;
  /** Fields that could not be read. If there are any, only the name is known. */
  readonly unreadable?: readonly string[];
}

/** The name alone decides whether a set belongs to the release. */
const listedSet = v.looseObject({ name: v.string(), errorMessage: text, source: text });

/** Fields that a release needs of its own sets. */
const decidingFields = v.object({ type: v.string(), region: v.string(), status: statusSchema });

export const parseSecretSets = parser(
  field(
    'sets',
    v.pipe(
      decidingEntries(listedSet),
      v.transform((sets) => sets.flatMap(toListedSet)),
    ),
  ),
);

function toListedSet(set: v.InferOutput<typeof listedSet>): ListedSecretSet[] {
  const { name, errorMessage, source } = set;
  const shownFields = { name, errorMessage, referenced: source === 'referenced' };
  const result = v.safeParse(decidingFields, set);
  if (!result.success) {
    const unreadable = result.issues.map((issue) => v.getDotPath(issue) ?? '');
    return [{ ...shownFields, kind: 'secret', region: '', status: 'unknown', unreadable }];
  }
  const { type, ...deciding } = result.output;
  // A release ignores sets of an unknown kind.
  const kind = secretSetKinds.find((one) => one === type);
  return kind === undefined ? [] : [{ ...shownFields, ...deciding, kind }];
}

/** Whether one of the original texts says that the image is for another processor. */
export function saysExecFormatError(texts: readonly (string | undefined)[]): boolean {
  return texts.some((one) => one !== undefined && /exec format error/i.test(one));
}

/** Searches the original texts, because redaction may remove the words. */
function execFormatErrorIn(texts: readonly (string | undefined)[]): {
  /** Whether an original text says that the image is for another processor. */
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

/** An error in the response about an agent, or the body of an error response. */
const errorFields = v.object({
  code: shown(
    v.pipe(
      v.union([v.string(), v.number()]),
      v.transform((code) => String(code)),
    ),
  ),
  message: text,
  error: text,
});

const errorBody = v.pipe(v.string(), v.parseJson(), errorFields);

/** Reads the words of an error response; nothing if it is not the platform's. */
export function readErrorBody(body: string): PlatformWords {
  const result = v.safeParse(errorBody, body);
  if (!result.success) return {};
  const { code, message, error } = result.output;
  return { code, message: error ?? message };
}

const condition = v.object({ type: v.string(), status: v.string(), reason: text, message: text });

/** A current condition, such as `Degraded`. It does not name the deployment that it is about. */
export type AgentCondition = v.InferOutput<typeof condition>;

const deploymentWithId = v.looseObject({ id: optional(v.string()) });

/** `agent-settings.ts` reads the settings from the fields that are not listed here. */
const agentFields = v.looseObject({
  name: optional(v.string()),
  region: text,
  ready: optional(v.boolean()),
  available: flag,
  desiredDeploymentId: optional(v.string()),
  activeDeploymentId: optional(v.string()),
  reconciledDeploymentId: optional(v.string()),
  errors: shownEntries(errorFields),
  conditions: shownEntries(condition),
  currentRevision: shown(revision),
  previousRevision: shown(revision),
  warning: text,
  createdAt: time,
  git: shown(v.object({ repoFullName: text, branch: text, autoDeploy: flag })),
  deployment: v.optional(
    v.lazy((deployment) => (isObject(deployment) ? deploymentWithId : notShown)),
  ),
});

/** The names of the bound sets. */
const boundSets = field('envFromSecretNames', v.nullish(v.array(v.string()), []));
const bindings = shown(field('deployment', field('manifest', field('spec', boundSets))));

/** An agent: its settings, the deployment that it should run, and the state of the rollout. */
export type Agent = Readonly<ReturnType<typeof toAgent>>;

function toAgent(answer: v.InferOutput<typeof agentFields>) {
  const { deployment, git } = answer;
  return {
    region: answer.region,
    /** Milliseconds since the epoch; undefined if the response does not show it. */
    createdAt: answer.createdAt,
    /** The deployment that the agent should run. */
    desiredDeploymentId: answer.desiredDeploymentId ?? answer.activeDeploymentId ?? deployment?.id,
    /** The deployment that the operator has started; `ready` is about this one. */
    reconciledDeploymentId: answer.reconciledDeploymentId,
    ready: answer.ready ?? false,
    /** Whether any deployment is serving, including the previous one. */
    available: answer.available ?? false,
    /** Errors that the platform reports about the started deployment. */
    errors: answer.errors.map(({ code, message, error }) => ({
      code,
      message: message ?? error ?? 'no message',
      ...execFormatErrorIn([message, error]),
    })),
    conditions: answer.conditions,
    currentRevision: answer.currentRevision,
    previousRevision: answer.previousRevision,
    /** The platform's warning about a create or an update. */
    warning: answer.warning,
    /** The connected branch, if the platform builds from one. */
    git: git && {
      /** `owner/name`. */
      repository: git.repoFullName,
      branch: git.branch,
      /** Whether a push deploys; true if the response does not show it. */
      autoDeploy: git.autoDeploy ?? true,
    },
    settings: readAgentSettings(answer),
    /** The secret sets that it binds; undefined if the response does not show them. */
    secretSets: v.parse(bindings, answer),
  };
}

/** The organization surface wraps an agent in `body`. */
export const parseAgent = parser(
  v.pipe(
    v.unknown(),
    v.transform((answer) =>
      isObject(answer) && isObject(answer['body']) ? answer['body'] : answer,
    ),
    agentFields,
    // Each field is optional, so without this check any object would pass.
    v.check(
      ({ name, desiredDeploymentId, deployment }) =>
        (name ?? desiredDeploymentId ?? deployment?.id) !== undefined,
    ),
    v.transform(toAgent),
  ),
);

/** Undefined for an agent whose entry cannot be read. */
export const parseAgentNames = parser(field('services', v.array(shown(field('name', v.string())))));

export const parseLogs = parser(field('logs', entries(field('log', v.string()))));

export const parseAgentProfiles = parser(
  field(
    'agentProfiles',
    v.pipe(
      decidingEntries(v.object({ api_name: v.string(), enabled: flag })),
      v.transform((profiles) =>
        profiles.filter(({ enabled }) => enabled !== false).map(({ api_name }) => api_name),
      ),
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
    /** Milliseconds since the epoch. */
    createdAt: time,
  }),
  v.transform(({ buildDurationSeconds, ...build }) => ({
    ...build,
    /** Seconds; undefined until the build has ended. */
    duration: buildDurationSeconds,
  })),
);

/** A cloud build: an image that the platform builds from a build context. */
export type Build = Readonly<v.InferOutput<typeof buildSchema>>;

/** Statuses of a build that has ended; the words differ between versions of the API. */
const ended =
  /^(success|succeeded|fail|timed?[_-]?out|cancel|error|expire|abort|reject|terminated)/i;

/** Whether the status of a build is final. Only `success` is a success. */
export function hasBuildEnded(status: string): boolean {
  return ended.test(status);
}

export const parseBuild = parser(field('build', buildSchema));

export const parseBuilds = parser(field('builds', entries(buildSchema)));

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

export const parseBuildLogs = parser(field('logs', entries(v.string())));

/** Where to upload an archive: a form that the platform signed for this one file. */
export type UploadForm = Readonly<ReturnType<typeof parseUploadForm>>;

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
    v.transform(({ uploadId, uploadUrl, uploadFields }) => ({
      uploadId,
      url: uploadUrl,
      /** The fields of the form, in order. Anybody who has them can upload. */
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
    v.transform(() => 'deleted' as const),
  ),
);
