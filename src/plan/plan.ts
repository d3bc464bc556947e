import type { AgentSettings } from '../pipecat/agent-settings.js';
import type { PackedContext } from '../context/pack.js';
import type { Agent, Build, SecretSetKind, SecretSetStatus } from '../pipecat/answers.js';
import type { SecretPair } from '../pipecat/surface.js';
import type { HiddenSetting, SettingChange } from './agent-changes.js';
import type { CommonAgentSettings, RolloutOrder } from './settings.js';
import type { RegistryCredentials } from '../pipecat/client.js';

/** What a release does to one secret set. */
export interface SecretSetPlan {
  readonly name: string;
  readonly kind: SecretSetKind;
  readonly region: string;
  /** `bind` leaves the set unchanged. */
  readonly action: 'create' | 'update' | 'bind';
  /** The content to write to a secret set. */
  readonly pairs: readonly SecretPair[];
  /** The content to write to an image pull secret. */
  readonly registry: RegistryCredentials | undefined;
  /** Keys to write that the set does not have yet. */
  readonly addedKeys: readonly string[];
  /** Keys to write that the set has already. */
  readonly updatedKeys: readonly string[];
  readonly skippedKeys: readonly string[];
  /** Keys to delete at the end. */
  readonly prunedKeys: readonly string[];
  /** Before the release. */
  readonly status: SecretSetStatus | undefined;
  /** Other agents that bind the set; undefined if the plan did not check that. */
  readonly otherAgents: readonly string[] | undefined;
  /** Its name with `{version}`; undefined if the set is not versioned. */
  readonly template: string | undefined;
  /** Older versions that may be deleted. Newer ones may belong to another release. */
  readonly olderVersions: readonly string[];
  /** Versions to delete at the end; undefined if that is not known yet. */
  readonly deletedVersions: readonly string[] | undefined;
  /** How many unbound older versions to keep. */
  readonly keepVersions: number;
}

/** Whether a new deployment follows, and why. `unknown`: the response about the agent shows too little. */
export interface NewDeployment {
  readonly follows: 'yes' | 'no' | 'unknown';
  readonly because:
    | 'agent-created'
    | 'forced'
    | 'built-anew'
    | 'build-unknown'
    | 'values-written'
    | 'deployment-failed'
    | 'settings-differ'
    | 'settings-hidden'
    | 'version-unknown'
    | 'scaling-only'
    | 'nothing-differs';
}

/** What a release builds in one region. */
export interface BuildPlan {
  readonly region: string;
  readonly context: PackedContext;
  /** A successful or running build of the same context; if there is none, the release builds. */
  readonly found: Build | undefined;
  /** Whether the search for it succeeded. */
  readonly isKnown: boolean;
  /** Milliseconds to wait for the build to succeed. */
  readonly timeout: number;
}

/** What a release does to one agent. */
export interface AgentPlan extends CommonAgentSettings {
  readonly name: string;
  readonly region: string;
  readonly action: 'create' | 'update';
  /** The agent before the release. */
  readonly before: Agent | undefined;
  /** Everything to send, including the sets to bind. */
  readonly settings: AgentSettings;
  /** Settings that differ from those of the agent; for a new agent, all settings. */
  readonly changes: readonly SettingChange[];
  /** Settings to send whose current values the response does not show. */
  readonly hidden: readonly HiddenSetting[];
  /** Whether the agent binds a versioned set. */
  readonly bindsVersion: boolean;
  /** Whether an update forces a new deployment. */
  readonly forces: boolean;
  readonly newDeployment: NewDeployment;
  /** Whether it will run a build that does not exist yet, so `settings` does not name it. */
  readonly runsNewBuild: boolean;
  /** Whether this release writes values to a set that the agent binds. */
  readonly valuesChange: boolean;
  /**
   * Plans again, for the agent at that moment and the build that was made for it. Others may have
   * created, deployed or scaled the agent since.
   *
   * @throws PreflightError if the release cannot work anymore
   */
  readonly replan: (agent: Agent | undefined, buildId: string | undefined) => AgentPlan;
}

/** One region of a release: its sets in the order of writing, its build and its agent. */
export interface Target {
  readonly region: string;
  readonly secretSets: readonly SecretSetPlan[];
  readonly build: BuildPlan | undefined;
  readonly agent: AgentPlan | undefined;
}

/** Everything that a release will do. Nothing is written before the plan is complete. */
export interface Plan {
  readonly rollout: RolloutOrder;
  /** Milliseconds to write the sets and wait for them, together. */
  readonly secretsTimeout: number;
  /** In the order of the input. */
  readonly targets: readonly Target[];
  /** Findings of the image lookup that a person should look at. */
  readonly warnings: readonly string[];
  /** Other findings of the image lookup. */
  readonly remarks: readonly string[];
}
