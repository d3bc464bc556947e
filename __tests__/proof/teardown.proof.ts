import { describe, expect, test } from '@jest/globals';
import pLimit from 'p-limit';
import { CancelledError } from '../../src/time/cancellation.js';
import { credentials } from '../support/release-run.js';
import { requestsOfTeardown, tearDownTwice } from './fault-matrix/teardown.js';

/**
 * Whatever fails, the report is correct, and a second teardown finishes the work. The fault matrix tries
 * every fault of every request.
 */

/** Concurrent teardowns, so that some continue while others wait. */
const atOnce = 8;

const all = Object.keys(credentials) as (keyof typeof credentials)[];

describe.each(all)('a teardown with a %s', (credential) => {
  test('survives an outage of the platform from each request on', async () => {
    const requests = await requestsOfTeardown(credential);
    const found = await pLimit(atOnce).map(requests, async ({ name, method, path }) => {
      const { objections } = await tearDownTwice(credential, (script) => {
        script.fault({ method, path }, { kind: 'status', status: 500 }, { times: Infinity });
      });
      return objections.map((objection) => `${name}: ${objection}`);
    });
    expect(found.flat()).toEqual([]);
  });

  test.each(['before', 'after'] as const)(
    'survives a cancellation %s each request',
    async (moment) => {
      const requests = await requestsOfTeardown(credential);
      const found = await pLimit(atOnce).map(requests, async ({ name, method, path }) => {
        const { objections } = await tearDownTwice(credential, (script, cancellation) => {
          script[moment]({ method, path }, () => {
            cancellation.abort(new CancelledError('SIGTERM'));
          });
        });
        return objections.map((objection) => `${name}: ${objection}`);
      });
      expect(found.flat()).toEqual([]);
    },
  );
});
