import { listOf } from '../text/list.js';
import { agentName, regionCode, secretSetName, type NameRule } from '../pipecat/names.js';
import {
  nameInRegion,
  nameOfAnyVersion,
  pullRequestPlaceholder,
  regionPlaceholder,
  versionPlaceholder,
} from '../plan/name-template.js';
import { Regional } from '../plan/regional.js';
import { nearest } from '../text/nearest.js';
import type { InputName } from './declared.js';
import { Fields, type Bounds } from './fields.js';
import { looksLikeCredential, shown, type Findings } from './problems.js';
import type { RawInputs } from './raw-inputs.js';

/** Stands for a region that only the platform knows. */
const exampleRegion = 'us-west';

/** The inputs that are names on the platform, with their rules and placeholders. */
const names = {
  'agent-name': { rule: agentName, placeholders: [regionPlaceholder] },
  'secret-set': { rule: secretSetName, placeholders: [regionPlaceholder, versionPlaceholder] },
  'image-credentials': { rule: secretSetName, placeholders: [regionPlaceholder] },
} as const satisfies Partial<Record<InputName, object>>;

/** Reads inputs whose values may differ by region, or hold `{region}`. */
export class RegionalFields extends Fields {
  /** The regions that `region` lists, in that order. */
  readonly regions: readonly string[];

  constructor(raw: RawInputs, findings: Findings) {
    super(raw, findings);
    this.regions = this.#readRegions();
  }

  /** The regions that values are checked for; an example if none is listed. */
  get checkedRegions(): readonly string[] {
    return this.regions.length === 0 ? [exampleRegion] : this.regions;
  }

  /** The template of a name on the platform, which differs from region to region. */
  template(input: keyof typeof names): Regional<string> | undefined {
    const { rule, placeholders } = names[input];
    const templates = this.#values(input, { isRequiredEverywhere: true });
    if (templates === undefined) return undefined;
    const shell = templates.values.find((value) => value.includes('${'));
    if (shell !== undefined) {
      const fixed = shell.replaceAll('${', '{');
      return this.findings.problem(
        input,
        `${shown(shell)} has a \`$\` before a placeholder; ${looksLikeCredential(fixed) ? 'remove it' : `use \`${fixed}\``}`,
      );
    }
    const misplaced = templates.values.flatMap((value) => placeholderMistakes(value, placeholders));
    if (this.findings.accept(input, templates, misplaced) === undefined) return undefined;
    return this.findings.accept(input, templates, [
      ...this.#breaches(templates, rule),
      ...this.#sharedNames(input, templates, rule),
    ]);
  }

  /** Whole numbers within bounds. */
  integerByRegion(input: InputName, bounds: Bounds): Regional<number> {
    const texts = this.#values(input, { isRequiredEverywhere: false });
    return (
      texts?.map((text) => this.parseInteger(input, text, bounds)) ??
      new Regional<number>(undefined)
    );
  }

  #readRegions(): string[] {
    const regions: string[] = [];
    const items = this.raw.items('region');
    if (items.length === 0 && this.raw.text('region') !== undefined) {
      this.findings.problem('region', 'is set but contains no region');
    }
    for (const item of items) {
      if (!regionCode.pattern.test(item)) {
        const written = regionsIn(item);
        const isShown =
          written.every((one) => regionCode.pattern.test(one)) && !looksLikeCredential(item);
        this.findings.problem(
          'region',
          `${shown(item)} is not valid; use ${regionCode.rule}${isShown ? `. Did you mean \`${written.join(', ')}\`?` : ''}`,
        );
      } else if (regions.includes(item)) {
        this.findings.problem('region', `lists \`${item}\` twice`);
      } else {
        regions.push(item);
      }
    }
    return regions;
  }

  /** One value for all regions, or lines `region: value`, with `*: value` for the others. */
  #values(
    input: InputName,
    { isRequiredEverywhere }: { readonly isRequiredEverywhere: boolean },
  ): Regional<string> | undefined {
    const text = this.raw.text(input);
    if (text === undefined) return undefined;
    // None of these values can hold a colon or a line break.
    if (!/[:\n]/.test(text)) return new Regional(text);
    // Lines are counted as in the workflow.
    const values = this.#readLines(
      input,
      this.raw.isInput(input) ? this.raw.verbatim(input) : text,
    );
    return (
      values &&
      this.findings.accept(input, values, [
        ...this.#unlistedRegions(values),
        ...(isRequiredEverywhere ? this.#missingRegions(values) : []),
      ])
    );
  }

  #readLines(input: InputName, text: string): Regional<string> | undefined {
    const own = new Map<string, string>();
    const mistakes: string[] = [];
    for (const [index, line] of text.split(/\r?\n/).entries()) {
      if (line.trim() === '') continue;
      const [, region, value] = /^(\*|[a-z0-9][-a-z0-9]*)\s*:\s*(\S.*)$/.exec(line.trim()) ?? [];
      const place = `line ${index + 1}`;
      if (region === undefined || value === undefined || looksLikeCredential(region)) {
        mistakes.push(
          `${place} is not \`region: value\`; set one value, or lines \`region: value\` (\`*: value\` for the other regions)`,
        );
        break;
      }
      if (own.has(region)) {
        mistakes.push(`has two lines for \`${region}\`; the second is ${place}`);
      }
      own.set(region, value);
    }
    const others = own.get('*');
    own.delete('*');
    return this.findings.accept(input, new Regional(others, own), mistakes);
  }

  #unlistedRegions({ regions }: Regional<string>): string[] {
    if (regions.length > 0 && this.regions.length === 0) {
      return [
        `has lines for regions (${listOf(regions)}); set \`region\` to the regions to release to`,
      ];
    }
    const unknown = regions.filter((region) => !this.regions.includes(region));
    if (unknown.length === 0) return [];
    return [
      `has a line for ${listOf(unknown)}, but \`region\` lists ${listOf(this.regions)}${meantFor(unknown, this.regions)}`,
    ];
  }

  #missingRegions(values: Regional<string>): string[] {
    const without = this.regions.filter((region) => values.in(region) === undefined);
    if (without.length === 0) return [];
    return [`has no line for ${listOf(without)}; add one, or \`*: …\` for the other regions`];
  }

  /** One mistake per template, in the first region where its name is not valid. */
  #breaches(templates: Regional<string>, { pattern, rule }: NameRule): string[] {
    const mistakes = new Map<string, string>();
    for (const region of this.checkedRegions) {
      const template = templates.in(region) ?? '';
      const name = nameOfAnyVersion(nameInRegion(template, region));
      if (pattern.test(name) || mistakes.has(template)) continue;
      const length = name === template ? '' : ` (${name.length} characters in ${region})`;
      mistakes.set(template, `${shown(template)}${length} is not valid; use ${rule}`);
    }
    return [...mistakes.values()];
  }

  #sharedNames(input: InputName, templates: Regional<string>, rule: NameRule): string[] {
    const regionsByName = new Map<string, string[]>();
    for (const region of this.regions) {
      const name = nameInRegion(templates.in(region) ?? '', region);
      regionsByName.set(name, [...(regionsByName.get(name) ?? []), region]);
    }
    return [...regionsByName]
      .filter(([, regions]) => regions.length > 1)
      .map(
        ([name, regions]) =>
          `${shown(name)} is the name in ${listOf(regions)}, but names are unique across the platform; ${this.#suggestionFor(input, suggestedName(name, regions, rule))}`,
      );
  }

  /** The platform's client reads the settings file, too, and does not know `{region}`. */
  #suggestionFor(input: InputName, better: string): string {
    return this.findings.substitutes.has(input)
      ? `set the input \`${input}\` to ${better}, because the platform's client reads the file, too`
      : `use ${better}, or lines \`region: name\``;
  }
}

function placeholderMistakes(template: string, known: readonly string[]): string[] {
  const held = template.match(/\{[^{}]*\}/g) ?? [];
  const mistakes: string[] = [];
  if (held.some((placeholder) => !known.includes(placeholder))) {
    mistakes.push(
      `${shown(template)} has an unknown placeholder; available: ${listOf([...known, pullRequestPlaceholder])}`,
    );
  }
  if (held.filter((placeholder) => placeholder === versionPlaceholder).length > 1) {
    mistakes.push(`${shown(template)} has \`${versionPlaceholder}\` more than once`);
  }
  return mistakes;
}

/** The name with `{region}` added, if that is valid in each region and may be shown. */
function suggestedName(name: string, regions: readonly string[], { pattern }: NameRule): string {
  const better = name.includes(versionPlaceholder)
    ? name.replace(versionPlaceholder, `${regionPlaceholder}-${versionPlaceholder}`)
    : `${name}-${regionPlaceholder}`;
  const checks = regions.every((region) =>
    pattern.test(nameOfAnyVersion(nameInRegion(better, region))),
  );
  return checks && !looksLikeCredential(name)
    ? `\`${better}\``
    : `a name with \`${regionPlaceholder}\` in it`;
}

/** The codes that were probably meant: separated by blanks, or one in another style. */
function regionsIn(text: string): string[] {
  const words = text.toLowerCase().replaceAll('_', '-').split(/\s+/);
  return words.every((word) => word.includes('-')) ? words : [words.join('-')];
}

function meantFor([first = '', ...others]: readonly string[], regions: readonly string[]): string {
  const meant = others.length === 0 ? nearest(first, regions) : undefined;
  return meant === undefined ? '' : `. Did you mean \`${meant}\`?`;
}
