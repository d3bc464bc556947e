import { type Agent, desiredDeployment } from '../platform/agents.js';
import type { Build } from '../platform/builds.js';
import { timestamp } from '../platform/clock.js';
import { type Deployment, isReady } from '../platform/deployment.js';
import type { Platform } from '../platform/platform.js';
import { revisionOf } from '../platform/revision.js';
import type { Region } from '../platform/regions.js';
import type { SecretSet } from '../platform/secret-sets.js';
import type { Upload } from '../platform/uploads.js';
import { signedFields } from '../storage/policy.js';
import { bucketUrl } from '../storage/storage.js';

/** The bodies of responses, which are the same on both surfaces. */

/** Size in bytes of the image of each build. */
const imageSize = 268_435_456;

export const acknowledged = { status: 'OK' } as const;

/** A region, without its owner. */
export const region = (listed: Region) => ({
  code: listed.code,
  display_name: listed.displayName,
  supported_architectures: listed.supportedArchitectures,
  default_architecture: listed.defaultArchitecture,
});

function readiness({ secretSets }: Platform, set: SecretSet) {
  const status = secretSets.status(set);
  return {
    region: set.region,
    status,
    ...(status === 'failed' && { errorMessage: set.provisioning.errorMessage }),
    ...(set.referenced && { source: 'referenced' }),
  };
}

/** A set in the list of sets. */
export const listedSet = (platform: Platform, set: SecretSet) => ({
  name: set.name,
  type: set.kind,
  ...readiness(platform, set),
});

/** A set with the names of its keys. */
export const secretSet = (platform: Platform, set: SecretSet) => ({
  ...readiness(platform, set),
  secrets: [...set.values.keys()].map((fieldName) => ({ fieldName })),
});

const scaling = ({ minAgents, maxAgents }: Agent) => ({
  minReplicas: minAgents,
  maxReplicas: maxAgents,
});

/** The resources of an instance: from the request or from its profile. */
function resourcesOf({ profiles }: Platform, { organization }: Agent, made: Deployment) {
  const profile = profiles
    .list(organization)
    .find(({ api_name }) => api_name === made.agentProfile);
  return made.resources ?? profile?.resources;
}

/** A deployment with its manifest, which does not show the image of a cloud build. */
export function deployment(platform: Platform, agent: Agent, made: Deployment) {
  const resources = resourcesOf(platform, agent, made);
  return {
    id: made.id,
    ...(made.buildId !== undefined && { buildId: made.buildId }),
    serviceId: agent.id,
    createdAt: timestamp(made.createdAt),
    updatedAt: timestamp(made.createdAt),
    manifest: {
      apiVersion: 'pipecatcloud.daily.co/v1',
      kind: 'PCService',
      metadata: { name: agent.name, namespace: agent.organization },
      spec: {
        dailyNodeType: 'arm',
        arch: made.architecture,
        ...(made.image !== undefined && { image: made.image }),
        autoScaling: scaling(agent),
        ...(made.imagePullSecretSet !== undefined && {
          imagePullSecretName: made.imagePullSecretSet,
        }),
        envFromSecretNames: made.secretSet === undefined ? [] : [made.secretSet],
        ...(resources && { resources }),
        krispModels: { enabled: false },
        krispViva: { audioFilters: made.krispVivaAudioFilter !== null },
        ...(made.maxSessionDuration !== undefined && {
          maxSessionDurationSeconds: made.maxSessionDuration,
        }),
      },
    },
  };
}

function identifiers(platform: Platform, agent: Agent) {
  const desired = desiredDeployment(agent).id;
  return {
    name: agent.name,
    region: agent.region,
    desiredDeploymentId: desired,
    activeDeploymentId: desired,
    reconciledDeploymentId: platform.agents.reconciled(agent)?.id ?? null,
    createdAt: timestamp(agent.createdAt),
    updatedAt: timestamp(agent.updatedAt),
  };
}

/** An agent in the list of agents, with the optional parts of the request. */
export const listedAgent = (
  platform: Platform,
  agent: Agent,
  organizationId: string,
  { withDeployment, withGit }: { readonly withDeployment: boolean; readonly withGit: boolean },
) => ({
  id: agent.id,
  ...identifiers(platform, agent),
  organizationId,
  deletedAt: null,
  ...(withGit && agent.git && { git: agent.git }),
  ...(withDeployment && { deployment: deployment(platform, agent, desiredDeployment(agent)) }),
});

/**
 * An agent with all fields. `ready`, `available`, `errors` and the revisions describe the reconciled
 * deployment, which may be the previous one.
 */
export function fullAgent(platform: Platform, subject: Agent) {
  const now = platform.now();
  const desired = desiredDeployment(subject);
  const reconciled = platform.agents.reconciled(subject);
  const serving = platform.agents.serving(subject);
  const ready = reconciled !== undefined && isReady(reconciled, subject.deployments, now);
  const settled = reconciled !== undefined && reconciled.rollout.settledAt <= now;
  const resources = resourcesOf(platform, subject, desired);
  const revision = (of: Deployment) => revisionOf(of, subject.minAgents, now);
  return {
    ...identifiers(platform, subject),
    ready,
    available: serving !== undefined,
    activeDeploymentReady: ready,
    autoScaling: scaling(subject),
    activeSessionCount: platform.sessions
      .of(subject.organization, subject.name)
      .filter((session) => platform.sessions.isActive(session)).length,
    deployment: deployment(platform, subject, desired),
    agentProfile: desired.agentProfile ?? null,
    ...(resources && { resources }),
    krispViva: { audioFilter: desired.krispVivaAudioFilter },
    ...(desired.websocketAuth !== undefined && { websocketAuth: desired.websocketAuth }),
    ...(desired.enableIntegratedKeysProxy !== undefined && {
      enableIntegratedKeysProxy: desired.enableIntegratedKeysProxy,
    }),
    ...(subject.git && { git: subject.git }),
    ...(subject.latestDeploy && { latestDeploy: subject.latestDeploy }),
    ...(reconciled && !ready && reconciled.rollout.conditions.length > 0
      ? { conditions: reconciled.rollout.conditions }
      : {}),
    errors: settled ? reconciled.rollout.errors : [],
    currentRevision: reconciled ? revision(reconciled) : null,
    previousRevision: reconciled && serving && serving !== reconciled ? revision(serving) : null,
  };
}

/** A line of an agent's log. */
export interface LogEntry {
  readonly log: string;
  readonly timestamp: string;
  readonly deploymentId: string;
  /** For lines that a session has logged. */
  readonly sessionId?: string;
}

/** The log of an agent's sessions so far, oldest first. */
export function sessionLogEntries({ sessions, now }: Platform, agent: Agent): LogEntry[] {
  return sessions
    .of(agent.organization, agent.name)
    .filter(({ startsAt, endsAt }) => Math.min(startsAt, endsAt) <= now())
    .flatMap(({ id, deploymentId, createdAt, logs }) =>
      logs.map((log, line) => ({
        log,
        timestamp: timestamp(createdAt + line),
        deploymentId,
        sessionId: id,
      })),
    );
}

/** The log of an agent so far, oldest first, for one deployment or for all. */
export function logEntries(
  platform: Platform,
  { deployments }: Agent,
  deploymentId: string | undefined,
): LogEntry[] {
  return deployments
    .filter(
      ({ id, rollout }) =>
        (deploymentId === undefined || id === deploymentId) &&
        rollout.reconciledAt <= platform.now(),
    )
    .flatMap(({ id, rollout }) =>
      rollout.logs.map((log, line) => ({
        log,
        timestamp: timestamp(rollout.reconciledAt + line),
        deploymentId: id,
      })),
    );
}

/** Where to upload a build context, and the fields to send with it. */
export const upload = (made: Upload, origin: string) => ({
  uploadId: made.id,
  uploadUrl: bucketUrl(origin, made),
  uploadFields: signedFields(made),
  expiresAt: timestamp(made.expiresAt),
});

/** A cloud build. */
export function build(platform: Platform, made: Build, organizationId: string) {
  const now = platform.now();
  const status = platform.builds.status(made);
  const { startedAt, completedAt, errorMessage } = made.progress;
  const started = startedAt <= now;
  const completed = completedAt <= now;
  return {
    id: made.id,
    organizationId,
    status,
    region: made.region,
    contextHash: made.contextHash,
    dockerfilePath: made.dockerfilePath,
    ...(status === 'success' && {
      imageUri: `registry.example/${made.organization}:${made.contextHash}`,
      imageSizeBytes: imageSize,
    }),
    ...(completed && errorMessage !== undefined && { errorMessage }),
    contextSizeBytes: made.contextSizeBytes,
    ...(started && { startedAt: timestamp(startedAt) }),
    ...(completed && {
      completedAt: timestamp(completedAt),
      buildDurationSeconds: Math.round((completedAt - startedAt) / 1000),
    }),
    createdAt: timestamp(made.createdAt),
    updatedAt: timestamp(completed ? completedAt : started ? startedAt : made.createdAt),
  };
}
