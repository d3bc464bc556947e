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

/** Everything that the readers of single inputs work with: they take it as their first parameter. */
export class InputReader implements InputSource {
  readonly raw: RawInputs;
  readonly environment: Environment;
  readonly workspace: string;
  readonly readFile: ReadFile;
  readonly findings: Findings;
  readonly settingsFile: SettingsFile | undefined;
  /** Single inputs as the types they stand for. */
  readonly fields: Fields;
  /** Inputs whose values may differ by region. */
  readonly regions: RegionFields;
  readonly isDryRun: boolean;

  constructor(source: InputSource, settingsFile: SettingsFile | undefined) {
    this.raw = source.raw;
    this.environment = source.environment;
    this.workspace = source.workspace;
    this.readFile = source.readFile;
    this.findings = source.findings;
    this.settingsFile = settingsFile;
    this.fields = new Fields(this.raw, this.findings);
    this.regions = new RegionFields(this.raw, this.findings);
    this.isDryRun = this.fields.boolean('dry-run') ?? false;
  }
}
