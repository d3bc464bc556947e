import type { ContextSettings } from '../context/select.js';
import type { AgentSettings } from '../pipecat/agent-settings.js';
import type { SecretSetKind } from '../pipecat/answers.js';
import type { RegistryCredentials } from '../pipecat/client.js';
import type { SecretPair } from '../pipecat/surface.js';
import type { SecretValue } from '../secrecy/secret-value.js';
import type { Regional } from './regional.js';

/** The credential of a release. */
export interface Credential {
  readonly kind: 'private-api-key' | 'personal-access-token';
  readonly value: SecretValue;
  /** Where it came from, for messages. */
  readonly origin: string;
}

/** The API and the credential for it. */
export interface AccessSettings {
  /** Scheme, host and path prefix of the API, without a slash at the end. */
  readonly apiUrl: string;
  readonly credential: Credential;
  /** The organization, and where its name came from. */
  readonly organization: { readonly name: string; readonly origin: string } | undefined;
}

/** A key that the set must have after the release. */
export interface RequiredKey {
  readonly key: string;
  /** What requires it, for messages, such as `` `.env.example` ``. */
  readonly origin: string;
}

/** A secret set to bind, and to write if there are pairs. The content is the same in every region. */
export interface SecretSetSettings {
  /** A template. */
  readonly name: Regional<string>;
  readonly pairs: readonly SecretPair[];
  /** Keys that were skipped because they have no value. */
  readonly skippedKeys: readonly string[];
  /** Whether to delete all other keys after the release has succeeded. */
  readonly prune: boolean;
  readonly requiredKeys: readonly RequiredKey[];
  /** The value of `{version}` in the name; undefined if a plan does not have all values. */
  readonly version: string | undefined;
  /** How many unbound older versions to keep. */
  readonly keepVersions: number;
}

/** An image pull secret to bind, and to write if there is a registry; `name` is a template. */
export interface ImagePullSecretSettings {
  readonly name: Regional<string>;
  readonly registry: RegistryCredentials | undefined;
}

/** When to force a new deployment although nothing differs: `auto` means if values changed. */
export type ForceRedeploy = 'auto' | 'always' | 'never';

/** The pull request of a preview. */
export interface Preview {
  readonly pullRequest: number;
  /** When the pull request was opened, in milliseconds since the epoch; undefined if unknown. */
  readonly openedAt: number | undefined;
  /** Whether the agent's name contains `pr-{pr}`, so that no other agent has it by chance. */
  readonly hasUniqueName: boolean;
  /** The sets to write whose names do not contain `pr-{pr}`; the platform does not show their age. */
  readonly unclearSets: readonly SecretSetKind[];
}

/** How to test a new deployment with a session. Times in milliseconds. */
export interface SmokeTestSettings {
  /** A key that can only start sessions. Undefined only in a dry run, which starts none. */
  readonly publicKey: SecretValue | undefined;
  /** Undefined to send none. */
  readonly transport: 'daily' | 'webrtc' | undefined;
  /** The body that the bot gets. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  /** An endpoint of the bot that must answer 2xx, without a leading slash. */
  readonly path: string | undefined;
  /** How long the session must stay up after its start. */
  readonly duration: number;
  /** For the whole test of one agent. */
  readonly timeout: number;
}

/** What to do with the deployed agents if one of them fails. */
type OnFailure = 'keep' | 'rollback';

/** Settings of an agent that are the same in every region. */
export interface CommonAgentSettings {
  /** Undefined if the agent is not a preview. */
  readonly preview: Preview | undefined;
  readonly onFailure: OnFailure;
  readonly forceRedeploy: ForceRedeploy;
  readonly waitForReady: boolean;
  /** Milliseconds from the deploy until this deployment is ready. */
  readonly waitTimeout: number;
  /** Undefined for no smoke test. */
  readonly smokeTest: SmokeTestSettings | undefined;
  /** Milliseconds to wait until no session runs on an older deployment; undefined for no wait. */
  readonly drainTimeout: number | undefined;
  /** Whether the platform builds the image from a branch (`[git]` in the settings file). */
  readonly isBuiltFromBranch: boolean;
}

export interface AgentReleaseSettings extends CommonAgentSettings {
  /** A template. */
  readonly name: Regional<string>;
  readonly minAgents: Regional<number>;
  readonly maxAgents: Regional<number>;
  /** Other settings of the agent, without the sets to bind. */
  readonly settings: Omit<
    AgentSettings,
    'secretSet' | 'imagePullSecretSet' | 'minAgents' | 'maxAgents'
  >;
}

/** A cloud build of the checkout in each region, for the agents. */
export interface BuildSettings {
  readonly context: ContextSettings;
  /** Milliseconds to wait for a build to succeed. */
  readonly timeout: number;
}

/** How to look up the image in its registry before anything is written. */
export interface ImageLookupSettings {
  /** `auto`: certain problems stop the release; `always`: unknown ones, too. */
  readonly check: 'auto' | 'always' | 'never';
  /** Whether to deploy the current digest of the tag. */
  readonly pins: boolean;
  /** A dry run often comes before the image is pushed. */
  readonly isDryRun: boolean;
}

/** Whether to roll out all regions in parallel, or one after the other until one fails. */
export type RolloutOrder = 'parallel' | 'sequential';

/** The settings of a teardown. Names are templates with `{region}` and `{version}`. */
export interface TeardownSettings {
  /** In the order of the input; empty if what exists decides. */
  readonly regions: readonly string[];
  readonly agent: Regional<string>;
  readonly preview: Preview;
  /** Undefined if there is none, or if other agents share it. */
  readonly secretSet: Regional<string> | undefined;
  /** Undefined if there is none, or if other agents share it. */
  readonly imagePullSecret: Regional<string> | undefined;
  /** Milliseconds for the whole teardown. */
  readonly waitTimeout: number;
}

/** The settings of a release, from the checked inputs alone. */
export interface ReleaseSettings {
  /** In the order of the input; empty if what exists decides. */
  readonly regions: readonly string[];
  readonly rollout: RolloutOrder;
  readonly secretSet: SecretSetSettings | undefined;
  readonly imagePullSecret: ImagePullSecretSettings | undefined;
  /** Milliseconds to write the sets and wait for them, together. */
  readonly secretsTimeout: number;
  readonly agent: AgentReleaseSettings | undefined;
  readonly build: BuildSettings | undefined;
  /** Undefined if the release has no image, or does not look it up. */
  readonly imageLookup: ImageLookupSettings | undefined;
}
