import type { Preview } from '../plan/settings.js';
import type { InputName } from './declared.js';
import { Fields } from './fields.js';
import type { Findings } from './problems.js';
import type { Environment, RawInputs } from './raw-inputs.js';
import { RegionFields } from './regions.js';
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
  readonly fields: Fields;
  /** Parses inputs whose values may differ by region. */
  readonly regions: RegionFields;
  readonly isDryRun: boolean;
}

export function inputReader(source: InputSource & InputBasis): InputReader {
  const { raw, findings } = source;
  const fields = new Fields(raw, findings);
  const regions = new RegionFields(raw, findings, fields);
  return { ...source, fields, regions, isDryRun: fields.boolean('dry-run') ?? false };
}
