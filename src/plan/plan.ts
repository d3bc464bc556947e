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
  /** `bind` leaves the set as it is. */
  readonly action: 'create' | 'update' | 'bind';
  /** What is written, by kind. */
  readonly pairs: readonly SecretPair[];
  readonly registry: RegistryCredentials | undefined;
  /** Keys that are written, by whether the set has them already. */
  readonly addedKeys: readonly string[];
  readonly updatedKeys: readonly string[];
  readonly skippedKeys: readonly string[];
  /** Keys that are deleted at the end. */
  readonly prunedKeys: readonly string[];
  /** Before the release. */
  readonly status: SecretSetStatus | undefined;
  /** Agents besides the one released that bind the set; undefined where that was not looked at. */
  readonly otherAgents: readonly string[] | undefined;
  /** Its name with `{version}` in it, where each content has a set of its own. */
  readonly template: string | undefined;
  /** Older versions that may go: those that came up since may be another release's. */
  readonly olderVersions: readonly string[];
  /**
   * Those that are deleted at the end; undefined where that is not known beforehand.
   */
  readonly deletedVersions: readonly string[] | undefined;
  /** How many older versions that no agent binds are kept. */
  readonly keepVersions: number;
}

/** Whether a new deployment follows, and why. `unknown`: the agent's answer does not show enough. */
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
  /** A build of the same context that has succeeded or is under way; without one, a build is made. */
  readonly found: Build | undefined;
  /** Whether it was looked for in vain: a look that failed tells nothing. */
  readonly isKnown: boolean;
  /** Milliseconds from the start of the build until it has succeeded. */
  readonly timeout: number;
}

/** What a release does to one agent. */
export interface AgentPlan extends CommonAgentSettings {
  readonly name: string;
  readonly region: string;
  readonly action: 'create' | 'update';
  /** The agent before the release. */
  readonly before: Agent | undefined;
  /** Everything that is sent, the sets to bind included. */
  readonly settings: AgentSettings;
  /** The settings that differ from those of the agent; of a new one, all that it is given. */
  readonly changes: readonly SettingChange[];
  /** Settings that are sent although the agent's answer does not show what they are. */
  readonly hidden: readonly HiddenSetting[];
  /** Whether the set that it binds is one of a content of its own, so that nothing differing is meant. */
  readonly bindsVersion: boolean;
  /** Whether an update asks for a new deployment although nothing may differ. */
  readonly forces: boolean;
  readonly newDeployment: NewDeployment;
  /** Whether it runs a build that is not made yet, so that the settings do not name it. */
  readonly runsNewBuild: boolean;
  /** Whether this release writes values to a set that the agent binds. */
  readonly valuesChange: boolean;
  /**
   * The same for the agent as it is now, as others may have created, deployed or scaled it since, and
   * with the build that was made for it.
   *
   * @throws PreflightError where that makes the release impossible
   */
  readonly replan: (agent: Agent | undefined, buildId: string | undefined) => AgentPlan;
}

/** One region of a release: its sets, in the order in which they are written, its build and its agent. */
export interface Target {
  readonly region: string;
  readonly secretSets: readonly SecretSetPlan[];
  readonly build: BuildPlan | undefined;
  readonly agent: AgentPlan | undefined;
}

/** Everything that a release will do, known before anything is written. */
export interface Plan {
  readonly rollout: RolloutOrder;
  /** Milliseconds that writing the sets and waiting for them may take together. */
  readonly secretsTimeout: number;
  /** In the order in which they were named. */
  readonly targets: readonly Target[];
  /** What a look-up of the image brought that a person should look at. */
  readonly warnings: readonly string[];
  /** What it brought that needs nobody. */
  readonly remarks: readonly string[];
}
