import { expect, test } from '@jest/globals';
import { isWithinLimit, lookUpTable, measureLookUps } from '../../scripts/image-look-up.js';
import { printTable } from '../../scripts/tables.js';

test('a look-up costs two round trips more on the way to the first write, a single image four', async () => {
  const costs = await measureLookUps(3);
  printTable(lookUpTable(costs));
  expect(costs.filter((cost) => !isWithinLimit(cost))).toEqual([]);
});
