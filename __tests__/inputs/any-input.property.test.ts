import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { inputNames, type InputName } from '../../src/inputs/declared.js';
import {
  isClosedRepository,
  isForkWithSecrets,
  pullRequestNumber,
} from '../../src/github/event.js';
import { readInputs } from '../../src/inputs/read-inputs.js';
import { run } from '../../src/run/run.js';
import { failureKinds } from '../../src/report/failures.js';
import { RecordedActions } from '../support/recorded-actions.js';
import { anyImage, inputVariables } from '../support/release-run.js';
import { jsonTexts, piecesOf, snags, texts, tries } from '../support/properties.js';
import { TestClock } from '../support/test-clock.js';

/** Whatever is given, the action reads it or says what is wrong with it. */

let workspace: string;

beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'checkout-'));
  mkdirSync(join(workspace, 'temporary'));
  writeFileSync(join(workspace, 'Dockerfile'), 'FROM dailyco/pipecat-base\n');
});

afterAll(() => {
  rmSync(workspace, { recursive: true });
});

/** Texts of the right kind for some input, so that more is read than the first mistake. */
const sound: Partial<Record<InputName, readonly string[]>> = {
  region: ['us-west', 'us-west, eu-central'],
  'secret-set': ['keys', 'keys-{region}', 'us-west: keys\n*: keys-{region}', 'keys-{version}'],
  secrets: ['A=1\nB=2', 'A<<END\n1\n2\nEND'],
  'secrets-json': ['{"A": "1", "B": null}', 'null'],
  'secrets-include': ['*', '{A,B}*, !C'],
  'secrets-env': ['A', 'B=A', 'toString'],
  'secrets-file': ['secrets.env', 'Dockerfile, secrets.env'],
  'required-secrets': ['A, B', '.env.example'],
  'agent-name': ['voice', 'voice-{region}'],
  image: ['ghcr.io/acme/voice:1.0'],
  'image-credentials': ['registry-{region}'],
  registry: ['ghcr.io', 'https://user:secret@ghcr.io'],
  'registry-username': ['acme', 'acme:secret'],
  'registry-password': ['ghs_secret'],
  'cloud-build': ['true'],
  'build-exclude': ['docs, **/tests', '[a-', '!x'],
  'min-agents': ['1', 'us-west: 2\n*: 0', '51'],
  'dry-run': ['true'],
  comment: ['true'],
  environment: ['production-{region}'],
  'config-file': ['pcc-deploy.toml'],
  'api-url': ['https://example.com/a?b', 'http://example.com'],
};

const tomlSnags = fc.constantFrom(
  ...[
    'agent_name = ',
    'image = ',
    '[scaling]',
    'min_agents = ',
    '[build]',
    '[build.exclude]',
    '\n',
  ],
  ...['patterns = [', ']', '"a"', '"""', "'", '1', '1.5', '1979-05-27', '[[git]]', '__proto__ = 1'],
  ...['constructor.a = 1', '[__proto__]', '{ a = 1 }', 'inf', '0x10', '[resources]', 'cpu = 1'],
);

const fileTexts = fc.oneof(
  texts,
  jsonTexts,
  fc.array(tomlSnags, { maxLength: 12 }).map((parts) => parts.join('')),
);

const given = fc
  .array(
    fc.constantFrom(...inputNames).chain((name) =>
      fc.tuple(
        fc.constant(name),
        fc
          .oneof(
            { weight: 2, arbitrary: texts },
            { weight: 1, arbitrary: jsonTexts },
            { weight: 3, arbitrary: fc.constantFrom(...(sound[name] ?? ['true', 'auto', '60'])) },
          )
          // No environment variable can hold it.
          .map((text) => text.replaceAll('\0', '')),
      ),
    ),
    { maxLength: 16 },
  )
  .map((pairs) => Object.fromEntries(pairs));

const variables = fc.dictionary(
  fc.constantFrom('A', 'GITHUB_REPOSITORY', 'GITHUB_API_URL', 'PIPECAT_ORG', 'PIPECAT_API_HOST'),
  texts,
);

const payloads = fc.oneof(
  fc.jsonValue(),
  fc.record(
    {
      repository: fc.oneof(fc.jsonValue(), fc.record({ full_name: texts, private: fc.boolean() })),
      pull_request: fc.oneof(
        fc.jsonValue(),
        fc.record({
          number: fc.integer(),
          head: fc.oneof(fc.jsonValue(), fc.record({ repo: fc.jsonValue() })),
        }),
      ),
    },
    { requiredKeys: [] },
  ),
);

const eventNames = fc.constantFrom('push', 'pull_request', 'pull_request_target');

interface Case {
  readonly inputs: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly file?: string;
  readonly eventName?: string;
  readonly payload?: unknown;
}

function readFileOf(file: string) {
  return (path: string) =>
    /secrets\.env|pcc-deploy\.toml|\.env\.example/.test(path)
      ? Promise.resolve(file)
      : Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' }));
}

/** Without a credential nothing can be sent, whatever else is given. */
async function runWith({
  inputs,
  environment = {},
  file = '',
  eventName = 'push',
  payload = {},
}: Case): Promise<{ succeeded: boolean; actions: RecordedActions }> {
  const actions = new RecordedActions();
  const others = Object.entries(inputs).filter(([name]) => !['api-key', 'pat'].includes(name));
  const succeeded = await run({
    lookUpImage: anyImage,
    environment: {
      ...environment,
      GITHUB_WORKSPACE: workspace,
      RUNNER_TEMP: join(workspace, 'temporary'),
      GITHUB_EVENT_NAME: eventName,
      ...inputVariables({ 'dry-run': 'true', ...Object.fromEntries(others) }),
    },
    actions,
    clock: new TestClock(),
    cancellation: new AbortController().signal,
    readFile: readFileOf(file),
    workflowEvent: () => Promise.resolve({ eventName, payload }),
  });
  return { succeeded, actions };
}

test('any inputs are read, or each mistake has its input and says what is wrong', async () => {
  await fc.assert(
    fc.asyncProperty(given, variables, fileTexts, async (inputs, environment, file) => {
      const reading = await readInputs(
        { ...environment, GITHUB_WORKSPACE: '/workspace', ...inputVariables(inputs) },
        readFileOf(file),
      );
      if (reading.problems.length > 0) expect(reading.inputs).toBeUndefined();
      else expect(reading.inputs).toBeDefined();
      for (const { input, message } of reading.problems) {
        expect(input).toMatch(/^[a-z-]+$|\(pcc-deploy\.toml\)$|\(.*\)$/);
        expect(message.length).toBeGreaterThan(10);
      }
    }),
    tries(150),
  );
});

test('any inputs and event end in a success, or in a failure that is explained', async () => {
  await fc.assert(
    fc.asyncProperty(
      given,
      variables,
      fileTexts,
      eventNames,
      payloads,
      async (inputs, environment, file, eventName, payload) => {
        const { succeeded, actions } = await runWith({
          inputs,
          environment,
          file,
          eventName,
          payload,
        });
        expect(actions.errors).toHaveLength(succeeded ? 0 : 1);
        expect(actions.everything).not.toContain(failureKinds.unexpected.title);
        expect(actions.errors[0]?.message ?? '').not.toContain('is not known');
      },
    ),
    tries(100),
  );
});

test('any event is understood, or is one of which nothing is known', () => {
  fc.assert(
    fc.property(eventNames, payloads, (eventName, payload) => {
      const event = { eventName, payload };
      expect(typeof isForkWithSecrets(event)).toBe('boolean');
      expect(typeof isClosedRepository(event)).toBe('boolean');
      expect(['number', 'undefined']).toContain(typeof pullRequestNumber(event));
    }),
    tries(150),
  );
});

describe('a secret that stands in another input by mistake is not shown', () => {
  /** Of letters that none of the messages has, so that any piece of it would be known. */
  const lines = fc
    .array(
      fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom('Ж', 'Ю', 'Щ', 'Ъ', 'Q', 'ж') },
        {
          weight: 2,
          arbitrary: fc.constantFrom(' ', '  ', '\t', '"', '`', '\\', ':', '{', '@', '/', '?', '<'),
        },
      ),
      { minLength: 6, maxLength: 90 },
    )
    .map((letters) => letters.join('').trim())
    .filter((line) => line.length >= 6);
  const secrets = fc.oneof(
    { weight: 4, arbitrary: lines },
    {
      weight: 1,
      arbitrary: fc.array(lines, { minLength: 2, maxLength: 3 }).map((all) => all.join('\n')),
    },
  );
  const around = fc.constantFrom(
    ...[
      ['', ''],
      ['https://', ''],
      ['http://', '/'],
      ['us-west: ', ''],
      ['', ', us-west'],
      ['!', ''],
    ],
    ...[
      ['A=', ''],
      ['', '='],
      ['./', '.env'],
      ['{', '}'],
      ['"', '"'],
      ['ghcr.io/', ''],
    ],
  );

  test.each(inputNames.filter((name) => !['api-key', 'pat', 'secrets'].includes(name)))(
    '%s',
    async (name) => {
      await fc.assert(
        fc.asyncProperty(secrets, around, async (secret, [before = '', after = '']) => {
          const { actions } = await runWith({
            inputs: {
              'agent-name': 'voice',
              'secret-set': 'keys',
              secrets: `KEY<<END\n${secret}\nEND`,
              [name]: before + secret + after,
            },
          });
          for (const piece of secret.split('\n').flatMap((line) => piecesOf(line))) {
            // What is left between two pieces that are known is shorter than what is masked.
            if (/[ЖЮЩЪQж]{3}/.test(piece)) expect(actions.everything).not.toContain(piece);
          }
        }),
        tries(5),
      );
    },
  );
});

test('a variable that looks like an input is no more than a warning or a mistake', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(texts, snags), texts, async (name, value) => {
      const { actions } = await runWith({ inputs: {}, environment: { [`INPUT_${name}`]: value } });
      expect(actions.everything).not.toContain(failureKinds.unexpected.title);
    }),
    tries(100),
  );
});
