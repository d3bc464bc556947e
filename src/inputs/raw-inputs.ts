import { lookUp } from '../text/look-up.js';
import { nearest } from '../text/nearest.js';
import { declaredInputs, inputNames, type InputName, renamedInputs } from './declared.js';
import type { Findings } from './problems.js';
import { pullRequestPlaceholder } from '../plan/name-template.js';

/** Environment variables, as the process or a test has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable without the blanks around it; undefined if it is not set, or empty. */
export function variableOf(environment: Environment, name: string): string | undefined {
  const text = environment[name]?.trim();
  return text === '' ? undefined : text;
}

const prefix = 'INPUT_';

/** Inputs that may hold `{pr}`. */
export const pullRequestInputs = [
  'agent-name',
  'secret-set',
  'image-credentials',
  'environment',
] as const satisfies readonly InputName[];

interface RawInputsOptions {
  /** Values for inputs that are not set; undefined if a settings file with mistakes may have one. */
  readonly settingsFile: ReadonlyMap<InputName, string | undefined>;
  /** The names of inputs that are set under another name, by that name: old names, and misspelled ones. */
  readonly renamed: Readonly<Record<string, InputName>>;
  /** What `{pr}` stands for; it stays as it is until that is known. */
  readonly pullRequest: string;
}

/** The inputs as the runner passes them: the one place that knows how. */
export class RawInputs {
  readonly #environment: Environment;
  readonly #options: RawInputsOptions;

  constructor(environment: Environment, options: Partial<RawInputsOptions> = {}) {
    this.#environment = environment;
    this.#options = {
      settingsFile: new Map(),
      renamed: renamedInputs,
      pullRequest: pullRequestPlaceholder,
      ...options,
    };
  }

  /** The same inputs with other options. */
  with(options: Partial<RawInputsOptions>): RawInputs {
    return new RawInputs(this.#environment, { ...this.#options, ...options });
  }

  /** An input exactly as it was passed, blanks included; empty if it is not set. */
  verbatim(name: InputName): string {
    const names = Object.entries(this.#options.renamed).filter(([, renamed]) => renamed === name);
    const given = [name, ...names.map(([oldName]) => oldName)]
      .map((input) => this.#environment[prefix + input.toUpperCase()] ?? '')
      .find((text) => text !== '');
    return this.#numbered(name, given ?? '');
  }

  /** An input without the blanks around it, else what the settings file says, else its default. */
  text(name: InputName): string | undefined {
    const given = this.verbatim(name).trim();
    if (given !== '') return given;
    const fromFile = this.#options.settingsFile.get(name);
    return fromFile === undefined ? declaredInputs[name].default : this.#numbered(name, fromFile);
  }

  #numbered(name: InputName, text: string): string {
    return pullRequestInputs.some((input) => input === name)
      ? text.replaceAll(pullRequestPlaceholder, this.#options.pullRequest)
      : text;
  }

  /** Whether the workflow sets it. */
  isInput(name: InputName): boolean {
    return this.verbatim(name).trim() !== '';
  }

  /** Whether the workflow sets it, and not to its default. */
  isChanged(name: InputName): boolean {
    return this.isInput(name) && this.text(name) !== declaredInputs[name].default;
  }

  /** Whether the workflow or the settings file sets it, or may. */
  isGiven(name: InputName): boolean {
    return this.isInput(name) || this.#options.settingsFile.has(name);
  }

  /** The items of a comma- or newline-separated input. */
  items(name: InputName): string[] {
    return splitItems(this.text(name) ?? '');
  }

  /**
   * Reports variables that look like inputs but are not declared.
   *
   * @returns the inputs, with the value of a misspelled one as that of the one it suggests. So no other
   *   problem says that this one is missing, and a secret in a misspelled input is masked, too
   */
  checkNames(findings: Findings): RawInputs {
    const misspelled = new Map<string, InputName>();
    for (const variable of Object.keys(this.#environment)) {
      if (!variable.startsWith(prefix)) continue;
      const name = variable.slice(prefix.length).toLowerCase();
      if (name === '' || Object.hasOwn(declaredInputs, name)) continue;
      const renamed = lookUp(this.#options.renamed, name);
      if (renamed !== undefined) {
        // The runner passes a declared input as an empty string if the workflow omits it.
        if (this.#environment[variable] === '') continue;
        findings.warnings.push(
          `The input \`${name}\` was renamed to \`${renamed}\`. The old name stops working in the next major version.`,
        );
        continue;
      }
      const meant = nearestInput(name);
      if (meant === undefined) {
        findings.warnings.push(`Ignored the unknown input \`${name}\`.`);
      } else {
        misspelled.set(name, meant);
        if (!this.isInput(meant)) findings.guessed.add(meant);
        findings.problems.push({
          input: name,
          message: `this input does not exist; did you mean \`${meant}\`?`,
        });
      }
    }
    return this.with({
      renamed: { ...this.#options.renamed, ...Object.fromEntries(misspelled) },
    });
  }
}

/** The items of a comma- or newline-separated list; a comma within braces does not separate. */
export function splitItems(list: string): string[] {
  const items: string[] = [];
  let end = list.length;
  // From the end, so that each character is read once: the next brace in its line says whether a comma
  // is within braces.
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
