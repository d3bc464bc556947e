import { expect, test } from '@jest/globals';
import { Findings } from '../../src/inputs/problems.js';
import { type Environment, RawInputs } from '../../src/inputs/raw-inputs.js';

const inputs = (environment: Environment) =>
  new RawInputs(environment, { renamed: { 'krisp-viva': 'krisp-viva-audio-filter' } });

function findingsOf(raw: RawInputs): Findings {
  const findings = new Findings();
  raw.checkNames(findings);
  return findings;
}

test('a renamed input works under its old name, with a warning', () => {
  const raw = inputs({ 'INPUT_KRISP-VIVA': 'tel', 'INPUT_KRISP-VIVA-AUDIO-FILTER': '' });

  expect(raw.text('krisp-viva-audio-filter')).toBe('tel');
  expect(findingsOf(raw)).toMatchObject({
    problems: [],
    warnings: [
      'The input `krisp-viva` was renamed to `krisp-viva-audio-filter`. The old name stops working in the next major version.',
    ],
  });
});

test('the new name of a renamed input takes precedence over the old one', () => {
  const raw = inputs({ 'INPUT_KRISP-VIVA': 'tel', 'INPUT_KRISP-VIVA-AUDIO-FILTER': 'pro' });

  expect(raw.text('krisp-viva-audio-filter')).toBe('pro');
});

test('an old name that the workflow omits gives no warning', () => {
  const raw = inputs({ 'INPUT_KRISP-VIVA': '', 'INPUT_KRISP-VIVA-AUDIO-FILTER': 'pro' });

  expect(findingsOf(raw)).toMatchObject({ problems: [], warnings: [] });
});
