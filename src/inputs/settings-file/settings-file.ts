import type { InputName } from '../declared.js';

/** A value of the file that replaces an input that is not set. */
export interface SettingsFileDefault {
  readonly input: InputName;
  /** As in the input: trimmed, not empty, and not checked any further. */
  readonly text: string;
  /** Its place in the file, such as `scaling.min_agents`. */
  readonly key: string;
}

/** The platform's own settings file, `pcc-deploy.toml`. */
export interface SettingsFile {
  /** As in the input. */
  readonly path: string;
  /** In the order of the known keys, not of the file. */
  readonly defaults: readonly SettingsFileDefault[];
  /** Kubernetes quantities; there is no such input. */
  readonly resources: { readonly cpu: string; readonly memory: string } | undefined;
  /** What to exclude from the build context. Patterns may contain commas, so they are not one text. */
  readonly excludePatterns: readonly string[] | undefined;
  /** Whether the platform builds the agent from a GitHub repository. */
  readonly hasGit: boolean;
}
