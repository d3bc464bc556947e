import * as v from 'valibot';
import { parse } from 'yaml';
import { failureKinds } from '../src/report/failures.js';
import { containerReasons, exitCodes, platformCodes } from '../src/report/platform-codes.js';
import { table } from '../src/report/markdown.js';

const metadata = v.object({
  inputs: v.record(
    v.string(),
    v.object({ description: v.string(), default: v.optional(v.string()) }),
  ),
  outputs: v.record(v.string(), v.object({ description: v.string() })),
});

/** The README with its generated parts as action.yml and the code's own tables have them now. */
export function withTables(readme: string, actionYaml: string): string {
  const { inputs, outputs } = v.parse(metadata, parse(actionYaml));
  const parts: Record<string, string> = {
    inputs: table(
      ['Input', 'Default', 'Meaning'],
      Object.entries(inputs).map(([name, { description, default: value }]) => [
        `\`${name}\``,
        value === undefined ? '' : `\`${value}\``,
        cell(description),
      ]),
    ),
    outputs: table(
      ['Output', 'Shape'],
      Object.entries(outputs).map(([name, { description }]) => [`\`${name}\``, cell(description)]),
    ),
    failures: table(
      ['Failure', 'What it means', 'What to do'],
      Object.values(failureKinds).map(({ title, meaning, next }) => [
        `**${title}**`,
        cell(meaning),
        cell(next),
      ]),
    ),
    codes: table(
      ['Code, reason or exit code', 'What it means', 'What to do'],
      [
        ...Object.entries(platformCodes),
        ...Object.entries(containerReasons),
        ...Object.entries(exitCodes).map(
          ([code, advice]) => [`exit code ${code}`, advice] as const,
        ),
      ].map(([code, { meaning, next }]) => [`\`${code}\``, cell(meaning), cell(next)]),
    ),
  };
  return Object.entries(parts).reduce((text, [name, part]) => {
    const marks = new RegExp(`(<!-- ${name}:begin[^>]*-->)[^]*?(<!-- ${name}:end -->)`);
    if (!marks.test(text)) throw new Error(`README.md has no place for its generated ${name}`);
    return text.replace(
      marks,
      (_all, begin: string, end: string) => `${begin}\n\n${part}\n\n${end}`,
    );
  }, readme);
}

function cell(text: string): string {
  return text.trim().replace(/\s+/g, ' ').replace(/\|/g, '\\|');
}
