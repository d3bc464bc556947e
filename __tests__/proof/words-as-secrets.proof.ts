import { describe, expect, test } from '@jest/globals';
import pLimit from 'p-limit';
import { checkoutForEachTest } from '../support/checkout.js';
import { titleOf } from './fault-matrix/scenarios.js';
import { attempt, updates } from './surroundings/attempt.js';

/**
 * A secret value may be the same as any word of the platform. Whatever the word, the release uses the original response, and
 * lands.
 */

const checkout = checkoutForEachTest();

/** Each text and each key in a response. */
function wordsIn(answer: unknown): string[] {
  if (typeof answer === 'string') return [answer];
  if (typeof answer !== 'object' || answer === null) return [];
  return Object.entries(answer).flatMap(([key, value]) => [key, ...wordsIn(value)]);
}

/** Ids and times differ between runs. */
const isSteady = (word: string): boolean =>
  word.trim() !== '' && word.length <= 64 && !/[\n\r\0]|^[0-9a-f]{8}-|^\d{4}-\d\d-/.test(word);

describe('a release lands with each word of the platform as a secret:', () => {
  test.each(updates.map((scenario) => ({ title: titleOf(scenario), scenario })))(
    '$title',
    async ({ scenario }) => {
      const { environment } = checkout;
      const words = new Set<string>();
      const clean = await attempt(scenario, environment, ({ emulator }) => {
        const change = (answer: unknown): unknown => {
          for (const word of wordsIn(answer).filter(isSteady)) words.add(word);
          return answer;
        };
        const all = { kind: 'altered', change } as const;
        emulator.script.fault({ path: /^\/v1\/(?!.*\/logs)/ }, all, { times: 9999 });
      });
      expect(clean.objections).toEqual([]);
      expect(words.size).toBeGreaterThan(40);
      const limit = pLimit(8);
      const tried = await Promise.all(
        [...words].map((word) =>
          limit(async () => {
            const secrets = `MODEL_KEY=model-new\nSPEECH_KEY=${word}`;
            const { objections } = await attempt(scenario, environment, () => ({ secrets }));
            return { word, objections };
          }),
        ),
      );
      expect(tried.filter(({ objections }) => objections.length > 0)).toEqual([]);
      process.stdout.write(`${titleOf(scenario)}: ${words.size} words\n`);
    },
  );
});
