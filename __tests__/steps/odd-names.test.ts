import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from '@jest/globals';
import { marked } from 'marked';
import { checkoutForEachTest } from '../support/checkout.js';
import { stageForEachTest, type ReleaseOutcome } from '../support/release-run.js';
import { onSystemsWith } from '../support/systems.js';

const { describe, test } = onSystemsWith('names of any characters');

const stage = stageForEachTest({ buildDelay: 100, deploymentDelay: 100 });
const checkout = checkoutForEachTest();

/** File names that have a meaning where they are shown. */
const oddNames = [
  { name: 'HTML', file: '<img src=x onerror=alert(1)>' },
  { name: 'HTML between backticks and the end of a table cell', file: '`<img src=x>`|b' },
  { name: 'the start of a collapsed section', file: '<details><h1>' },
  { name: 'a workflow command', file: '::error::an error of ours' },
  {
    name: 'a workflow command in the older syntax, in colors',
    file: '##[error]an \u001b[31merror\u202e',
  },
] as const;
/** Names that an input cannot have, but a file in the folder can. */
const oddFiles = [
  ...oddNames,
  { name: 'a workflow command on its own line', file: 'a\n::error::an error of ours' },
  { name: 'a workflow command after spaces', file: 'a\n \t::stop-commands::x' },
  { name: 'a workflow command after a carriage return', file: 'a\r::set-output name=a::b' },
  { name: 'the end of a code block', file: 'a\n```\n<img src=x>\n##[error]' },
] as const;

function release(inputs: Readonly<Record<string, string>> = {}): Promise<ReleaseOutcome> {
  return stage.release(
    {
      'api-key': 'sk_emulator',
      'agent-name': 'voice',
      region: 'us-west',
      'cloud-build': 'true',
      ...inputs,
    },
    { environment: checkout.environment },
  );
}

function write(path: string, text = 'FROM scratch\n'): void {
  const file = join(checkout.workspace, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** The runner executes no line of the log as a command, and GitHub shows the summary as text. */
function expectInert({ actions }: ReleaseOutcome): void {
  const lines = actions.log.flatMap((entry) => {
    const [, level = '', message = ''] = /^(\w+): ([^]*)$/.exec(entry) ?? [];
    // The runner's own functions escape the text of notices, warnings and errors.
    return level === 'info' ? message.split(/[\r\n]/) : [];
  });
  for (const line of lines) {
    expect(line).not.toMatch(/^\s*::/);
    expect(line).not.toContain('##[');
  }
  // eslint-disable-next-line no-control-regex
  expect([...lines, actions.summary].join('\n')).not.toMatch(/[\u001b\u202e]/);
  const html = marked.parse(actions.summary, { async: false, gfm: true });
  expect(html).not.toMatch(/<img|<h1/);
  expect(html.match(/<details>/g)?.length).toBe(html.match(/<\/details>/g)?.length);
}

/** Each row of the summary's tables has as many cells as its header. */
function expectWholeTables({ actions }: ReleaseOutcome): void {
  const html = marked.parse(actions.summary, { async: false, gfm: true });
  const build = /<table>\s*<thead>\s*<tr>\s*<th>Build<[^]*?<\/table>/.exec(html)?.[0] ?? '';
  expect(build.match(/<th>/g)).toHaveLength(5);
  expect(build.match(/<td>/g)).toHaveLength(5);
}

describe('a Dockerfile whose name is', () => {
  test.each(oddNames)('$name is built and shown as text', async ({ file }) => {
    write(file);
    const outcome = await release({ dockerfile: file });
    expect(outcome.actions.errors).toEqual([]);
    expect(stage.emulator.state.builds()).toMatchObject([{ dockerfilePath: file }]);
    expectInert(outcome);
    expectWholeTables(outcome);
  });

  test.each(oddNames)('$name is shown as text if its build fails', async ({ file }) => {
    write(file);
    stage.emulator.script.build({ outcome: 'failed', errorMessage: file, logs: [file, '```'] });
    const outcome = await release({ dockerfile: file });
    expect(outcome.actions.errors[0]?.title).toBe('The cloud build failed');
    expectInert(outcome);
    expectWholeTables(outcome);
  });

  test.each(oddNames)('$name is shown as text if it does not exist', async ({ file }) => {
    const outcome = await release({ dockerfile: file });
    expect(outcome.actions.errors[0]?.title).toBe('The build context cannot be packed');
    expectInert(outcome);
  });

  test.each(oddNames)('$name is shown as text in a plan', async ({ file }) => {
    write(file);
    const outcome = await release({ dockerfile: file, 'dry-run': 'true' });
    expect(outcome.succeeded).toBe(true);
    expectInert(outcome);
    expect(outcome.actions.outputs['plan']).toContain(JSON.stringify(file));
  });
});

describe('a file in the build context whose name is', () => {
  test('unusual is packed', async () => {
    for (const { file } of oddFiles) write(`data/${file}`);
    const outcome = await release();
    expect(outcome.actions.errors).toEqual([]);
    expect(outcome.actions.summary).toContain(`: ${oddFiles.length + 2} files of `);
    expectInert(outcome);
  });

  test('unusual is shown as text if it is excluded because it may contain secrets', async () => {
    for (const { file } of oddFiles) write(`${file}.pem`);
    const outcome = await release();
    expect(outcome.succeeded).toBe(true);
    expect(outcome.actions.log.join('\n')).toContain(
      'Excluded, because they may contain secrets: `##',
    );
    expectInert(outcome);
  });

  test.each(oddFiles)(
    '$name is shown as text if it is a link out of the build context',
    async ({ file }) => {
      symlinkSync(`../../${file}`, join(checkout.workspace, file));
      const outcome = await release();
      expect(outcome.actions.errors[0]?.title).toBe('The build context cannot be packed');
      expect(outcome.actions.errors[0]?.message).toContain('points outside the context');
      expectInert(outcome);
    },
  );
});

test.each(oddNames)('a folder whose name is $name is shown as text', async ({ file }) => {
  write(`${file}/Dockerfile`);
  expectInert(await release({ 'build-context': file }));
  expectInert(await release({ 'build-context': `${file}/gone` }));
});
