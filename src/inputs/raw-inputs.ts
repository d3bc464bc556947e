import { nearest } from '../text/nearest.js';
import { declaredInputs, inputNames, type InputName, renamedInputs } from './declared.js';
import type { Findings } from './problems.js';
import { pullRequestPlaceholder } from '../plan/name-template.js';

/** Environment variables, as the process or a test has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

const prefix = 'INPUT_';

/** Inputs that may hold `{pr}`. */
export const pullRequestInputs = [
  'agent-name',
  'secret-set',
  'image-credentials',
  'environment',
] as const satisfies readonly InputName[];

/** The inputs as the runner passes them: the one place that knows how. */
export class RawInputs {
  readonly #environment: Environment;
  readonly #settingsFile: ReadonlyMap<InputName, string>;
  /** Inputs of which it is not known whether an unreadable settings file says something. */
  readonly #unknown: ReadonlySet<InputName>;
  readonly #renamed: Readonly<Record<string, InputName>>;
  /** What `{pr}` stands for; it stays as it is until that is known. */
  #pullRequest = pullRequestPlaceholder;

  /** @param settingsFile what a settings file says in place of inputs that are not given */
  constructor(
    environment: Environment,
    settingsFile: ReadonlyMap<InputName, string> = new Map(),
    unknown: ReadonlySet<InputName> = new Set(),
    renamed: Readonly<Record<string, InputName>> = renamedInputs,
  ) {
    this.#environment = environment;
    this.#settingsFile = settingsFile;
    this.#unknown = unknown;
    this.#renamed = renamed;
  }

  /** The same with what a settings file says. */
  withSettingsFile(settingsFile: ReadonlyMap<InputName, string>): RawInputs {
    return new RawInputs(this.#environment, settingsFile, new Set(), this.#renamed);
  }

  /** The same where the settings file has mistakes: what it may say counts as given. */
  withUnreadableSettingsFile(unknown: readonly InputName[]): RawInputs {
    return new RawInputs(this.#environment, new Map(), new Set(unknown), this.#renamed);
  }

  /** The same with the number of the pull request in place of `{pr}`. */
  withPullRequest(number: number): RawInputs {
    const raw = new RawInputs(this.#environment, this.#settingsFile, this.#unknown, this.#renamed);
    raw.#pullRequest = String(number);
    return raw;
  }

  /** An input to the letter, blanks included; empty where it is not given. */
  verbatim(name: InputName): string {
    const given = (input: string) => this.#environment[prefix + input.toUpperCase()] ?? '';
    if (given(name) !== '') return this.#numbered(name, given(name));
    const [oldName] = Object.entries(this.#renamed).find(([, renamed]) => renamed === name) ?? [];
    return oldName === undefined ? '' : this.#numbered(name, given(oldName));
  }

  /** An input without the blanks around it, else what the settings file says, else its declared default. */
  text(name: InputName): string | undefined {
    const given = this.verbatim(name).trim();
    if (given !== '') return given;
    const fromFile = this.#settingsFile.get(name);
    return fromFile === undefined ? declaredInputs[name] : this.#numbered(name, fromFile);
  }

  #numbered(name: InputName, text: string): string {
    return pullRequestInputs.some((input) => input === name)
      ? text.replaceAll(pullRequestPlaceholder, this.#pullRequest)
      : text;
  }

  /** Whether the workflow gives it. */
  isInput(name: InputName): boolean {
    return this.verbatim(name).trim() !== '';
  }

  /** Whether the workflow or the settings file gives it, or may. */
  isGiven(name: InputName): boolean {
    return this.isInput(name) || this.#settingsFile.has(name) || this.#unknown.has(name);
  }

  /** The items of a comma- or newline-separated input. */
  items(name: InputName): string[] {
    return splitItems(this.text(name) ?? '');
  }

  /** Says which variables look like inputs and are not declared. */
  checkNames(findings: Findings): void {
    for (const variable of Object.keys(this.#environment)) {
      if (!variable.startsWith(prefix)) continue;
      const name = variable.slice(prefix.length).toLowerCase();
      if (name === '' || Object.hasOwn(declaredInputs, name)) continue;
      const renamed = Object.hasOwn(this.#renamed, name) ? this.#renamed[name] : undefined;
      if (renamed !== undefined) {
        // The runner passes a declared input as an empty string if the workflow omits it.
        if (this.#environment[variable] !== '')
          findings.warnings.push(
            `The input \`${name}\` was renamed to \`${renamed}\`. The old name stops working in the next major version.`,
          );
        continue;
      }
      const meant = nearestInput(name);
      if (meant === undefined) {
        findings.warnings.push(`There is no input \`${name}\`; it has no effect.`);
      } else {
        findings.problems.push({
          input: name,
          message: `this input does not exist; did you mean \`${meant}\`?`,
        });
      }
    }
  }
}

/** The items of a comma- or newline-separated list; a comma within braces does not separate. */
export function splitItems(list: string): string[] {
  const items: string[] = [];
  let end = list.length;
  // From the end, so that each character is looked at once: whether a comma stands within braces is
  // what the next brace of its line says.
  let isWithin = false;
  for (let index = list.length - 1; index >= 0; index--) {
    const character = list[index];
    if ((character === ',' || character === '\n') && !isWithin) {
      items.push(list.slice(index + 1, end));
      end = index;
    }
    if (character === '}') isWithin = true;
    else if (character === '{' || character === '\n') isWithin = false;
  }
  items.push(list.slice(0, end));
  return items
    .reverse()
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function nearestInput(name: string): InputName | undefined {
  const candidate = name.replace(/[_\s]/g, '-');
  return (
    nearest(name, inputNames) ??
    // The official deploy action shortens one name that this one has in full.
    inputNames.find((input) => candidate.length >= 8 && input.startsWith(`${candidate}-`))
  );
}
