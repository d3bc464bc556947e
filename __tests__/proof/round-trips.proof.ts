import { expect, test } from '@jest/globals';
import { isWithinLimit, lookUpTable, measureLookUps } from '../../scripts/image-look-up.js';
import { printTable } from '../../scripts/tables.js';

test('a look-up delays the first write by two round trips, or by four for a single image', async () => {
  const costs = await measureLookUps(3);
  printTable(lookUpTable(costs));
  expect(costs.filter((cost) => !isWithinLimit(cost))).toEqual([]);
});
