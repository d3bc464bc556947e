import { describe, expect, test } from '@jest/globals';
import { contentVersion } from '../../src/plan/content-version.js';
import { SecretValue } from '../../src/secrecy/secret-value.js';

const versionOf = (pairs: Record<string, string>, credential = 'sk_own'): string =>
  contentVersion(
    Object.entries(pairs).map(([key, value]) => ({ key, value: new SecretValue(value) })),
    new SecretValue(credential),
  );

describe('the version of a content', () => {
  const version = versionOf({ A: '1', B: '2', C: '3' });

  test('is eight hex digits', () => {
    expect(version).toMatch(/^[0-9a-f]{8}$/);
  });

  test.each([
    { name: 'backwards', pairs: { C: '3', B: '2', A: '1' } },
    { name: 'in another order', pairs: { B: '2', C: '3', A: '1' } },
  ])('is the same for the same pairs $name', ({ pairs }) => {
    expect(versionOf(pairs)).toBe(version);
  });

  test.each([
    { name: 'another value', pairs: { A: '1', B: '2', C: '4' } },
    { name: 'another key', pairs: { A: '1', B: '2', D: '3' } },
    { name: 'values that changed places', pairs: { A: '2', B: '1', C: '3' } },
    { name: 'a pair less', pairs: { A: '1', B: '2' } },
    { name: 'none', pairs: {} },
  ])('differs for $name', ({ pairs }) => {
    expect(versionOf(pairs)).not.toBe(version);
  });

  test('differs for another credential, so that nobody can guess values', () => {
    expect(versionOf({ A: '1', B: '2', C: '3' }, 'sk_other')).not.toBe(version);
  });
});
