import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startEmulator, type Emulator } from '../../emulator/index.js';
import { runAction } from '../../scripts/runner.js';
import { printTable } from '../../scripts/tables.js';
import { credentials } from '../support/release-run.js';

/** Whatever the platform sends, the release is reported within the memory of a small runner. */

const megabyte = 1_000_000;
/** Maximum heap of Node.js in megabytes. If it needs more, V8 aborts the process. */
const heap = 192;
const secret = 'hidden-value-that-nobody-may-see';

/** This many bytes that repeat a secret, in several lines or in one. */
function textOf(bytes: number, { lines }: { readonly lines: boolean }): string {
  const part = `${'abcdefgh '.repeat(20)}${secret}${lines ? '\n' : ' '}`;
  return part.repeat(Math.ceil(bytes / part.length)).slice(0, bytes);
}

let emulator: Emulator;

beforeEach(async () => {
  emulator = await startEmulator({ secretSetDelay: 100, deploymentDelay: 150, buildDelay: 200 });
});

afterEach(() => emulator.close());

const voice = {
  ...credentials['API key'],
  region: 'us-west',
  'agent-name': 'voice',
  image: 'ghcr.io/acme/voice:1',
  'secret-set': 'keys',
  secrets: `OPENAI_KEY=${secret}`,
  'failure-logs': 'always',
};
const building = { ...voice, image: '', 'cloud-build': 'true' };
const files = { Dockerfile: 'FROM scratch\n' };

const rows: string[][] = [['what is large', 'MB', 'exit', 's', 'MiB at most']];

interface Case {
  readonly name: string;
  readonly megabytes: number;
  readonly prepare: (text: string) => void;
  readonly isInLines?: true;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly exitCode: 0 | 1;
  /** A text that the summary must contain. */
  readonly says: string;
}

const failed = 'is not serving';

const cases: readonly Case[] = [
  {
    name: 'a traceback in one line',
    megabytes: 40,
    prepare: (message) => {
      emulator.script.deployment('voice', { outcome: 'crash-loop', health: { message } });
    },
    exitCode: 1,
    says: failed,
  },
  {
    name: 'a traceback of many lines',
    megabytes: 40,
    isInLines: true,
    prepare: (message) => {
      emulator.script.deployment('voice', { outcome: 'crash-loop', health: { message } });
    },
    exitCode: 1,
    says: failed,
  },
  {
    name: 'a headline',
    megabytes: 30,
    prepare: (headline) => {
      emulator.script.deployment('voice', { outcome: 'crash-loop', health: { headline } });
    },
    exitCode: 1,
    says: failed,
  },
  {
    name: 'the message of an error',
    megabytes: 30,
    prepare: (message) => {
      const errors = [{ code: 'PCC_UNKNOWN_ERROR', message }];
      emulator.script.deployment('voice', { outcome: 'error', errors });
    },
    exitCode: 1,
    says: failed,
  },
  {
    name: 'the log of an agent',
    megabytes: 35,
    isInLines: true,
    prepare: (text) => {
      emulator.script.deployment('voice', { outcome: 'crash-loop', logs: text.split('\n') });
      emulator.script.fault(
        { path: /\/logs$/ },
        { kind: 'status', status: 200, body: { logs: [{ log: text }] } },
        { times: 9 },
      );
    },
    exitCode: 1,
    says: failed,
  },
  {
    name: 'the message of a rejection',
    megabytes: 35,
    prepare: (error) => {
      emulator.script.fault(
        { method: 'POST', path: '/v1/agents' },
        { kind: 'status', status: 422, body: { error, code: 'TOO_LONG' } },
      );
    },
    exitCode: 1,
    says: '422',
  },
  {
    name: 'the page of a gateway during the rollout',
    megabytes: 40,
    isInLines: true,
    prepare: (page) => {
      emulator.script.fault(
        { method: 'GET', path: '/v1/agents/voice' },
        { kind: 'status', status: 502, body: `<html>${page}</html>` },
        { skip: 2, times: 1 },
      );
    },
    exitCode: 0,
    says: 'it is serving',
  },
  {
    name: 'the warning of a deploy',
    megabytes: 30,
    prepare: (warning) => {
      emulator.script.fault(
        { method: 'POST', path: '/v1/agents' },
        { kind: 'altered', change: (answer) => ({ ...(answer as object), warning }) },
      );
    },
    exitCode: 0,
    says: 'it is serving',
  },
  {
    name: 'the reason why a set failed',
    megabytes: 30,
    prepare: (errorMessage) => {
      emulator.script.provisioning('keys', { outcome: 'failed', errorMessage });
    },
    exitCode: 1,
    says: 'could not be provisioned',
  },
  {
    name: 'the log of a build',
    megabytes: 35,
    isInLines: true,
    inputs: building,
    prepare: (text) => {
      emulator.script.build({ outcome: 'failed', logs: text.split('\n') });
    },
    exitCode: 1,
    says: 'The cloud build failed',
  },
  {
    name: 'the response of storage',
    megabytes: 35,
    inputs: building,
    prepare: (text) => {
      emulator.script.fault(
        { method: 'POST', path: /^\/storage\// },
        { kind: 'status', status: 403, body: `<Error><Code>No</Code><Message>${text}</Message>` },
        { times: 9 },
      );
    },
    exitCode: 1,
    says: '403',
  },
  {
    name: 'a response that is too large',
    megabytes: 80,
    prepare: (text) => {
      emulator.script.fault(
        { method: 'GET', path: '/v1/agents/voice' },
        { kind: 'status', status: 200, body: { name: 'voice', text } },
        { skip: 2, times: 1 },
      );
    },
    exitCode: 0,
    says: 'it is serving',
  },
];

describe(`a release in ${heap} MB of heap is reported without a secret if the platform sends`, () => {
  test.each(cases)(
    '$name of $megabytes MB',
    async ({ name, megabytes, prepare, isInLines, inputs, exitCode, says }) => {
      prepare(textOf(megabytes * megabyte, { lines: isInLines === true }));
      const run = await runAction({
        inputs: { 'api-url': emulator.url, ...(inputs ?? voice) },
        files,
        debug: true,
        measuresMemory: true,
        environment: { NODE_OPTIONS: `--max-old-space-size=${heap}` },
      });
      const peak =
        run.peakMemory === undefined ? '?' : String(Math.round(run.peakMemory / 2 ** 20));
      const seconds = ((run.endedAt - run.startedAt) / 1000).toFixed(1);
      rows.push([name, String(megabytes), String(run.exitCode), seconds, peak]);
      const shown = run.raw
        .split('\n')
        .filter((line) => !line.startsWith('::add-mask::'))
        .join('\n');
      expect(shown).not.toContain('heap out of memory');
      expect({ exitCode: run.exitCode, summary: run.summary }).toEqual({
        exitCode,
        summary: expect.stringContaining(says),
      });
      expect(`${shown}\n${run.summary}\n${JSON.stringify(run.outputs)}`).not.toContain(secret);
      expect(run.summary.length + shown.length).toBeLessThan(3 * megabyte);
      expect(run.endedAt - run.startedAt).toBeLessThan(45_000);
    },
    120_000,
  );

  test('the limit of the heap is effective', () => {
    printTable(rows);
  });
});
