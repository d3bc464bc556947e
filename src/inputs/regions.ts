import { listOf } from '../text/list.js';
import { regionCode, type NameRule } from '../pipecat/names.js';
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
import type { Bounds, Fields } from './fields.js';
import { looksLikeCredential, shown, type Findings } from './problems.js';
import type { RawInputs } from './raw-inputs.js';

/** Stands for a region that only the platform knows. */
const exampleRegion = 'us-west';

/** Reads inputs whose values may differ by region, or hold `{region}`. */
export class RegionFields {
  readonly #raw: RawInputs;
  readonly #findings: Findings;
  readonly #fields: Fields;
  /** The regions that `region` lists, in that order. */
  readonly regions: readonly string[];

  constructor(raw: RawInputs, findings: Findings, fields: Fields) {
    this.#raw = raw;
    this.#findings = findings;
    this.#fields = fields;
    this.regions = this.#readRegions();
  }

  /** The regions that values are checked for; an example if none is listed. */
  get checkedRegions(): readonly string[] {
    return this.regions.length === 0 ? [exampleRegion] : this.regions;
  }

  /** The template of a name on the platform, which differs from region to region. */
  name(
    input: InputName,
    rule: NameRule,
    placeholders: readonly string[],
  ): Regional<string> | undefined {
    const templates = this.#values(input, { isRequiredEverywhere: true });
    if (templates === undefined) return undefined;
    const shell = templates.values.find((value) => value.includes('${'));
    if (shell !== undefined) {
      const fixed = shell.replaceAll('${', '{');
      return this.#findings.problem(
        input,
        `${shown(shell)} has a \`$\` before a placeholder; ${looksLikeCredential(fixed) ? 'remove it' : `use \`${fixed}\``}`,
      );
    }
    if (!this.#checkPlaceholders(input, templates, placeholders)) return undefined;
    const checks = [
      this.#checkRule(input, templates, rule),
      this.#checkUniqueness(input, templates, rule),
    ];
    return checks.includes(false) ? undefined : templates;
  }

  /** Whole numbers within bounds. */
  integer(input: InputName, bounds: Bounds): Regional<number> {
    const texts = this.#values(input, { isRequiredEverywhere: false });
    return (
      texts?.map((text) => this.#fields.parseInteger(input, text, bounds)) ??
      new Regional<number>(undefined)
    );
  }

  #readRegions(): string[] {
    const regions: string[] = [];
    const items = this.#raw.items('region');
    if (items.length === 0 && this.#raw.text('region') !== undefined) {
      this.#findings.problem('region', 'is set but contains no region');
    }
    for (const item of items) {
      if (!regionCode.pattern.test(item)) {
        const written = regionsIn(item);
        const isShown =
          written.every((one) => regionCode.pattern.test(one)) && !looksLikeCredential(item);
        this.#findings.problem(
          'region',
          `${shown(item)} is not valid; use ${regionCode.rule}${isShown ? `. Did you mean \`${written.join(', ')}\`?` : ''}`,
        );
      } else if (regions.includes(item)) {
        this.#findings.problem('region', `lists \`${item}\` twice`);
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
    const text = this.#raw.text(input);
    if (text === undefined) return undefined;
    // None of these values can hold a colon or a line break.
    if (!/[:\n]/.test(text)) return new Regional(text);
    // Lines are counted as in the workflow.
    const values = this.#readLines(
      input,
      this.#raw.isInput(input) ? this.#raw.verbatim(input) : text,
    );
    if (values === undefined) return undefined;
    const checks = [
      this.#checkRegions(input, values),
      !isRequiredEverywhere || this.#checkCompleteness(input, values),
    ];
    return checks.includes(false) ? undefined : values;
  }

  #readLines(input: InputName, text: string): Regional<string> | undefined {
    const own = new Map<string, string>();
    let checks = true;
    for (const [index, line] of text.split(/\r?\n/).entries()) {
      if (line.trim() === '') continue;
      const [, region, value] = /^(\*|[a-z0-9][-a-z0-9]*)\s*:\s*(\S.*)$/.exec(line.trim()) ?? [];
      const place = `line ${index + 1}`;
      if (region === undefined || value === undefined || looksLikeCredential(region)) {
        return this.#findings.problem(
          input,
          `${place} is not \`region: value\`; set one value, or lines \`region: value\` (\`*: value\` for the other regions)`,
        );
      }
      if (own.has(region)) {
        checks = false;
        this.#findings.problem(input, `has two lines for \`${region}\`; the second is ${place}`);
      }
      own.set(region, value);
    }
    const others = own.get('*');
    own.delete('*');
    return checks ? new Regional(others, own) : undefined;
  }

  #checkRegions(input: InputName, { regions }: Regional<string>): boolean {
    if (regions.length > 0 && this.regions.length === 0) {
      this.#findings.problem(
        input,
        `has lines for regions (${listOf(regions)}); set \`region\` to the regions to release to`,
      );
      return false;
    }
    const unknown = regions.filter((region) => !this.regions.includes(region));
    if (unknown.length === 0) return true;
    this.#findings.problem(
      input,
      `has a line for ${listOf(unknown)}, but \`region\` lists ${listOf(this.regions)}${meantFor(unknown, this.regions)}`,
    );
    return false;
  }

  #checkCompleteness(input: InputName, values: Regional<string>): boolean {
    const without = this.regions.filter((region) => values.in(region) === undefined);
    if (without.length === 0) return true;
    this.#findings.problem(
      input,
      `has no line for ${listOf(without)}; add one, or \`*: …\` for the other regions`,
    );
    return false;
  }

  #checkPlaceholders(
    input: InputName,
    { values }: Regional<string>,
    placeholders: readonly string[],
  ): boolean {
    let checks = true;
    for (const value of values) {
      const held = value.match(/\{[^{}]*\}/g) ?? [];
      const unknown = held.filter((placeholder) => !placeholders.includes(placeholder));
      if (unknown.length > 0) {
        checks = false;
        this.#findings.problem(
          input,
          `${shown(value)} has an unknown placeholder; available: ${listOf([...placeholders, pullRequestPlaceholder])}`,
        );
      }
      if (held.filter((placeholder) => placeholder === versionPlaceholder).length > 1) {
        checks = false;
        this.#findings.problem(
          input,
          `${shown(value)} has \`${versionPlaceholder}\` more than once`,
        );
      }
    }
    return checks;
  }

  #checkRule(input: InputName, templates: Regional<string>, { pattern, rule }: NameRule): boolean {
    const reported = new Set<string>();
    for (const region of this.checkedRegions) {
      const template = templates.in(region) ?? '';
      const name = nameOfAnyVersion(nameInRegion(template, region));
      if (pattern.test(name) || reported.has(template)) continue;
      reported.add(template);
      const length = name === template ? '' : ` (${name.length} characters in ${region})`;
      this.#findings.problem(input, `${shown(template)}${length} is not valid; use ${rule}`);
    }
    return reported.size === 0;
  }

  #checkUniqueness(input: InputName, templates: Regional<string>, rule: NameRule): boolean {
    const regionsByName = new Map<string, string[]>();
    for (const region of this.regions) {
      const name = nameInRegion(templates.in(region) ?? '', region);
      regionsByName.set(name, [...(regionsByName.get(name) ?? []), region]);
    }
    const shared = [...regionsByName].filter(([, regions]) => regions.length > 1);
    for (const [name, regions] of shared) {
      this.#findings.problem(
        input,
        `${shown(name)} is the name in ${listOf(regions)}, but names are unique across the platform; ${this.#suggestionFor(input, suggestedName(name, regions, rule))}`,
      );
    }
    return shared.length === 0;
  }

  /** The platform's client reads the settings file, too, and does not know `{region}`. */
  #suggestionFor(input: InputName, better: string): string {
    return this.#findings.substitutes.has(input)
      ? `set the input \`${input}\` to ${better}, because the platform's client reads the file, too`
      : `use ${better}, or lines \`region: name\``;
  }
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
