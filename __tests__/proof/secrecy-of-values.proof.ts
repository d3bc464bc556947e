import { describe, expect, test } from '@jest/globals';
import { credentials } from '../support/release-run.js';
import { disclosures } from './secrecy/disclosure.js';
import { give, ways } from './secrecy/giving.js';
import {
  all,
  token,
  unusedToken,
  github,
  withGitHub,
  release,
  password,
  username,
  everything,
  known,
  expectSecrecy,
  expectSecrecyOfRequests,
  onStage,
} from './secrecy/rehearsal.js';

/** Awkward values are released in every form. Each one arrives unchanged, and none is shown. */
withGitHub();

describe.each(Object.entries(credentials))(
  'awkward values that are released with the %s',
  (_, credential) => {
    test.each(ways)('in `%s` arrive unchanged and are not shown', async (way) => {
      for (const batch of all) {
        const given = give(way, batch);
        await onStage(
          () => undefined,
          async (stage) => {
            const seen = await release(stage, { inputs: { ...credential, ...everything }, given });
            expect(seen.succeeded).toBe(true);
            const { emulator } = stage;
            expect(emulator.state.secretSet('keys')?.values).toEqual(given.expected);
            expect(emulator.state.serving('voice')?.secretValues).toEqual(given.expected);
            const auth = Buffer.from(`${username}:${password}`).toString('base64');
            expect(
              emulator.requests
                .filter(({ path }) => path.endsWith('/secrets/registry'))
                .filter(({ method }) => method === 'PUT')
                .map(({ body }) => body),
            ).toMatchObject([{ secretValue: auth, isImagePullSecret: true }]);
            expectSecrecy(seen, known(batch));
            expectSecrecyOfRequests(emulator, known(batch));
          },
        );
      }
    });

    test('are not shown in a plan, its output and its comment', async () => {
      for (const batch of all) {
        await onStage(
          ({ emulator }) => {
            emulator.seed.secretSet({
              name: 'keys',
              values: { KEY_0: 'old-value', GONE: 'other' },
            });
          },
          async (stage) => {
            github.comments = [];
            const seen = await release(stage, {
              inputs: { ...credential, ...everything, 'dry-run': 'true', comment: 'true' },
              given: give('secrets-env', batch),
              event: { eventName: 'pull_request', payload: { pull_request: { number: 7 } } },
            });
            expect(seen.succeeded).toBe(true);
            expectSecrecy(seen, known(batch));
            expect(github.comments).toHaveLength(1);
            expect(disclosures(known(batch), JSON.stringify(github.comments))).toEqual([]);
          },
        );
      }
    });

    test('are not shown with versioned sets, several regions and GitHub deployments', async () => {
      for (const batch of all) {
        await onStage(
          () => undefined,
          async (stage) => {
            github.deployments.length = 0;
            const seen = await release(stage, {
              inputs: {
                ...credential,
                region: 'us-west, eu-central',
                'secret-set': 'keys-{region}-{version}',
                'agent-name': 'voice-{region}',
                image: 'ghcr.io/acme/voice:1.0.0',
                environment: 'production-{region}',
              },
              given: give('secrets-json', batch),
            });
            expect(seen.succeeded).toBe(true);
            for (const { values: arrived } of stage.emulator.state.secretSets()) {
              expect(arrived).toEqual(give('secrets-json', batch).expected);
            }
            expectSecrecy(seen, [...batch.map(({ value }) => value), unusedToken, token]);
            expect(github.deployments).toHaveLength(2);
            expect(
              disclosures(
                known(batch),
                JSON.stringify([github.deployments, github.requests.map(({ body }) => body)]),
              ),
            ).toEqual([]);
          },
        );
      }
    });
  },
);
