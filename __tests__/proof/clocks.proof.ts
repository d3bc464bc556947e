import { describe, expect, test } from '@jest/globals';
import pLimit from 'p-limit';
import { checkoutForEachTest } from '../support/checkout.js';
import { titleOf } from './fault-matrix/scenarios.js';
import { attempt, updates } from './surroundings/attempt.js';

/** The system clock may be changed at any moment. No time limit and no wait depends on it. */

const checkout = checkoutForEachTest();

const hour = 3_600_000;
const jumps = [-24 * hour, -hour, -60_000, 60_000, hour, 24 * hour];

describe('a release lands without a delay if the system clock is changed at any request:', () => {
  test.each(updates.map((scenario) => ({ title: titleOf(scenario), scenario })))(
    '$title',
    async ({ scenario }) => {
      const { environment } = checkout;
      const clean = await attempt(scenario, environment, () => undefined);
      expect(clean.objections).toEqual([]);
      const limit = pLimit(8);
      const kinds = [
        ...new Set(clean.requests.map(({ method, path }) => `${method} ${path}`)),
      ].filter((kind) => !/[0-9a-f]{8}-/.test(kind));
      const tried = await Promise.all(
        kinds.flatMap((kind) => {
          const [method = '', path = ''] = kind.split(' ');
          return jumps.flatMap((jump) =>
            (['before', 'after'] as const).map((when) =>
              limit(async () => {
                const { objections, took } = await attempt(
                  scenario,
                  environment,
                  ({ emulator, clock }) => {
                    emulator.script[when]({ method, path }, () => {
                      clock.jump(jump);
                    });
                  },
                );
                return { kind, jump, when, objections, late: Math.abs(took - clean.took) };
              }),
            ),
          );
        }),
      );
      expect(tried.length).toBeGreaterThan(60);
      expect(tried.filter(({ objections }) => objections.length > 0)).toEqual([]);
      // The times of status checks vary.
      expect(tried.filter(({ late }) => late > clean.took * 0.2)).toEqual([]);
      process.stdout.write(`${titleOf(scenario)}: ${tried.length} releases\n`);
    },
  );
});
