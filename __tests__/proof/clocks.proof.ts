import { describe, expect, test } from '@jest/globals';
import pLimit from 'p-limit';
import { checkoutForEachTest } from '../support/checkout.js';
import { titleOf } from './fault-matrix/scenarios.js';
import { attempt, updates } from './surroundings/attempt.js';

/** A machine's clock may be set at any moment. No limit and no wait goes by it. */

const checkout = checkoutForEachTest();

const hour = 3_600_000;
const jumps = [-24 * hour, -hour, -60_000, 60_000, hour, 24 * hour];

describe('a release lands, as fast as ever, although the clock is set at any of its requests:', () => {
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
      // Where the steps of polling fall is up to the moment.
      expect(tried.filter(({ late }) => late > clean.took * 0.2)).toEqual([]);
      process.stdout.write(`${titleOf(scenario)}: ${tried.length} releases\n`);
    },
  );
});
