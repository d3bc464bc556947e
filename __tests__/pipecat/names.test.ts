import { describe, expect, test } from '@jest/globals';
import {
  agentName,
  agentProfileName,
  buildId,
  imageReference,
  regionCode,
  secretKey,
  secretSetName,
  type NameRule,
} from '../../src/pipecat/names.js';

const uuid = '0123abcd-89ab-4cde-8f01-23456789abcd';
const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

const rules: {
  readonly what: string;
  readonly rule: NameRule;
  readonly names: readonly string[];
  readonly others: readonly string[];
}[] = [
  {
    what: 'a secret set',
    rule: secretSetName,
    names: ['abc', '123', 'a-b', 'a--b', 'a.b', 'voice-keys.v2.x-1', 'a'.repeat(63)],
    others: [
      'ab',
      'a'.repeat(64),
      '-abc',
      'abc-',
      '.abc',
      'abc.',
      'a..b',
      'a.-b',
      'a-.b',
      'abc.-',
      'Abc',
      'abC',
      'a_b',
      'a b',
      'a.b_c',
      'abc\n',
      '\nabc',
    ],
  },
  {
    what: 'a key',
    rule: secretKey,
    names: ['A', 'z', '0', '_', '-', 'Some_key-1', 'K'.repeat(64)],
    others: ['', 'K'.repeat(65), 'A B', 'A.B', 'Ä', 'A=', 'A\n', ' A'],
  },
  {
    what: 'an agent',
    rule: agentName,
    names: ['ab', '12', 'a-b', 'voice-2', 'a'.repeat(54)],
    others: ['a', 'a'.repeat(55), '-ab', 'ab-', 'a.b', 'a_b', 'Ab', 'aB', 'a b', 'ab\n', '\nab'],
  },
  {
    what: 'a profile',
    rule: agentProfileName,
    names: ['a', '1', 'agent-1x', 'my-own-profile'],
    others: ['', '-', '-a', 'a-', 'Agent', 'agenT', 'a_b', 'a.b', 'a b', 'a\n'],
  },
  {
    what: 'a region',
    rule: regionCode,
    names: ['a', '1', 'us-west', 'eu-central-2'],
    others: ['', '-', '-a', 'a-', 'US-west', 'us-wesT', 'us_west', 'us.west', 'us west', 'a\n'],
  },
  {
    what: 'a build',
    rule: buildId,
    names: [uuid, uuid.toUpperCase()],
    others: [
      uuid.slice(1),
      uuid.slice(0, -1),
      `0${uuid}`,
      `${uuid}0`,
      uuid.replaceAll('-', ''),
      uuid.replace('-89ab', ''),
      uuid.replace('-89ab', '-89ab-89ab'),
      uuid.replace('89ab', '89a'),
      uuid.replace('a', 'g'),
      uuid.replace('4cde', '4cdg'),
      uuid.replace('9abcd', '9abcg'),
    ],
  },
  {
    what: 'an image',
    rule: imageReference,
    names: [
      'voice:1',
      'acme/voice:latest',
      'a.b/c:1',
      'A/voice:1',
      'localhost:5000/voice:1',
      'Registry-1.Example.com/acme/voice:1',
      'ghcr.io/acme/team/voice__agent-x.y:V1_2.3-rc',
      `voice:${'t'.repeat(128)}`,
      `voice@${digest}`,
      `ghcr.io/acme/voice:1@${digest}`,
      `${'a'.repeat(510)}:1`,
    ],
    others: [
      '',
      'voice',
      'voice:',
      ':1',
      '/voice:1',
      'acme/:1',
      'acme//voice:1',
      '-registry/voice:1',
      'registry-/voice:1',
      'registry:port/voice:1',
      'ghcr.io/Acme/voice:1',
      'Voice:1',
      'ghcr.io/-acme/voice:1',
      'ghcr.io/acme-/voice:1',
      'acme/voice-:1',
      'voice:-1',
      'voice:.1',
      'voice:a b',
      'voice:a:b',
      'voice:1\n',
      ' voice:1',
      `voice:${'t'.repeat(129)}`,
      `voice@${digest}0`,
      `voice@${digest.slice(0, -1)}`,
      `voice@${digest.replace('f', 'g')}`,
      `voice@${digest.toUpperCase()}`,
      `voice:1@${digest.slice(0, -1)}`,
      `voice:1@${digest.replace('f', 'g')}`,
      `${'a'.repeat(511)}:1`,
    ],
  },
];

describe.each(rules)('the name of $what', ({ rule: { pattern }, names, others }) => {
  test.each(names)('may be %j', (name) => {
    expect(pattern.test(name)).toBe(true);
  });

  test.each(others)('may not be %j', (name) => {
    expect(pattern.test(name)).toBe(false);
  });
});
