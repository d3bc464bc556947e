import type { Preview } from '../plan/settings.js';
import type { InputName } from './declared.js';
import type { Findings } from './problems.js';
import type { Environment, RawInputs } from './raw-inputs.js';
import { RegionalFields } from './regions.js';
import type { ReadFile } from './files.js';
import type { SettingsFile } from './settings-file/settings-file.js';

/** What the inputs are read from, and where mistakes and remarks are collected. */
export interface InputSource {
  readonly raw: RawInputs;
  readonly environment: Environment;
  /** Reads a file; relative paths start at the workspace. */
  readonly readFile: ReadFile;
  readonly findings: Findings;
}

/** What must be known to read the other inputs. */
export interface InputBasis {
  readonly settingsFile: SettingsFile | undefined;
  /** The inputs that have `{pr}` in them. */
  readonly numberedInputs: readonly InputName[];
  /** Undefined if the agent is not the preview of a pull request. */
  readonly preview: Preview | undefined;
}

/** Everything that the readers of single inputs work with: their first parameter. */
export interface InputReader extends InputSource, InputBasis {
  /** Parses single inputs. */
  readonly fields: RegionalFields;
  readonly isDryRun: boolean;
}

export function inputReader(source: InputSource & InputBasis): InputReader {
  const fields = new RegionalFields(source.raw, source.findings);
  return { ...source, fields, isDryRun: fields.boolean('dry-run') ?? false };
}
