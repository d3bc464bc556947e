import { expect, test } from '@jest/globals';
import { readChallenge } from '../../src/registry/challenge.js';

const bearer = (realm: string, service?: string, scope?: string) => ({
  scheme: 'bearer',
  realm,
  service,
  scope,
});

test.each([
  ['Basic realm="Registry"', { scheme: 'basic' }],
  ['basic', { scheme: 'basic' }],
  [
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:acme/voice:pull"',
    bearer('https://auth.docker.io/token', 'registry.docker.io', 'repository:acme/voice:pull'),
  ],
  ['BEARER realm=https://a.example/t, service=a', bearer('https://a.example/t', 'a')],
  [
    'Bearer scope="repository:a:pull,push", realm="https://a.example/t"',
    bearer('https://a.example/t', undefined, 'repository:a:pull,push'),
  ],
  ['Bearer realm="https://a.example/\\"t"', bearer('https://a.example/"t')],
  ['Bearer service="a"', undefined],
  ['Negotiate', undefined],
  ['', undefined],
  [undefined, undefined],
])('the challenge %j asks for %j', (header, expected) => {
  expect(readChallenge(header)).toEqual(expected);
});
