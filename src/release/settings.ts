import type { AgentSettings } from '../pipecat/agent-settings.js';
import type { SecretPair } from '../pipecat/surface.js';
import type { SecretValue } from '../secrecy/secret-value.js';

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

/** A secret set to bind, and to write where there are pairs. */
export interface SecretSetSettings {
  readonly name: string;
  readonly pairs: readonly SecretPair[];
  /** Keys that were given without a value and left out. */
  readonly skippedKeys: readonly string[];
  /** Whether keys that are not given are deleted once the release has succeeded. */
  readonly prune: boolean;
}

/** An image pull secret to bind, and to write where there is a registry. */
export interface ImagePullSecretSettings {
  readonly name: string;
  readonly registry: RegistryCredentials | undefined;
}

export interface RegistryCredentials {
  /** URL of the registry, as the platform wants it. */
  readonly host: string;
  /** base64 of `username:password`. */
  readonly authentication: SecretValue;
}

/** When an update makes a new deployment although nothing differs: `auto` is when values changed. */
export type ForceRedeploy = 'auto' | 'always' | 'never';

export interface AgentReleaseSettings {
  readonly name: string;
  /** What was given for the agent; the sets to bind are not in it. */
  readonly settings: Omit<AgentSettings, 'secretSet' | 'imagePullSecretSet'>;
  readonly forceRedeploy: ForceRedeploy;
  readonly waitForReady: boolean;
  /** Milliseconds from the deploy until this deployment is ready. */
  readonly waitTimeout: number;
}

/** What a release is asked to do: the inputs, read and checked, before anything is looked up. */
export interface ReleaseSettings {
  /** The region that was named. */
  readonly region: string | undefined;
  readonly secretSet: SecretSetSettings | undefined;
  readonly imagePullSecret: ImagePullSecretSettings | undefined;
  /** Milliseconds that writing the sets and waiting for them may take together. */
  readonly secretsTimeout: number;
  readonly agent: AgentReleaseSettings | undefined;
}
