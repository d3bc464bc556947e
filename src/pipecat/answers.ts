import * as v from 'valibot';
import { isConfidential } from '../http/confidential.js';
import { readAgentSettings, type ObservedAgentSettings } from './agent-settings.js';

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
    if (answer === undefined) throw new AnswerShapeError('the answer is empty');
    const places = result.issues.map((issue) => v.getDotPath(issue) ?? 'the whole');
    throw new AnswerShapeError(
      `the answer is JSON, but not what is due (${[...new Set(places)].slice(0, 5).join(', ')})`,
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

const text = optional(v.string());
const count = optional(v.number());
const flag = optional(v.boolean());

/** Provisioning of a set in its region: not there yet, bindable, or given up on. */
export type SecretSetStatus = 'pending' | 'ready' | 'failed';

/** A status that is not known is one on the way to those that are. */
const status = v.pipe(
  v.string(),
  v.transform((text): SecretSetStatus =>
    text === 'ready' || text === 'failed' ? text : 'pending',
  ),
);

const region = v.object({
  code: v.string(),
  supported_architectures: optional(v.array(v.string())),
});

/** A region that agents can be deployed to. `supportedArchitectures` is undefined on older APIs. */
export interface Region {
  readonly code: string;
  readonly supportedArchitectures: readonly string[] | undefined;
}

export const parseRegions = parser(
  v.pipe(
    v.object({ regions: v.array(region) }),
    v.transform(({ regions }) =>
      regions.map(({ code, supported_architectures }): Region => ({
        code,
        supportedArchitectures: supported_architectures,
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

const shownText = v.fallback(text, undefined);
const organization = v.object({ name: v.string(), id: shownText, verboseName: shownText });

/** An organization that a personal access token can act in; requests name it by its `name`. */
export interface Organization {
  readonly name: string;
  readonly id?: string | undefined;
  /** The name that the dashboard shows; organizations may share it. */
  readonly verboseName?: string | undefined;
}

export const parseOrganizations = parser(
  v.pipe(
    v.object({ organizations: v.array(organization) }),
    v.transform(({ organizations }) => organizations),
  ),
);

/** What a secret set holds: environment variables for agents, or a registry's credentials. */
export type SecretSetKind = (typeof secretSetKinds)[number];
const secretSetKinds = ['secret', 'imagePullSecret'] as const;

const listedSet = v.object({
  name: v.string(),
  type: v.string(),
  region: v.string(),
  status: optional(status),
  errorMessage: text,
  source: text,
});

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
}

export const parseSecretSets = parser(
  v.pipe(
    v.object({ sets: v.array(listedSet) }),
    v.transform(({ sets }) =>
      sets.flatMap(({ name, type, region, status, errorMessage, source }): ListedSecretSet[] => {
        // A kind that is not known is nothing that a release could use, and no reason to fail.
        const kind = secretSetKinds.find((one) => one === type);
        const referenced = source === 'referenced';
        return kind === undefined
          ? []
          : [{ name, kind, region, status: status ?? 'ready', errorMessage, referenced }];
      }),
    ),
  ),
);

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
      status: optional(status),
      errorMessage: text,
      source: text,
      secrets: optional(v.array(v.object({ fieldName: v.string() }))),
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

const health = v.object({
  headline: text,
  ready: flag,
  reason: text,
  restartCount: count,
  replicasStarted: count,
  lastExitCode: count,
  lastTerminationReason: text,
  message: text,
});

/** How the code of a revision is doing. */
export type RevisionHealth = v.InferOutput<typeof health>;

const revision = v.object({
  deploymentID: text,
  phase: text,
  readyReplicas: count,
  health: optional(health),
  hasInfrastructureIssue: flag,
});

/** One rollout of a deployment, as the platform's operator sees it. */
export type Revision = v.InferOutput<typeof revision>;

const agentError = v.object({ code: text, message: text, error: text });

/** Its settings are read by `agent-settings.ts`, from the fields that are not named here. */
const agent = v.looseObject({
  name: text,
  region: text,
  ready: flag,
  available: flag,
  desiredDeploymentId: text,
  activeDeploymentId: text,
  reconciledDeploymentId: text,
  errors: optional(v.array(agentError)),
  currentRevision: optional(revision),
  previousRevision: optional(revision),
  warning: text,
  git: optional(v.object({ repoFullName: text, branch: text, autoDeploy: flag })),
  deployment: optional(v.looseObject({ id: text })),
});

/** An agent: what it was asked to be, and how far it has got. */
export interface Agent {
  readonly region: string | undefined;
  /** The deployment that was asked for. */
  readonly desiredDeploymentId: string | undefined;
  /** The deployment that the operator has taken up; `ready` speaks of this one. */
  readonly reconciledDeploymentId: string | undefined;
  readonly ready: boolean;
  /** Whether any deployment, the previous one included, serves. */
  readonly available: boolean;
  readonly errors: readonly { readonly code: string | undefined; readonly message: string }[];
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
        /** Whether a push deploys. */
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
    desiredDeploymentId: answer.desiredDeploymentId ?? answer.activeDeploymentId ?? deployment?.id,
    reconciledDeploymentId: answer.reconciledDeploymentId,
    ready: answer.ready ?? false,
    available: answer.available ?? false,
    errors: (answer.errors ?? []).map(({ code, message, error }) => ({
      code,
      message: message ?? error ?? 'no message',
    })),
    currentRevision: answer.currentRevision,
    previousRevision: answer.previousRevision,
    warning: answer.warning,
    git: answer.git && {
      repository: answer.git.repoFullName,
      branch: answer.git.branch,
      autoDeploy: answer.git.autoDeploy ?? false,
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
    v.union([
      v.pipe(
        v.object({ body: agent }),
        v.transform(({ body }) => body),
      ),
      agent,
    ]),
    // Every field alone may be missing, so without this an answer about something else would pass.
    v.check(
      ({ name, desiredDeploymentId, deployment }) =>
        (name ?? desiredDeploymentId ?? deployment?.id) !== undefined,
    ),
    v.transform(toAgent),
  ),
);

export const parseAgentNames = parser(
  v.pipe(
    v.object({ services: v.array(v.object({ name: v.string() })) }),
    v.transform(({ services }) => services.map(({ name }) => name)),
  ),
);

export const parseLogs = parser(
  v.pipe(
    v.object({ logs: v.array(v.object({ log: v.string() })) }),
    v.transform(({ logs }) => logs.map(({ log }) => log)),
  ),
);

export const parseAgentProfiles = parser(
  v.pipe(
    v.object({ agentProfiles: v.array(v.object({ api_name: v.string(), enabled: flag })) }),
    v.transform(({ agentProfiles }) =>
      agentProfiles.filter(({ enabled }) => enabled !== false).map(({ api_name }) => api_name),
    ),
  ),
);

const build = v.object({
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

function toBuild(answer: v.InferOutput<typeof build>): Build {
  return {
    id: answer.id,
    status: answer.status,
    region: answer.region,
    contextHash: answer.contextHash,
    dockerfilePath: answer.dockerfilePath,
    errorMessage: answer.errorMessage,
    duration: answer.buildDurationSeconds,
    createdAt: answer.createdAt === undefined ? undefined : Date.parse(answer.createdAt),
  };
}

export const parseBuild = parser(
  v.pipe(
    v.object({ build }),
    v.transform(({ build }): Build => toBuild(build)),
  ),
);

export const parseBuilds = parser(
  v.pipe(
    v.object({ builds: v.array(build) }),
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
    v.object({ build, contextHash: text, cached: flag }),
    v.transform(({ build, contextHash, cached }): StartedBuild => ({
      build: toBuild(build),
      contextHash,
      isCached: cached ?? false,
    })),
  ),
);

export const parseBuildLogs = parser(
  v.pipe(
    v.object({ logs: v.array(v.string()) }),
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

const acknowledgement = v.object({ status: v.pipe(v.string(), v.regex(/^ok$/i)) });
const parseWords = parser(acknowledgement);

/** What the platform answers to a write that it has taken, and nobody in front of it. */
const accepted = 202;

/**
 * A write that was taken says so, by its status or in words. A success of something in front of the
 * platform does not, and to believe it would leave agents with their old values.
 */
export function parseAcceptance(answer: unknown, status: number): undefined {
  if (status !== accepted) parseWords(answer);
}

/** A deletion may be answered without a word. What was deleted already is not there any more (404). */
export const parseDeletion = parser(
  v.pipe(
    v.optional(acknowledgement),
    v.transform((): undefined => undefined),
  ),
);
