import { expect, test } from '@jest/globals';
import { half, nearest } from '../../src/text/nearest.js';

const regions = ['us-west', 'us-east', 'eu-central', 'ap-south'];

test.each([
  { written: 'us-east-1', known: regions, meant: 'us-east' },
  { written: 'US_WEST', known: regions, meant: 'us-west' },
  { written: 'eu central', known: regions, meant: 'eu-central' },
  { written: 'frankfurt', known: regions, meant: undefined },
  { written: 'us', known: ['eu'], meant: undefined },
  { written: 'us-west', known: [], meant: undefined },
  { written: 'us-west'.padEnd(101, ' '), known: regions, meant: undefined },
  { written: 'OPENAI_API_KY', known: ['OPENAI_ORG', 'OPENAI_API_KEY'], meant: 'OPENAI_API_KEY' },
])('the name nearest to $written is $meant', ({ written, known, meant }) => {
  expect(nearest(written, known)).toBe(meant);
});

test('a name that is half the same is close enough only on request', () => {
  expect(nearest('min_agent_count', ['min_agents'])).toBeUndefined();
  expect(nearest('min_agent_count', ['min_agents'], half)).toBe('min_agents');
});
