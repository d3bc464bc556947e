import { type Agent, desiredDeployment } from './platform/agents.js';
import {
  type Deployment,
  type DeploymentConfiguration,
  isReady,
  pickConfiguration,
} from './platform/deployment.js';
import type { BuildStatus } from './platform/build-progress.js';
import type { Build } from './platform/builds.js';
import type { Platform } from './platform/platform.js';
import type { Session } from './platform/sessions.js';
import type { SecretSet, SecretSetKind, SecretSetStatus } from './platform/secret-sets.js';
import { contextHashOf, type Upload } from './platform/uploads.js';

/** A secret set with its values, which the API never shows. */
export interface SecretSetState {
  readonly name: string;
  readonly region: string;
  readonly organization: string;
  readonly kind: SecretSetKind;
  readonly status: SecretSetStatus;
  readonly values: Readonly<Record<string, string>>;
  readonly host: string | undefined;
  readonly auth: string | undefined;
  readonly referenced: boolean;
  /** Time of the last write, in milliseconds of the platform's clock. */
  readonly writtenAt: number;
}

/** An agent with its desired settings and all its deployments, oldest first. */
export interface AgentState extends DeploymentConfiguration {
  readonly name: string;
  readonly region: string;
  readonly organization: string;
  readonly desiredDeploymentId: string;
  readonly reconciledDeploymentId: string | undefined;
  /** Whether the reconciled deployment is ready. */
  readonly ready: boolean;
  readonly minAgents: number;
  readonly maxAgents: number;
  readonly deployments: readonly Deployment[];
}

/** An upload, with the file that was stored for it. */
export interface UploadState {
  readonly id: string;
  readonly organization: string;
  readonly region: string;
  /** Undefined, like the next two fields, until a file is uploaded. */
  readonly bytes: number | undefined;
  readonly md5: string | undefined;
  /** The hash by which the platform identifies the file. */
  readonly contextHash: string | undefined;
}

/** A cloud build in its current state. */
export interface BuildState {
  readonly id: string;
  readonly organization: string;
  readonly region: string;
  readonly status: BuildStatus;
  readonly contextHash: string;
  readonly dockerfilePath: string;
  readonly errorMessage: string | undefined;
}

/** A session in its current state. */
export interface SessionState {
  readonly id: string;
  readonly agent: string;
  readonly deploymentId: string;
  readonly isActive: boolean;
  /** Whether somebody stopped it. */
  readonly isStopped: boolean;
}

/** The state of the platform, for tests. */
export interface EmulatorState {
  secretSet(name: string): SecretSetState | undefined;
  secretSets(): SecretSetState[];
  agent(name: string): AgentState | undefined;
  agents(): AgentState[];
  /** The deployment that is serving (the newest ready one), with its secret values. */
  serving(name: string): Deployment | undefined;
  upload(id: string): UploadState | undefined;
  /** Oldest first. */
  uploads(): UploadState[];
  /** The file that was last stored for this upload. */
  archive(uploadId: string): Buffer | undefined;
  build(id: string): BuildState | undefined;
  /** Oldest first, of all organizations. */
  builds(): BuildState[];
  /** Oldest first, of all agents, including deleted agents. */
  sessions(): SessionState[];
}

export function readState(platform: Platform): EmulatorState {
  const { secretSets, agents, uploads, builds, sessions } = platform;

  const setState = (set: SecretSet): SecretSetState => ({
    name: set.name,
    region: set.region,
    organization: set.organization,
    kind: set.kind,
    status: secretSets.status(set),
    values: Object.fromEntries(set.values),
    host: set.host,
    auth: set.auth,
    referenced: set.referenced,
    writtenAt: set.writtenAt,
  });

  const agentState = (agent: Agent): AgentState => {
    const desired = desiredDeployment(agent);
    const reconciled = agents.reconciled(agent);
    return {
      ...pickConfiguration(desired),
      name: agent.name,
      region: agent.region,
      organization: agent.organization,
      desiredDeploymentId: desired.id,
      reconciledDeploymentId: reconciled?.id,
      ready: reconciled !== undefined && isReady(reconciled, agent.deployments, platform.now()),
      minAgents: agent.minAgents,
      maxAgents: agent.maxAgents,
      deployments: agent.deployments,
    };
  };

  const uploadState = ({ id, organization, region, archive }: Upload): UploadState => ({
    id,
    organization,
    region,
    bytes: archive?.bytes,
    md5: archive?.md5,
    contextHash: archive && contextHashOf(archive),
  });

  const buildState = (build: Build): BuildState => {
    const status = builds.status(build);
    const { errorMessage, outcome } = build.progress;
    return {
      id: build.id,
      organization: build.organization,
      region: build.region,
      status,
      contextHash: build.contextHash,
      dockerfilePath: build.dockerfilePath,
      errorMessage: status === outcome ? errorMessage : undefined,
    };
  };

  const sessionState = (session: Session): SessionState => ({
    id: session.id,
    agent: session.agent,
    deploymentId: session.deploymentId,
    isActive: sessions.isActive(session),
    isStopped: session.stoppedAt !== undefined,
  });

  return {
    secretSet(name) {
      const set = secretSets.named(name);
      return set && setState(set);
    },
    secretSets: () => secretSets.all().map(setState),
    agent(name) {
      const agent = agents.named(name);
      return agent && agentState(agent);
    },
    agents: () => agents.all().map(agentState),
    serving(name) {
      const agent = agents.named(name);
      return agent && agents.serving(agent);
    },
    upload(id) {
      const upload = uploads.identified(id);
      return upload && uploadState(upload);
    },
    uploads: () => uploads.all().map(uploadState),
    archive(uploadId) {
      const archive = uploads.identified(uploadId)?.archive;
      return archive && Buffer.concat(archive.chunks);
    },
    build(id) {
      const build = builds.identified(id);
      return build && buildState(build);
    },
    builds: () => builds.all().map(buildState),
    sessions: () => sessions.all().map(sessionState),
  };
}
