import type { ContextSettings } from '../context/select.js';
import type { AgentSettings } from '../pipecat/agent-settings.js';
import type { SecretSetKind } from '../pipecat/answers.js';
import type { RegistryCredentials } from '../pipecat/client.js';
import type { SecretPair } from '../pipecat/surface.js';
import type { SecretValue } from '../secrecy/secret-value.js';
import type { Regional } from './regional.js';

/** The credential of a release, and where it came from, as words for the log. */
export interface Credential {
  readonly kind: 'private-api-key' | 'personal-access-token';
  readonly value: SecretValue;
  readonly origin: string;
}

/** Where a release goes and as whom. */
export interface AccessSettings {
  /** Scheme, host and path prefix of the API, without a slash at the end. */
  readonly apiUrl: string;
  readonly credential: Credential;
  /** The organization that was named, and where. */
  readonly organization: { readonly name: string; readonly origin: string } | undefined;
}

/** A key that the set has to have after the release, and where that stands. */
export interface RequiredKey {
  readonly key: string;
  /** Such as `` `.env.example` ``; words for messages. */
  readonly origin: string;
}

/** The content of a secret set, which is the same in every region. */
export interface SecretSetContent {
  readonly pairs: readonly SecretPair[];
  /** Keys that were given without a value and left out. */
  readonly skippedKeys: readonly string[];
  /** Whether keys that are not given are deleted once the release has succeeded. */
  readonly prune: boolean;
  /** Keys that the set has to have after the release. */
  readonly requiredKeys: readonly RequiredKey[];
  /** What `{version}` in the name stands for; undefined where a plan has not all values. */
  readonly version: string | undefined;
  /** How many older versions that no agent binds are kept. */
  readonly keepVersions: number;
}

/** A secret set to bind, and to write where there are pairs; `name` is a template. */
export interface SecretSetSettings extends SecretSetContent {
  readonly name: Regional<string>;
}

/** An image pull secret to bind, and to write where there is a registry; `name` is a template. */
export interface ImagePullSecretSettings {
  readonly name: Regional<string>;
  readonly registry: RegistryCredentials | undefined;
}

/** When an update makes a new deployment although nothing differs: `auto` is when values changed. */
export type ForceRedeploy = 'auto' | 'always' | 'never';

/** The pull request that an agent is a preview of. */
export interface Preview {
  readonly pullRequest: number;
  /** When the pull request was opened, in milliseconds since the epoch; undefined if that is not known. */
  readonly openedAt: number | undefined;
  /** Whether the name says that it is a preview (`pr-{pr}`), so that it is nobody else's by chance. */
  readonly hasTellingName: boolean;
  /** The sets to write whose names do not say so, and of which the platform does not show the age. */
  readonly unclearSets: readonly SecretSetKind[];
}

/** How one session on a new deployment shows that it serves. Times in milliseconds. */
export interface SmokeTestSettings {
  /** Starts sessions, and nothing else. Undefined only in a dry run, which starts none. */
  readonly publicKey: SecretValue | undefined;
  /** Undefined sends none. */
  readonly transport: 'daily' | 'webrtc' | undefined;
  /** What the bot gets as its body. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  /** An endpoint of the bot that has to answer 2xx, without a slash at its beginning. */
  readonly path: string | undefined;
  /** How long the session has to stay up after its start. */
  readonly duration: number;
  /** For the whole test of one agent. */
  readonly timeout: number;
}
/** What becomes of the agents that were deployed if one of them fails. */
export type OnFailure = 'keep' | 'rollback';

/** What is asked for of an agent in every region alike. */
export interface CommonAgentSettings {
  /** Undefined if the agent is not a preview. */
  readonly preview: Preview | undefined;
  readonly onFailure: OnFailure;
  readonly forceRedeploy: ForceRedeploy;
  readonly waitForReady: boolean;
  /** Milliseconds from the deploy until this deployment is ready. */
  readonly waitTimeout: number;
  /** Undefined if no session is started. */
  readonly smokeTest: SmokeTestSettings | undefined;
  /** Milliseconds to wait until no session runs on an older deployment; undefined for no wait. */
  readonly drainTimeout: number | undefined;
  /** Whether the settings file has the platform build the image from a branch, and nothing else says what to run. */
  readonly isBuiltFromBranch: boolean;
}

export interface AgentReleaseSettings extends CommonAgentSettings {
  /** A template. */
  readonly name: Regional<string>;
  readonly minAgents: Regional<number>;
  readonly maxAgents: Regional<number>;
  /** What else was given for the agent; the sets to bind are not in it. */
  readonly settings: Omit<
    AgentSettings,
    'secretSet' | 'imagePullSecretSet' | 'minAgents' | 'maxAgents'
  >;
}

/** A cloud build of the checkout, one in each region, which the agents are to run. */
export interface BuildSettings {
  readonly context: ContextSettings;
  /** Milliseconds from the start of a build until it has succeeded. */
  readonly timeout: number;
}

/** How the image is looked up in its registry before anything is written. */
export interface ImageLookupSettings {
  /** `auto`: what is certainly wrong is a problem; `always`: what cannot be known, too. */
  readonly check: 'auto' | 'always' | 'never';
  /** Whether the digest that the tag points at is deployed. */
  readonly pins: boolean;
  /** A plan often comes before the image is pushed. */
  readonly isDryRun: boolean;
}

/** Whether the regions are rolled out at once, or one after the other until one fails. */
export type RolloutOrder = 'parallel' | 'sequential';

/** What a teardown is asked to do: names are templates, which are resolved but for `{region}` and `{version}`. */
export interface TeardownSettings {
  /** The regions that were named, in their order; none if what exists decides. */
  readonly regions: readonly string[];
  readonly agent: Regional<string>;
  readonly preview: Preview;
  /** Undefined if there is none, or if it is shared with others. */
  readonly secretSet: Regional<string> | undefined;
  /** Undefined if there is none, or if it is shared with others. */
  readonly imagePullSecret: Regional<string> | undefined;
  /** Milliseconds for everything together. */
  readonly waitTimeout: number;
}

/** What a release is asked to do: the inputs, read and checked, before anything is looked up. */
export interface ReleaseSettings {
  /** The regions that were named, in their order; none where what there is decides. */
  readonly regions: readonly string[];
  readonly rollout: RolloutOrder;
  readonly secretSet: SecretSetSettings | undefined;
  readonly imagePullSecret: ImagePullSecretSettings | undefined;
  /** Milliseconds that writing the sets and waiting for them may take together. */
  readonly secretsTimeout: number;
  readonly agent: AgentReleaseSettings | undefined;
  readonly build: BuildSettings | undefined;
  /** Undefined if no image is released, or nobody wants to know more of it. */
  readonly imageLookup: ImageLookupSettings | undefined;
}
