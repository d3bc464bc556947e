import { describe, expect, test } from '@jest/globals';
import {
  isVersioned,
  nameInRegion,
  nameOfAnyVersion,
  nameOfVersion,
  versionsOf,
} from '../../src/plan/name-template.js';

describe('the name of a region', () => {
  test.each([
    { template: 'voice', name: 'voice' },
    { template: 'voice-{region}', name: 'voice-eu-central' },
    { template: '{region}.voice.{region}', name: 'eu-central.voice.eu-central' },
    { template: 'voice-{Region}', name: 'voice-{Region}' },
    { template: 'voice-{region}-{version}', name: 'voice-eu-central-{version}' },
  ])('$template', ({ template, name }) => {
    expect(nameInRegion(template, 'eu-central')).toBe(name);
  });
});

describe('the name of a version', () => {
  test('replaces the placeholder', () => {
    expect(nameOfVersion('keys-{version}', '0123abcd')).toBe('keys-0123abcd');
  });

  test('keeps the placeholder if the version is unknown, so no set has it', () => {
    expect(nameOfVersion('keys-{version}', undefined)).toBe('keys-{version}');
  });

  test('has the same length for every version', () => {
    expect(nameOfAnyVersion('keys-{version}')).toHaveLength('keys-0123abcd'.length);
    expect(nameOfAnyVersion('keys')).toBe('keys');
  });

  test.each([
    { name: 'keys-{version}', versioned: true },
    { name: 'keys', versioned: false },
    { name: 'keys-{region}', versioned: false },
    { name: 'keys-version', versioned: false },
  ])('$name', ({ name, versioned }) => {
    expect(isVersioned(name)).toBe(versioned);
  });
});

describe('the versions of a name are', () => {
  test.each([
    { template: 'keys-{version}', name: 'keys-0123abcd' },
    { template: 'keys-{version}', name: 'keys-00000000' },
    { template: '{version}', name: 'deadbeef' },
    { template: 'a.{version}.b', name: 'a.0123abcd.b' },
    { template: 'keys', name: 'keys' },
  ])('$name of $template', ({ template, name }) => {
    expect(versionsOf(template).test(name)).toBe(true);
  });

  test.each([
    { template: 'keys-{version}', name: 'keys-0123abc' },
    { template: 'keys-{version}', name: 'keys-0123abcde' },
    { template: 'keys-{version}', name: 'keys-0123ABCD' },
    { template: 'keys-{version}', name: 'keys-0123abcg' },
    { template: 'keys-{version}', name: 'keys-' },
    { template: 'keys-{version}', name: 'keys' },
    { template: 'keys-{version}', name: 'my-keys-0123abcd' },
    { template: 'keys-{version}', name: 'keys-0123abcd-old' },
    { template: 'keys-{version}', name: 'keys-0123abcd\n' },
    { template: 'keys-{version}', name: 'keys-us-west-0123abcd' },
    { template: 'keys-us-west-{version}', name: 'keys-us-east-0123abcd' },
    { template: 'a.{version}', name: 'ab0123abcd' },
    { template: 'a.b.{version}', name: 'a.b-0123abcd' },
    { template: 'keys', name: 'keys-0123abcd' },
  ])('not $name of $template', ({ template, name }) => {
    expect(versionsOf(template).test(name)).toBe(false);
  });
});
