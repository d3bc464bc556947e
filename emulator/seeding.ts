import type { SeededAgentProfile } from './platform/agent-profiles.js';
import type { SeededAgent } from './platform/agents.js';
import type { SeededBuild } from './platform/builds.js';
import { acme } from './platform/organizations.js';
import type { Platform } from './platform/platform.js';
import type { SeededSession } from './platform/sessions.js';
import type { SeededSecretSet } from './platform/secret-sets.js';

/** Creates the initial state of a test. Without an organization, everything belongs to `acme`. */
export interface EmulatorSeed {
  /** A set, which replaces one with the same name. `referenced`: a Kubernetes Secret, without readable values. */
  secretSet(
    set: SeededSecretSet & {
      readonly values?: Readonly<Record<string, string>> | undefined;
      readonly referenced?: boolean | undefined;
    },
  ): void;
  /** An image pull secret; `auth` is `base64(username:token)`. */
  imagePullSecret(
    set: SeededSecretSet & {
      readonly host?: string | undefined;
      readonly auth?: string | undefined;
    },
  ): void;
  /** An agent whose deployment is rolled out. Its build and its profile must exist. */
  agent(agent: SeededAgent): { deploymentId: string };
  build(build: SeededBuild): { id: string };
  /** A running session, on the deployment that is serving unless the session names another one. */
  session(session: SeededSession): { sessionId: string };
  agentProfile(profile: SeededAgentProfile): void;
}

export function seeding(platform: Platform): EmulatorSeed {
  const { secretSets, agents, builds, profiles, sessions, defaultRegion } = platform;
  const defaults = { organization: acme.name, region: defaultRegion };
  return {
    secretSet({ values, referenced = false, ...set }) {
      secretSets.seed(
        set,
        {
          kind: 'secret',
          referenced,
          values: new Map(referenced ? [] : Object.entries(values ?? {})),
          host: undefined,
          auth: undefined,
        },
        defaults,
      );
    },
    imagePullSecret({ host = 'https://index.docker.io/v1/', auth, ...set }) {
      secretSets.seed(
        set,
        {
          kind: 'imagePullSecret',
          referenced: false,
          values: new Map(),
          host,
          auth: auth ?? Buffer.from('acme:token').toString('base64'),
        },
        defaults,
      );
    },
    agent: (agent) => ({ deploymentId: agents.seed(agent, defaults).id }),
    build: (build) => ({ id: builds.seed(build, defaults).id }),
    session({ agent: name, deploymentId, ...script }) {
      const agent = agents.named(name);
      const deployment =
        agent &&
        (deploymentId === undefined
          ? agents.serving(agent)
          : agent.deployments.find(({ id }) => id === deploymentId));
      if (!agent || !deployment) throw new Error(`Agent '${name}' has no such deployment.`);
      return { sessionId: sessions.seed(agent, deployment, script).id };
    },
    agentProfile(profile) {
      profiles.seed(profile.organization ?? defaults.organization, profile);
    },
  };
}
