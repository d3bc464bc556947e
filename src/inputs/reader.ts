import { Fields } from './fields.js';
import type { Findings } from './problems.js';
import type { Environment, RawInputs } from './raw-inputs.js';
import { RegionFields } from './regions.js';
import type { ReadFile } from './files.js';
import type { SettingsFile } from './settings-file/read-settings-file.js';

/** What the inputs are read from, and where mistakes and remarks are collected. */
export interface InputSource {
  readonly raw: RawInputs;
  readonly environment: Environment;
  /** Folder that paths are relative to. */
  readonly workspace: string;
  readonly readFile: ReadFile;
  readonly findings: Findings;
}

/** Everything that the readers of single inputs work with: their first parameter. */
export interface InputReader extends InputSource {
  readonly settingsFile: SettingsFile | undefined;
  /** Parses single inputs. */
  readonly fields: Fields;
  /** Parses inputs whose values may differ by region. */
  readonly regions: RegionFields;
  readonly isDryRun: boolean;
}

export function inputReader(
  source: InputSource,
  settingsFile: SettingsFile | undefined,
): InputReader {
  const { raw, findings } = source;
  const fields = new Fields(raw, findings);
  const regions = new RegionFields(raw, findings, fields);
  return {
    ...source,
    settingsFile,
    fields,
    regions,
    isDryRun: fields.boolean('dry-run') ?? false,
  };
}
