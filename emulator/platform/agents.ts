import { randomUUID } from 'node:crypto';
import { type AgentProfiles, defaultAgentProfile } from './agent-profiles.js';
import type { Builds } from './builds.js';
import type { Clock } from './clock.js';
import {
  type AgentCondition,
  type Deployment,
  type DeploymentConfiguration,
  pickConfiguration,
  reconciledDeployment,
  type Resources,
  servingDeployment,
} from './deployment.js';
import { badRequest, conflict, notFound } from './refusal.js';
import type { Architecture, Regions } from './regions.js';
import { type DeploymentScript, planRollout } from './rollout.js';
import { Scripted } from './scripted.js';
import type { SecretSet, SecretSetKind, SecretSets } from './secret-sets.js';

/** The settings in a create or an update. Omitted settings get their default or stay unchanged. */
export interface AgentRequest {
  readonly image?: string | undefined;
  readonly buildId?: string | undefined;
  readonly region?: string | undefined;
  readonly secretSet?: string | undefined;
  readonly imagePullSecretSet?: string | undefined;
  readonly autoScaling?:
    | { readonly minAgents?: number | undefined; readonly maxAgents?: number | undefined }
    | undefined;
  readonly agentProfile?: string | undefined;
  readonly architecture?: Architecture | undefined;
  readonly resources?: Resources | undefined;
  readonly krispViva?: { readonly audioFilter?: 'tel' | 'pro' | null | undefined } | undefined;
  /** Seconds. */
  readonly maxSessionDuration?: number | undefined;
  readonly websocketAuth?: 'none' | 'token' | undefined;
  readonly enableIntegratedKeysProxy?: boolean | undefined;
  readonly forceRedeploy?: boolean | undefined;
}

/** A connection of an agent to a branch on GitHub. */
export interface GitConnection {
  readonly repoFullName: string;
  readonly branch: string;
  readonly autoDeploy: boolean;
}

/** The last attempt to deploy a push to the connected branch. */
export interface GitDeploy {
  readonly status: 'pending' | 'building' | 'deploying' | 'succeeded' | 'failed' | 'cancelled';
  readonly commitSha: string;
  /** Why the deploy failed or was cancelled. */
  readonly reason?: string | undefined;
}

/** An agent with all its deployments. */
export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly organization: string;
  readonly region: string;
  readonly createdAt: number;
  updatedAt: number;
  minAgents: number;
  maxAgents: number;
  readonly git: GitConnection | undefined;
  readonly latestDeploy: GitDeploy | undefined;
  /** Oldest first, at least one. The last one is desired. */
  readonly deployments: readonly [Deployment, ...Deployment[]];
}

/** An agent that exists from the start, with a finished rollout. */
export interface SeededAgent {
  readonly name: string;
  readonly region?: string | undefined;
  readonly organization?: string | undefined;
  readonly image?: string | undefined;
  readonly buildId?: string | undefined;
  readonly secretSet?: string | undefined;
  readonly imagePullSecretSet?: string | undefined;
  readonly minAgents?: number | undefined;
  readonly maxAgents?: number | undefined;
  readonly agentProfile?: string | undefined;
  readonly architecture?: Architecture | undefined;
  /** In a self-hosted region, instead of a profile. */
  readonly resources?: Resources | undefined;
  /** Seconds. */
  readonly maxSessionDuration?: number | undefined;
  readonly health?: 'ready' | 'crash-looping' | undefined;
  /** Conditions of an agent that crashes. */
  readonly conditions?: readonly AgentCondition[] | undefined;
  readonly git?: GitConnection | undefined;
  readonly latestDeploy?: GitDeploy | undefined;
  /** Milliseconds since the epoch; now by default. */
  readonly createdAt?: number | undefined;
}

/** The result of an update. */
export interface Updated {
  readonly agent: Agent;
  /** The platform's warning if nothing changed. */
  readonly warning: string | undefined;
}

const namePattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])$/;
/** The platform's default. Support can raise it, so it is not an upper limit. */
const defaultMaxAgents = 50;
const unchangedWarning =
  'No configuration changes were detected, so the existing deployment was kept. Set forceRedeploy to true to create a new deployment.';

/** The desired deployment. */
export function desiredDeployment({ deployments }: Agent): Deployment {
  return deployments[deployments.length - 1] ?? deployments[0];
}

/** All agents of the platform; their names are unique across its organizations. */
export class Agents {
  readonly deploying = new Scripted<DeploymentScript>();
  readonly #agents = new Map<string, Agent>();
  readonly #now: Clock;
  /** Milliseconds until a deployment is ready, unless a script says otherwise. */
  readonly #delay: number;
  readonly #regions: Regions;
  readonly #sets: SecretSets;
  readonly #builds: Builds;
  readonly #profiles: AgentProfiles;

  constructor(
    now: Clock,
    delay: number,
    related: {
      readonly regions: Regions;
      readonly secretSets: SecretSets;
      readonly builds: Builds;
      readonly profiles: AgentProfiles;
    },
  ) {
    this.#now = now;
    this.#delay = delay;
    this.#regions = related.regions;
    this.#sets = related.secretSets;
    this.#builds = related.builds;
    this.#profiles = related.profiles;
  }

  all(): Agent[] {
    return [...this.#agents.values()];
  }

  named(name: string): Agent | undefined {
    return this.#agents.get(name);
  }

  /** The agent with this name, if it belongs to the organization. */
  find(organization: string, name: string): Agent | undefined {
    const agent = this.#agents.get(name);
    return agent?.organization === organization ? agent : undefined;
  }

  /** The deployment that the operator works on. */
  reconciled({ deployments }: Agent): Deployment | undefined {
    return reconciledDeployment(deployments, this.#now());
  }

  /** The deployment that accepts sessions. */
  serving({ deployments }: Agent): Deployment | undefined {
    return servingDeployment(deployments, this.#now());
  }

  create(
    organization: string,
    name: string,
    requested: AgentRequest,
    defaultRegion: string,
  ): Agent {
    if (name.length > 54 || !namePattern.test(name))
      throw badRequest(`Invalid request format: '${name}' is not a valid agent name`);
    // The response is the same if the agent belongs to another organization, to reveal nothing.
    if (this.#agents.has(name)) throw badRequest('Service already exists');
    const region = this.#regions.named(requested.region ?? defaultRegion).code;
    if (requested.image === undefined && requested.buildId === undefined)
      throw badRequest('Either image or buildId is required for service creation');
    const place = { organization, region };
    const configuration = this.#configured(requested, {}, place);
    const bound = this.#bound(configuration, place, 'service will be created in region');
    const scaling = scalingOf(requested.autoScaling) ?? {
      minAgents: 0,
      maxAgents: defaultMaxAgents,
    };
    const now = this.#now();
    const agent: Agent = {
      id: randomUUID(),
      name,
      organization,
      region,
      createdAt: now,
      updatedAt: now,
      ...scaling,
      git: undefined,
      latestDeploy: undefined,
      deployments: [this.#deployment(name, configuration, bound, false)],
    };
    this.#agents.set(name, agent);
    return agent;
  }

  update(organization: string, name: string, requested: AgentRequest): Updated {
    const agent = this.find(organization, name);
    if (!agent) throw notFound('Service not found');
    if (
      requested.region !== undefined &&
      this.#regions.named(requested.region).code !== agent.region
    )
      throw badRequest(
        `Service already exists in region '${agent.region}'. Cannot change region to '${requested.region}'.`,
      );
    const previous = desiredDeployment(agent);
    const configuration = this.#configured(requested, previous, agent);
    const bound = this.#bound(configuration, agent, 'service is in region');
    const scaling = scalingOf(requested.autoScaling);
    const scaled =
      scaling !== undefined &&
      (scaling.minAgents !== agent.minAgents || scaling.maxAgents !== agent.maxAgents);
    const changed = fieldsOf(configuration) !== fieldsOf(previous);
    const forced = requested.forceRedeploy === true;
    Object.assign(agent, scaling);
    if (changed || forced) this.#add(agent, configuration, bound, forced && !changed);
    agent.updatedAt = this.#now();
    return { agent, warning: changed || forced || scaled ? undefined : unchangedWarning };
  }

  /** Makes a new deployment with the same configuration, like another release. */
  supersede(name: string): Deployment {
    const agent = this.#agents.get(name);
    if (!agent) throw new Error(`There is no agent '${name}'.`);
    const configuration = desiredDeployment(agent);
    return this.#add(agent, configuration, this.#lookUp(configuration, agent), true);
  }

  delete(organization: string, name: string): void {
    if (!this.find(organization, name)) throw notFound();
    this.#agents.delete(name);
  }

  seed(
    seeded: SeededAgent,
    defaults: { readonly organization: string; readonly region: string },
  ): Deployment {
    const organization = seeded.organization ?? defaults.organization;
    const region = seeded.region ?? defaults.region;
    const now = this.#now();
    const crashes = seeded.health === 'crash-looping';
    const configuration = this.#configured(
      {
        ...seeded,
        image: seeded.buildId === undefined ? (seeded.image ?? 'acme/voice:1') : undefined,
      },
      {},
      { organization, region },
    );
    const deployment: Deployment = {
      ...configuration,
      id: randomUUID(),
      createdAt: now,
      secretValues: valuesOf(
        seeded.secretSet === undefined ? undefined : this.#sets.named(seeded.secretSet),
      ),
      forced: false,
      rollout: planRollout(
        {
          delay: 0,
          conditions: seeded.conditions,
          ...(crashes && { outcome: 'crash-loop' }),
        },
        now,
        0,
        undefined,
      ),
    };
    this.#agents.set(seeded.name, {
      id: randomUUID(),
      name: seeded.name,
      organization,
      region,
      createdAt: seeded.createdAt ?? now,
      updatedAt: now,
      minAgents: seeded.minAgents ?? 0,
      maxAgents: seeded.maxAgents ?? defaultMaxAgents,
      git: seeded.git,
      latestDeploy: seeded.latestDeploy,
      deployments: [deployment],
    });
    return deployment;
  }

  #add(
    agent: Agent,
    configuration: DeploymentConfiguration,
    bound: BoundSets,
    forced: boolean,
  ): Deployment {
    const deployment = this.#deployment(agent.name, configuration, bound, forced);
    Object.assign(agent, {
      deployments: [...agent.deployments, deployment],
      updatedAt: this.#now(),
    });
    return deployment;
  }

  #deployment(
    name: string,
    configuration: DeploymentConfiguration,
    { secretSet, imagePullSecretSet }: BoundSets,
    forced: boolean,
  ): Deployment {
    const now = this.#now();
    return {
      ...pickConfiguration(configuration),
      id: randomUUID(),
      createdAt: now,
      secretValues: valuesOf(secretSet),
      forced,
      rollout: planRollout(this.deploying.take(name) ?? {}, now, this.#delay, imagePullSecretSet),
    };
  }

  /** The configuration after a request is applied to the previous one. */
  #configured(
    requested: AgentRequest,
    previous: Partial<DeploymentConfiguration>,
    place: Place,
  ): DeploymentConfiguration {
    const { image, buildId } = requested;
    if (image !== undefined && buildId !== undefined)
      throw badRequest('Cannot specify both image and buildId. Use one or the other.');
    if (image !== undefined && !/(:[^/:@]+|@sha256:[0-9a-f]{64})$/.test(image))
      throw badRequest('Invalid parameters: image must include a tag');
    if (buildId !== undefined) this.#checkBuild(buildId, place);
    const replaced = image !== undefined || buildId !== undefined;
    const audioFilter = requested.krispViva?.audioFilter;
    return {
      image: replaced ? image : previous.image,
      buildId: replaced ? buildId : previous.buildId,
      secretSet: requested.secretSet ?? previous.secretSet,
      imagePullSecretSet: requested.imagePullSecretSet ?? previous.imagePullSecretSet,
      ...this.#sized(requested, previous, place),
      architecture: this.#regions.architectureIn(
        place.region,
        requested.architecture ?? previous.architecture,
      ),
      maxSessionDuration: requested.maxSessionDuration ?? previous.maxSessionDuration,
      krispVivaAudioFilter:
        audioFilter === undefined ? (previous.krispVivaAudioFilter ?? null) : audioFilter,
      websocketAuth: requested.websocketAuth ?? previous.websocketAuth,
      enableIntegratedKeysProxy:
        requested.enableIntegratedKeysProxy ?? previous.enableIntegratedKeysProxy,
    };
  }

  /** The size of an instance: a profile or, in a self-hosted region, resources. */
  #sized(
    { agentProfile, resources }: AgentRequest,
    previous: Partial<DeploymentConfiguration>,
    { organization, region }: Place,
  ): Pick<DeploymentConfiguration, 'agentProfile' | 'resources'> {
    if (resources !== undefined) {
      if (!this.#regions.named(region).selfHosted)
        throw badRequest('Explicit resources are only available in self-hosted regions');
      if (agentProfile !== undefined)
        throw badRequest('Cannot specify both agentProfile and resources. Use one or the other.');
      return { agentProfile: undefined, resources };
    }
    if (agentProfile === undefined && previous.resources !== undefined)
      return { agentProfile: undefined, resources: previous.resources };
    const profile = agentProfile ?? previous.agentProfile ?? defaultAgentProfile;
    if (!this.#profiles.find(organization, profile))
      throw badRequest(`Invalid agent profile '${profile}'`);
    return { agentProfile: profile, resources: undefined };
  }

  #checkBuild(id: string, { organization, region }: Place): void {
    const build = this.#builds.find(organization, id);
    if (!build) throw badRequest('Build not found');
    if (build.region !== region)
      throw badRequest(
        `Build is in region '${build.region}' but service is in region '${region}'. Builds must be in the same region as the service.`,
      );
    const status = this.#builds.status(build);
    if (status !== 'success')
      throw badRequest(
        `Build is not ready (status: ${status}). Only successful builds can be deployed.`,
      );
  }

  /** The sets that a configuration binds. They must exist in its region and be ready. */
  #bound(configuration: DeploymentConfiguration, place: Place, isIn: string): BoundSets {
    const sets = this.#lookUp(configuration, place);
    const check = (
      name: string | undefined,
      set: SecretSet | undefined,
      words: (typeof setWords)[SecretSetKind],
    ) => {
      if (name === undefined) return;
      if (!set) throw notFound(`${words.one} not found`);
      if (set.region !== place.region)
        throw badRequest(
          `${words.one} '${name}' is in region '${set.region}' but ${isIn} '${place.region}'. ${words.many} must be in the same region as the service.`,
        );
    };
    check(configuration.secretSet, sets.secretSet, setWords.secret);
    check(configuration.imagePullSecretSet, sets.imagePullSecretSet, setWords.imagePullSecret);
    for (const set of [sets.secretSet, sets.imagePullSecretSet]) {
      if (!set) continue;
      const status = this.#sets.status(set);
      if (status !== 'ready')
        throw conflict(
          `${setWords[set.kind].one} '${set.name}' is not ready (status: ${status}). Wait until it is ready, then deploy again.`,
        );
    }
    return sets;
  }

  #lookUp(configuration: DeploymentConfiguration, { organization }: Place): BoundSets {
    const find = (name: string | undefined, kind: SecretSetKind) => {
      const set = name === undefined ? undefined : this.#sets.find(organization, name);
      return set?.kind === kind ? set : undefined;
    };
    return {
      secretSet: find(configuration.secretSet, 'secret'),
      imagePullSecretSet: find(configuration.imagePullSecretSet, 'imagePullSecret'),
    };
  }
}

/** The organization and region of an agent. The sets that it binds must be in the same place. */
interface Place {
  readonly organization: string;
  readonly region: string;
}

interface BoundSets {
  readonly secretSet: SecretSet | undefined;
  readonly imagePullSecretSet: SecretSet | undefined;
}

const setWords = {
  secret: { one: 'Secret set', many: 'Secrets' },
  imagePullSecret: { one: 'Image pull secret set', many: 'Image pull secrets' },
} as const;

const valuesOf = (set: SecretSet | undefined) => Object.fromEntries(set?.values ?? []);

/** The scaling after a request. One half resets the other half; an empty object changes nothing. */
function scalingOf(
  requested: AgentRequest['autoScaling'],
): { minAgents: number; maxAgents: number } | undefined {
  if (requested?.minAgents === undefined && requested?.maxAgents === undefined) return undefined;
  const { minAgents = 0, maxAgents = defaultMaxAgents } = requested;
  if (minAgents > maxAgents)
    throw badRequest('autoScaling.minAgents cannot be greater than autoScaling.maxAgents');
  return { minAgents, maxAgents };
}

const fieldsOf = (configuration: DeploymentConfiguration) =>
  JSON.stringify(pickConfiguration(configuration));
