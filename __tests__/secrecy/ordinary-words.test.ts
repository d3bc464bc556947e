import { describe, expect, test } from '@jest/globals';
import { isOrdinary } from '../../src/secrecy/ordinary-words.js';
import { stageForEachTest } from '../support/release-run.js';

const stage = stageForEachTest();

describe('the value of a secret', () => {
  test.each([
    ...['true', 'False', 'none', 'null', 'debug', 'WARNING', 'production', 'staging', 'dev'],
    ...['us-west', 'us-east-1', 'eu-central-1', 'europe-west4', 'ap-southeast-2', 'us-gov-west-1'],
    ...['mars-north', 'front-desk', 'ready', 'updated', '8080', '0.75', '123456'],
  ])('%s is an ordinary word', (value) => {
    expect(isOrdinary('SETTING', value, ['mars-north', 'front-desk'])).toBe(true);
  });

  test.each(['1234567', '1.234567', 'us-password', 'hunter2', 'my-east', 'true story', '', '+'])(
    '%j may be secret',
    (value) => {
      expect(isOrdinary('SETTING', value, [])).toBe(false);
    },
  );

  test.each(['API_KEY', 'token', 'DB_PASSWORD', 'X_PASS', 'PIN', 'ZIP_CODE', 'CLIENT_SECRET'])(
    'of the key %s is always treated as secret',
    (key) => {
      expect(isOrdinary(key, 'production', [])).toBe(false);
    },
  );
});

test('a release sends ordinary words, names their keys and does not mask them', async () => {
  const { succeeded, actions } = await stage.release({
    'api-key': 'sk_emulator',
    region: 'us-west',
    'agent-name': 'front-desk',
    image: 'ghcr.io/acme/voice:1.0.0',
    'secret-set': 'desk-keys',
    secrets:
      'ENVIRONMENT=production\nUSE_VAD=true\nAGENT=front-desk\nDB_PASSWORD=debug\nA=hidden-value',
  });
  expect(succeeded).toBe(true);
  expect(stage.emulator.state.secretSet('desk-keys')?.values).toEqual({
    ENVIRONMENT: 'production',
    USE_VAD: 'true',
    AGENT: 'front-desk',
    DB_PASSWORD: 'debug',
    A: 'hidden-value',
  });
  expect(actions.masks).toEqual(expect.arrayContaining(['debug', 'hidden-value']));
  for (const word of ['production', 'true', 'front-desk'])
    expect(actions.masks).not.toContain(word);
  const named = '`ENVIRONMENT`, `USE_VAD`, `AGENT`';
  expect(actions.log.join('\n')).toContain(named);
  expect(actions.summary).toContain(named);
});
