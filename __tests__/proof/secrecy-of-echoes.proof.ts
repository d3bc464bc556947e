import { describe, expect, test } from '@jest/globals';
import { checkoutForEachTest } from '../support/checkout.js';
import { credentials } from '../support/release-run.js';
import { echoOf, failures, put, regionsPath } from './secrecy/echoes.js';
import { give, ways } from './secrecy/giving.js';
import {
  all,
  marker,
  github,
  withGitHub,
  release,
  everything,
  known,
  expectSecrecy,
  expectSecrecyOfRequests,
  onStage,
} from './secrecy/rehearsal.js';

/** The platform, storage, GitHub and the agent repeat secret values in responses and logs. No value is shown. */
withGitHub();

const checkout = checkoutForEachTest();

describe.each(failures)('secret values in $name', (failure) => {
  test.each(Object.entries(credentials))('are not shown, with the %s', async (name, credential) => {
    const { inputs, prepare, isTold = true, succeeds = false } = failure;
    const { builds = false, throwsValues = false } = failure;
    for (const [round, batch] of all.entries()) {
      // Each value is tried with each failure, with one of the credentials.
      if (round % 2 === (name === 'token' ? 0 : 1)) continue;
      await onStage(
        (stage) => {
          prepare(stage, echoOf(batch, round), batch);
        },
        async (stage) => {
          const seen = await release(stage, {
            inputs: {
              ...credential,
              ...everything,
              ...inputs,
              ...(builds ? { image: '', 'cloud-build': 'true' } : {}),
            },
            given: give(ways[round % ways.length] ?? 'secrets', batch),
            environment: builds ? checkout.environment : {},
          });
          expect(seen.succeeded).toBe(succeeds);
          if (isTold) expect(seen.actions.everything).toContain(marker);
          const errors = throwsValues ? [] : seen.errors;
          expectSecrecy({ ...seen, errors }, known(batch));
          expectSecrecyOfRequests(stage.emulator, known(batch));
        },
      );
    }
  });
});

test('the host of a redirect is not shown if it is a secret value', async () => {
  const value = 'hidden-w8x7v6u5t4s3';
  for (const path of [put, regionsPath]) {
    await onStage(
      ({ emulator }) => {
        emulator.script.fault(path, {
          kind: 'status',
          status: 307,
          body: '',
          headers: { location: `https://${value}.example/path` },
        });
      },
      async (stage) => {
        const batch = [{ kind: 'a host', value }];
        const inputs = { ...credentials['API key'], ...everything };
        const seen = await release(stage, { inputs, given: give('secrets', batch) });
        expect(seen.actions.summary).toContain('redirect');
        expectSecrecy(seen, known(batch));
      },
    );
  }
});

test.each([
  {
    name: 'a rejection',
    spoiled: (echo: string) => ({
      status: 422,
      body: JSON.stringify({ message: echo, errors: [echo, { message: echo }] }),
    }),
  },
  {
    name: 'a redirect',
    spoiled: () => ({ status: 307, headers: { location: 'https://hidden-w8x7v6u5t4s3.example/' } }),
  },
])('$name of GitHub shows no value', async ({ spoiled }) => {
  for (const [round, batch] of all.entries()) {
    const given = [...batch, { kind: 'a host', value: 'hidden-w8x7v6u5t4s3' }];
    await onStage(
      () => undefined,
      async (stage) => {
        github.spoiled.push({ kind: 'answer', ...spoiled(echoOf(batch, round)) });
        const seen = await release(stage, {
          inputs: { ...credentials['API key'], ...everything, environment: 'production' },
          given: give('secrets-env', given),
        });
        expect(seen.actions.warnings.join()).toContain('GitHub deployments are not complete');
        expectSecrecy(seen, known(given));
      },
    );
  }
});

/** Inputs that are not for secrets, each with a secret value in it. */
