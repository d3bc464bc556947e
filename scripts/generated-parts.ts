import * as v from 'valibot';
import { parse } from 'yaml';
import { failureKinds } from '../src/report/failures.js';
import {
  containerReasons,
  exitCodes,
  nextOf,
  platformCodes,
} from '../src/report/platform-codes.js';
import { table } from '../src/report/markdown.js';
import { type WorkedExample, workedExamples } from './worked-examples.js';

const metadata = v.object({
  inputs: v.record(
    v.string(),
    v.object({ description: v.string(), default: v.optional(v.string()) }),
  ),
  outputs: v.record(v.string(), v.object({ description: v.string() })),
});

/** The generated parts of documents, by name. */
export type GeneratedParts = ReadonlyMap<string, string>;

export async function generatedParts(actionYaml: string): Promise<GeneratedParts> {
  const { inputs, outputs } = v.parse(metadata, parse(actionYaml));
  const examples = await workedExamples();
  const parts = {
    inputs: table(
      Object.entries(inputs).map(([name, { description, default: value }]) => ({
        Input: `\`${name}\``,
        Default: value === undefined ? '' : `\`${value}\``,
        Meaning: cell(description),
      })),
    ),
    outputs: table(
      Object.entries(outputs).map(([name, { description }]) => ({
        Output: `\`${name}\``,
        Shape: cell(description),
      })),
    ),
    failures: Object.values(failureKinds)
      .map(({ title, meaning, next }) => `### ${title}\n\n${meaning}\n\n**What to do:** ${next}`)
      .join('\n\n'),
    mistakes: exampleTable(examples.mistakes),
    contexts: exampleTable(examples.contexts),
    reasons: exampleTable(examples.reasons),
    codes: table(
      [
        ...Object.entries(platformCodes),
        ...Object.entries(containerReasons),
        ...Object.entries(exitCodes).map(
          ([code, advice]) => [`exit code ${code}`, advice] as const,
        ),
      ].map(([code, advice]) => ({
        'Code, reason or exit code': `\`${code}\``,
        'What it means': cell(advice.meaning),
        'What to do': cell(nextOf(advice, true)),
      })),
    ),
  };
  return new Map(Object.entries(parts));
}

/** The names of the generated parts in a document. */
export function placesIn(document: string): string[] {
  return [...document.matchAll(/<!-- ([a-z-]+):begin[^>]*-->/g)].map(([, name = '']) => name);
}

/** A document with current generated parts. */
export function withParts(document: string, parts: GeneratedParts): string {
  return placesIn(document).reduce((text, name) => {
    const part = parts.get(name);
    if (part === undefined) throw new Error(`There is no generated part ${name}.`);
    return text.replace(
      new RegExp(`(<!-- ${name}:begin[^>]*-->)[^]*?(<!-- ${name}:end -->)`),
      (_all, begin: string, end: string) => `${begin}\n\n${part}\n\n${end}`,
    );
  }, document);
}

/** A table with one worked example in each row: the inputs, and the text of the error annotation. */
function exampleTable(examples: readonly WorkedExample[]): string {
  return table(
    examples.map(({ given, said }) => ({
      Given: given.map(cell).join('<br>'),
      'The error says': said.map(cell).join('<br>'),
    })),
  );
}

function cell(text: string): string {
  return text.trim().replace(/\s+/g, ' ').replace(/\|/g, '\\|');
}
