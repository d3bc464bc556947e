import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { readFiles } from '../../../src/inputs/secrets/files.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function read(files: Record<string, string>, paths = Object.keys(files)) {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const reading = await readFiles(paths, (path) => readFile(join(folder, path), 'utf8'));
  return {
    problems: reading.problems,
    remarks: reading.remarks,
    suspects: reading.possibleSecrets.map((suspect) => suspect.reveal()),
    pairs: Object.fromEntries(reading.entries.map(({ key, value }) => [key, value.reveal()])),
  };
}

/** What python-dotenv makes of files; `python-dotenv.py` records it. */
const { cases } = v.parse(
  v.object({
    cases: v.array(
      v.object({
        name: v.string(),
        text: v.string(),
        /** Keys that are an error here, each for a reason of its own. */
        refused: v.optional(v.array(v.string()), []),
        values: v.record(v.string(), v.nullable(v.string())),
        unparsable: v.array(v.number()),
      }),
    ),
  }),
  JSON.parse(await readFile(new URL('python-dotenv.json', import.meta.url), 'utf8')),
);

describe('a value is what python-dotenv makes of it, or its key is an error', () => {
  test.each(cases)('$name', async ({ text, refused, values, unparsable }) => {
    const { pairs, problems } = await read({ '.env': text });
    const [first] = unparsable;
    if (first !== undefined) {
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(/^`\.env` line \d+.*[Rr]eading stopped here$/);
      return;
    }
    expect(problems).toHaveLength(refused.length);
    for (const [index, key] of refused.entries()) expect(problems[index]).toContain(`\`${key}\``);
    const isSent = ([key, value]: [string, string | null]): boolean =>
      value !== null && !refused.includes(key);
    expect(Object.entries(pairs).filter(isSent)).toEqual(Object.entries(values).filter(isSent));
  });

  test.each(cases.filter(({ unparsable }) => unparsable.length > 0))(
    '$name is an error with the line where it begins, or of a line before that is part of a value',
    async ({ text, unparsable }) => {
      const { problems } = await read({ '.env': text });
      const line = Number(/line (\d+)/.exec(problems.join())?.[1]);
      expect(line).toBeGreaterThan(0);
      expect(line).toBeLessThanOrEqual(unparsable[0] ?? 0);
    },
  );
});

describe('a reference is only ever resolved from the same file', () => {
  test.each([
    {
      name: 'that is not set',
      text: 'URL=${HOME}/app',
      told: 'contains `${HOME}`, which python-dotenv replaces, and the file does not set that name',
    },
    {
      name: 'that is set further down',
      text: "URL='${HOST}/app'\nHOST=db",
      told: 'the file sets that name only further down',
    },
    {
      name: 'that is a bare name',
      text: 'HOST\nURL=${HOST}/app',
      told: 'the file has no usable value for that name',
    },
    {
      name: 'that may be part of a secret',
      text: 'URL=x${hidden}y',
      told: 'contains a reference such as `${NAME}`, which python-dotenv replaces',
    },
  ])('a name $name is an error with the way out', async ({ text, told }) => {
    const { problems, suspects } = await read({ '.env': text });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(told);
    expect(problems[0]).toMatch(/: `URL` contains .*\. Pass `URL` with `secrets-env`$/);
    expect(problems[0]).not.toMatch(/hidden/);
    expect(suspects.join()).not.toBe('');
  });

  test('not from another file', async () => {
    const { problems } = await read({ 'a.env': 'HOST=db', 'b.env': 'URL=${HOST}' });
    expect(problems).toEqual([
      '`b.env` line 1: `URL` contains `${HOST}`, which python-dotenv replaces, and the file does not set that name. Pass `URL` with `secrets-env`',
    ]);
  });

  test('a value that would fill the memory is an error', async () => {
    const lines = Array.from({ length: 40 }, (_, line) => `A${line + 1}=\${A${line}}\${A${line}}`);
    const { problems } = await read({ '.env': ['A0=x', ...lines].join('\n') });
    expect(problems[0]).toContain('line 22: `A21` contains `${A20}`');
    expect(problems[0]).toContain('would make the value longer than 1 MiB');
  });
});

test('a bare name is left out, and the log says so', async () => {
  const { pairs, problems, remarks } = await read({ '.env': 'A=1\nWITHOUT_VALUE\nB=2' });
  expect(pairs).toEqual({ A: '1', B: '2' });
  expect(problems).toEqual([]);
  expect(remarks).toEqual([
    '`.env` line 2: skipped `WITHOUT_VALUE`, because it has no `=` and no value.',
  ]);
});

test('a bare name that may be part of a value is not shown, and is masked', async () => {
  const { suspects, problems, remarks } = await read({ '.env': 'A=1\nhiddenWORDS' });
  expect(problems).toEqual([]);
  expect(remarks.join()).not.toContain('hidden');
  expect(suspects).toContain('hiddenWORDS');
});

test('several files are one source', async () => {
  const { pairs } = await read({ 'a.env': 'A=1', 'b.env': 'B=2' });
  expect(pairs).toEqual({ A: '1', B: '2' });
});

describe('what is not understood is an error with file and line, without its text', () => {
  test.each([
    {
      name: 'a line without a key',
      text: 'A=1\nhidden words\nB=2',
      told: '`.env` line 2 (after the key `A`): this is not `KEY=value`, so reading stopped here',
    },
    {
      name: 'a quote that does not end',
      text: 'A="hidden\nwords',
      told: '`.env` line 1: the quoted value of `A` has no closing quote',
    },
    {
      name: 'text behind a quote',
      text: `A='hidden's words'`,
      told: '`.env` line 1: text follows the closing quote of the value of `A`, so reading stopped',
    },
    {
      name: 'a bare line that is no name',
      text: 'A=hidden\nc2VjcmV0/words+',
      told: '`.env` line 2 (after the key `A`): this is not `KEY=value`',
    },
    {
      name: 'the end of a base64 text',
      text: 'A=hidden\n\nwordsc2VjcmV0==',
      told: '`.env` line 3 (after the key `A`): this is not `KEY=value`',
    },
    {
      name: 'a key that comes twice',
      text: 'A=hidden\nB=2\nA=words',
      told: '`.env` line 3: `A` is set twice, first in `.env` line 1',
    },
    {
      name: 'a key that is not one for the platform',
      text: 'A.B=1\nA=hidden',
      told: '`.env` line 1: the key `A.B` is not valid',
    },
    {
      name: 'a key so long that it may be something else',
      text: `${'hidden'.repeat(11)}=1`,
      told: '`.env` line 1: the key of 66 characters is not valid',
    },
    { name: 'a file in UTF-16', text: 'A\0=\0hidden', told: '`.env` is not text in UTF-8' },
    { name: 'a file in Latin-1', text: 'A=hidden\ufffd', told: '`.env` is not text in UTF-8' },
  ])('$name', async ({ text, told }) => {
    const { problems, suspects, pairs } = await read({ '.env': text });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(told);
    expect(problems[0]).not.toMatch(/hidden|words/);
    // What was not understood is to be masked all the same.
    expect([...suspects, ...Object.values(pairs)].join()).toMatch(/hidden|words/);
  });

  test('a key in two files', async () => {
    const { problems } = await read({ 'a.env': 'A=1', 'b.env': 'A=2' });
    expect(problems).toEqual(['`b.env` line 1: `A` is set twice, first in `a.env` line 1']);
  });

  test('a file that is not there', async () => {
    const { problems } = await read({}, ['missing.env']);
    expect(problems).toEqual(['`missing.env` cannot be read (this file does not exist)']);
  });
});

describe('a value that is not the secret yet is an error by key, without the value', () => {
  test.each([
    {
      name: 'an expression of GitHub',
      text: 'A=${{ secrets.A }}\nB="x-${{ secrets.hidden }}"\nC=1',
      told: [
        '`.env`: `A`, `B` are a `${{ … }}` expression, which GitHub does not evaluate in a file. Pass the secret with `secrets-env`',
      ],
    },
    {
      name: 'ciphertext of SOPS, its own keys included',
      text: [
        'A=ENC[AES256_GCM,data:hidden,iv:YQ==,tag:YQ==,type:str]',
        'B=ENC[AES256_GCM,data:hidden,iv:YQ==,tag:YQ==,type:str]',
        'sops_age__list_0__map_enc=-----BEGIN AGE ENCRYPTED FILE-----\\nhidden\\n',
        'sops_lastmodified=2026-01-01T00:00:00Z',
        'sops_mac=ENC[AES256_GCM,data:hidden,iv:YQ==,tag:YQ==,type:str]',
        'sops_version=3.9.0',
      ].join('\n'),
      told: [
        '`.env`: `A`, `B` are ciphertext of SOPS. Decrypt the file in a step before, such as with `sops decrypt`, and name the decrypted file',
      ],
    },
    {
      name: 'ciphertext of dotenvx',
      text: 'DOTENV_PUBLIC_KEY="03f8"\nA="encrypted:BFhidden"',
      told: [
        '`.env`: `A` is ciphertext of dotenvx. Decrypt the file in a step before, with `dotenvx decrypt`',
      ],
    },
  ])('$name', async ({ text, told }) => {
    const { problems } = await read({ '.env': text });
    expect(problems).toEqual(told);
  });
});

describe('a line in another notation is named as such', () => {
  test.each([
    { name: 'YAML', text: 'A: hidden', told: '`.env` line 1 has a colon after its key' },
    { name: 'a YAML list', text: '- A=hidden', told: '`.env` line 1 begins with `- `' },
    { name: 'JSON', text: '{\n  "A": "hidden"\n}', told: '`.env` line 1 looks like JSON' },
  ])('$name', async ({ text, told }) => {
    const { problems } = await read({ '.env': text });
    expect(problems).toEqual([expect.stringContaining(told)]);
    expect(problems.join()).not.toContain('hidden');
  });
});
