import { describe, expect, test } from '@jest/globals';
import type { ListedSecretSet } from '../../src/pipecat/answers.js';
import { oldVersions, type VersionFacts } from '../../src/plan/old-versions.js';

/** A set as the platform lists it. */
function listed(name: string, parts: Partial<ListedSecretSet> = {}): ListedSecretSet {
  return {
    name,
    kind: 'secret',
    region: 'us-west',
    status: 'ready',
    errorMessage: undefined,
    referenced: false,
    ...parts,
  };
}

const [first, second, third, current] = [
  'keys-00000001',
  'keys-00000002',
  'keys-00000003',
  'keys-00000004',
] as const;

/** Three older versions that no agent binds; the agent of the release bound the third. */
const question: VersionFacts = {
  template: 'keys-{version}',
  current,
  region: 'us-west',
  previous: [third],
  keep: 0,
  secretSets: [first, second, third, current].map((name) => listed(name)),
  bindings: new Map([['voice', [current]]]),
};

describe('the oldest versions beyond the limit are deleted', () => {
  test.each([
    { keep: 0, deleted: [first, second, third] },
    { keep: 1, deleted: [first, second] },
    { keep: 2, deleted: [first] },
    { keep: 3, deleted: [] },
    { keep: 4, deleted: [] },
    { keep: 100, deleted: [] },
  ])('$keep', ({ keep, deleted }) => {
    expect(oldVersions({ ...question, keep })).toEqual(deleted);
  });

  test('the version that the agent bound last is the newest, wherever the list has it', () => {
    const secretSets = [third, first, current, second].map((name) => listed(name));
    expect(oldVersions({ ...question, secretSets, keep: 1 })).toEqual([first, second]);
    expect(oldVersions({ ...question, secretSets, keep: 0 })).toEqual([first, second, third]);
  });

  test('all versions that the agent bound are the newest', () => {
    expect(oldVersions({ ...question, previous: [first, third], keep: 2 })).toEqual([second]);
  });

  test('a set with a date in its name is kept', () => {
    const secretSets = ['keys-20250131', 'keys-20251399', 'keys-00000001'].map((name) =>
      listed(name),
    );
    expect(oldVersions({ ...question, secretSets })).toEqual(['keys-20251399', 'keys-00000001']);
  });

  test.each([
    { date: '19991231', isDate: true },
    { date: '20250101', isDate: true },
    { date: '20251009', isDate: true },
    { date: '20251219', isDate: true },
    { date: '20250229', isDate: true },
    { date: '20250530', isDate: true },
    { date: '18991231', isDate: false },
    { date: '20250001', isDate: false },
    { date: '20251301', isDate: false },
    { date: '20250100', isDate: false },
    { date: '20250132', isDate: false },
    { date: '2025010a', isDate: false },
  ])('$date is a date: $isDate', ({ date, isDate }) => {
    const secretSets = [listed(`keys-${date}`)];
    expect(oldVersions({ ...question, secretSets })).toEqual(isDate ? [] : [`keys-${date}`]);
  });

  test('a version may be followed by more of the name', () => {
    const template = 'keys-{version}-eu';
    const secretSets = ['keys-20250131-eu', 'keys-00000001-eu'].map((name) => listed(name));
    expect(oldVersions({ ...question, template, secretSets })).toEqual(['keys-00000001-eu']);
  });

  test('a new agent bound no version', () => {
    expect(oldVersions({ ...question, previous: [], keep: 2 })).toEqual([first]);
  });
});

describe('a set is kept', () => {
  test('if an agent binds it, and does not count towards the limit', () => {
    const bindings = new Map([
      ['voice', [current]],
      ['sales', ['other', first]],
    ]);
    expect(oldVersions({ ...question, bindings })).toEqual([second, third]);
    expect(oldVersions({ ...question, bindings, keep: 1 })).toEqual([second]);
    expect(oldVersions({ ...question, bindings, keep: 2 })).toEqual([]);
  });

  test('if it is the version of this release, bound or not', () => {
    expect(oldVersions({ ...question, bindings: new Map() })).not.toContain(current);
  });

  test('whatever it is, if an agent does not show what it binds', () => {
    const bindings = new Map([
      ['voice', [current]],
      ['sales', undefined],
    ]);
    expect(oldVersions({ ...question, bindings })).toEqual([]);
  });

  test.each([
    { name: 'of another region', set: listed(first, { region: 'eu-central' }) },
    { name: 'with credentials of a registry', set: listed(first, { kind: 'imagePullSecret' }) },
    { name: 'that refers to one of a cluster', set: listed(first, { referenced: true }) },
    { name: 'that another release has just written', set: listed(first, { status: 'pending' }) },
    { name: 'with a longer name', set: listed(`${first}0`) },
    { name: 'with another name before it', set: listed(`my-${first}`) },
    { name: 'with another name after it', set: listed(`${first}-old`) },
    { name: 'of the template of another region', set: listed('keys-eu-central-00000001') },
    { name: 'with a version in capitals', set: listed('keys-ABCDEF01') },
  ])('$name', ({ set }) => {
    expect(oldVersions({ ...question, secretSets: [set], previous: [] })).toEqual([]);
  });
});

test('a failed version is deleted like any other', () => {
  const secretSets = [listed(first, { status: 'failed' })];
  expect(oldVersions({ ...question, secretSets })).toEqual([first]);
});

test('a dot in the name matches only a dot', () => {
  const secretSets = [listed('my.keys-00000001'), listed('my-keys-00000001')];
  const template = 'my.keys-{version}';
  expect(oldVersions({ ...question, template, secretSets })).toEqual(['my.keys-00000001']);
});
