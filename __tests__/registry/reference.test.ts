import { describe, expect, test } from '@jest/globals';
import {
  parseImageReference,
  pinned,
  registryName,
  registryUrl,
} from '../../src/registry/reference.js';

const digest = `sha256:${'a'.repeat(64)}`;

describe('an image reference names', () => {
  test.each([
    ['python:3.12', 'docker.io', 'library/python', '3.12', undefined],
    ['acme/voice:1', 'docker.io', 'acme/voice', '1', undefined],
    ['docker.io/acme/voice:1', 'docker.io', 'acme/voice', '1', undefined],
    ['index.docker.io/python:3', 'docker.io', 'library/python', '3', undefined],
    ['registry-1.docker.io/acme/voice:1', 'docker.io', 'acme/voice', '1', undefined],
    ['ghcr.io/acme/voice:1.4.2', 'ghcr.io', 'acme/voice', '1.4.2', undefined],
    ['ghcr.io/acme/team/voice:1', 'ghcr.io', 'acme/team/voice', '1', undefined],
    ['127.0.0.1:5000/acme/voice:1', '127.0.0.1:5000', 'acme/voice', '1', undefined],
    ['localhost/voice:1', 'localhost', 'voice', '1', undefined],
    ['localhost:5000/voice:1', 'localhost:5000', 'voice', '1', undefined],
    [`ghcr.io/acme/voice@${digest}`, 'ghcr.io', 'acme/voice', undefined, digest],
    [`ghcr.io/acme/voice:1@${digest}`, 'ghcr.io', 'acme/voice', '1', digest],
    [`localhost:5000/voice@${digest}`, 'localhost:5000', 'voice', undefined, digest],
  ])('%s', (image, registry, repository, tag, found) => {
    expect(parseImageReference(image)).toEqual({ registry, repository, tag, digest: found });
  });
});

describe('a registry has the same name for all its addresses', () => {
  test.each([
    ['https://index.docker.io/v1/', 'docker.io'],
    ['docker.io', 'docker.io'],
    ['registry-1.docker.io', 'docker.io'],
    ['https://GHCR.io', 'ghcr.io'],
    ['ghcr.io/v2/', 'ghcr.io'],
    ['http://127.0.0.1:5000', '127.0.0.1:5000'],
    [
      '123456789012.dkr.ecr.us-west-2.amazonaws.com',
      '123456789012.dkr.ecr.us-west-2.amazonaws.com',
    ],
  ])('%s', (address, name) => {
    expect(registryName(address)).toBe(name);
  });
});

describe('the API of a registry uses https, or http on this machine', () => {
  test.each([
    ['docker.io', 'https://registry-1.docker.io/'],
    ['ghcr.io', 'https://ghcr.io/'],
    ['registry.example:8443', 'https://registry.example:8443/'],
    ['127.0.0.1:5000', 'http://127.0.0.1:5000/'],
    ['localhost:5000', 'http://localhost:5000/'],
    ['127.0.0.1.evil.example', 'https://127.0.0.1.evil.example/'],
  ])('%s', (registry, url) => {
    expect(registryUrl(registry).href).toBe(url);
  });
});

test('an image is pinned to the digest of its tag, or keeps the digest that it has', () => {
  expect(pinned('ghcr.io/acme/voice:1', digest)).toBe(`ghcr.io/acme/voice:1@${digest}`);
  expect(pinned(`ghcr.io/acme/voice@${digest}`, `sha256:${'b'.repeat(64)}`)).toBe(
    `ghcr.io/acme/voice@${digest}`,
  );
});
