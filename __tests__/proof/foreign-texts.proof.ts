import { describe, expect, test } from '@jest/globals';
import { agentFiles, checkoutForEachTest } from '../support/checkout.js';
import { credentials } from '../support/release-run.js';
import { failures, regionsPath, fault, answered, type Failure } from './secrecy/echoes.js';
import { give } from './secrecy/giving.js';
import { foreignElements, structureOf } from './secrecy/markdown-structure.js';
import {
  withGitHub,
  release,
  everything,
  known,
  expectSecrecy,
  onStage,
} from './secrecy/rehearsal.js';
import { commandsIn } from './secrecy/runner-commands.js';

/** Texts from the platform, from agents and from storage are shown as plain text. */
withGitHub();

const checkout = checkoutForEachTest();

const payloads = [
  '::set-output name=x::y',
  '::add-mask::the',
  '::stop-commands::x',
  '##[error]x',
  '##vso[task.setvariable]x',
  '\r::error::x',
  '\u001b[31m::error::x',
  '\u2028::error::x',
  '\u0085::error::x',
  '\u200b::error::x',
  '\ufe0f::error::x',
  '#\u034f#[error]x',
  '  \u00a0\u3000::warning::x',
  '</details><img src=x onerror=alert(1)>',
  '![x](https://evil.example/x.png) [link](https://evil.example) https://evil.example <https://evil.example>',
  '```\n# heading\n```mermaid\ngraph TD',
  '` `` ``` ` | a | b |\n| --- | --- |\n',
  '@somebody #123 <!-- x --> &lt;b&gt; **bold** _it_ ~~x~~ \\',
  '- [ ] task\n1. one\n> quote\n---\n===',
  '%0A::error::x%0D%25',
];

/** A text like the others, but harmless. */
const plain = Array.from({ length: 4 }, () => 'told plain words\nplain words\ntold').join('\n');

/** Several of them in one text that is short enough not to be cut in a quoted message. */
const texts = Array.from({ length: 5 }, (_, index) =>
  payloads
    .filter((_payload, at) => at % 5 === index)
    .map((payload) => `told ${payload}\n${payload}\ntold`)
    .join('\n'),
);

describe('text from outside gives no commands and stays text', () => {
  const outside: readonly Failure[] = [
    ...failures.filter(({ name }) => !/redirect|hang|never|break|cut off/.test(name)),
    {
      name: 'names of organizations',
      inputs: { organization: 'initech' },
      isTold: false,
      prepare: fault({ path: '/v1/organizations' }, (name) =>
        answered({ organizations: [{ name }] }),
      ),
    },
    {
      name: 'names of regions',
      inputs: { region: 'eu-west' },
      isTold: false,
      prepare: fault(regionsPath, (code) => answered({ regions: [{ code }] })),
    },
    {
      name: 'the name of the default region',
      isTold: false,
      prepare: fault({ path: /properties$/ }, (name) =>
        answered({ properties: { defaultRegion: name } }),
      ),
    },
    {
      name: 'names and settings of agents',
      isTold: false,
      prepare: ({ emulator }, text) => {
        emulator.seed.secretSet({ name: 'keys', values: { [text]: 'x' } });
        emulator.script.fault(
          { method: 'GET', path: /\/(agents|services)$/ },
          answered({ services: [{ name: text }, { name: 'voice' }] }),
          { times: 9 },
        );
        emulator.script.fault(
          { method: 'GET', path: /\/(agents|services)\/voice$/ },
          answered({
            name: 'voice',
            region: 'us-west',
            desiredDeploymentId: text,
            agentProfile: text,
            websocketAuth: text,
            git: { repoFullName: text, branch: text, autoDeploy: true },
            deployment: {
              id: text,
              manifest: { spec: { image: text, arch: text, envFromSecretNames: [text] } },
            },
          }),
          { times: 1 },
        );
      },
      inputs: { 'prune-secrets': 'true' },
    },
  ];

  test.each(outside)('$name', async (failure) => {
    const structures = new Set<string>();
    for (const text of [plain, ...texts]) {
      await onStage(
        (stage) => {
          failure.prepare(stage, text);
        },
        async (stage) => {
          const seen = await release(stage, {
            inputs: {
              ...credentials.token,
              ...everything,
              ...failure.inputs,
              ...(failure.builds === true ? { image: '', 'cloud-build': 'true' } : {}),
            },
            given: give('secrets', [{ kind: 'plain', value: 'hidden-value-1' }]),
            environment: failure.builds === true ? checkout.environment : {},
          });
          const names = new Set(commandsIn(seen.actions.raw).map(({ name }) => name));
          for (const name of ['debug', 'group', 'endgroup', 'notice', 'warning', 'error'])
            names.delete(name);
          expect([...names]).toEqual([]);
          // Each command is from the action itself.
          expect(commandsIn(seen.actions.raw)).toHaveLength(
            seen.actions.log.filter((line) => !line.startsWith('info: ')).length,
          );
          expect(foreignElements(seen.actions.summary)).toEqual([]);
          structures.add(
            structureOf(seen.actions.summary)
              .filter((one) => !['codespan', 'html <br>', 'br'].includes(one))
              .join(' '),
          );
        },
      );
    }
    expect([...structures]).toHaveLength(1);
  });

  test('names of files in a build context', async () => {
    for (const name of [
      '.env.::error::x',
      '.env.##[error]x',
      '.env.\n::error::x',
      '.env.`|<b>',
      '.env.\r::error::x',
      '.env.hidden-value-1',
    ]) {
      checkout.write({ ...agentFiles, [name]: 'x', [`folder ${name}/x.pem`]: 'x' });
    }
    await onStage(
      () => undefined,
      async (stage) => {
        const batch = [{ kind: 'plain', value: 'hidden-value-1' }];
        const seen = await release(stage, {
          inputs: { ...credentials.token, ...everything, image: '', 'cloud-build': 'true' },
          given: give('secrets', batch),
          environment: checkout.environment,
        });
        expect(seen.actions.everything).toContain('Excluded, because they may contain secrets');
        expectSecrecy(seen, known(batch));
        expect(foreignElements(seen.actions.summary)).toEqual([]);
      },
    );
  });
});
