import { describe, expect, test } from '@jest/globals';
import { readConfigPlatform, readManifest } from '../../src/registry/manifest.js';

const index = (...manifests: readonly unknown[]): string => JSON.stringify({ manifests });
const built = (os: string, architecture: string, variant?: string) => ({
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  platform: { os, architecture, variant },
});
const image = (more: object): string =>
  JSON.stringify({
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: 'sha256:1' },
    ...more,
  });

describe('an index names its platforms', () => {
  test.each([
    ['one', index(built('linux', 'amd64')), ['linux/amd64']],
    ['a variant of arm64', index(built('linux', 'arm64', 'v8')), ['linux/arm64']],
    ['a variant of arm', index(built('linux', 'arm', 'v7')), ['linux/arm/v7']],
    [
      'without attestations',
      index(built('linux', 'arm64'), built('unknown', 'unknown')),
      ['linux/arm64'],
    ],
    ['each once', index(built('linux', 'arm64'), built('linux', 'arm64', 'v8')), ['linux/arm64']],
    ['none', index(), []],
  ])('%s', (_name, text, platforms) => {
    expect(readManifest(text)).toEqual({ kind: 'index', platforms });
  });
});

describe('platforms are not known', () => {
  const nested = { mediaType: 'application/vnd.oci.image.index.v1+json' };
  test.each([
    ['of a nested index', index(built('linux', 'arm64'), nested), 'nested-index'],
    ['of an entry without a platform', index({ digest: 'sha256:1' }), 'no-architecture'],
    ['of an entry that is no object', index(null), 'unreadable'],
    ['of an artifact', image({ artifactType: 'application/x' }), 'artifact'],
    [
      'of a chart',
      image({ config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest: 'x' } }),
      'artifact',
    ],
    ['of what is no manifest', '{}', 'unreadable'],
    ['of what is no JSON', '<html>', 'unreadable'],
    ['of nothing', '', 'unreadable'],
  ])('%s', (_name, text, because) => {
    expect(readManifest(text)).toEqual({ kind: 'unknown', because });
  });
});

test('the manifest of one image names its config', () => {
  expect(readManifest(image({}))).toEqual({ kind: 'image', configDigest: 'sha256:1' });
});

test.each([
  [{ os: 'linux', architecture: 'arm64', variant: 'v8' }, 'linux/arm64'],
  [{ architecture: 'amd64' }, 'linux/amd64'],
  [{ os: 'windows', architecture: 'amd64' }, 'windows/amd64'],
  [{ os: 'linux' }, undefined],
  [{ os: 'linux', architecture: '' }, undefined],
  [null, undefined],
])('the config %j is for %s', (config, platform) => {
  expect(readConfigPlatform(JSON.stringify(config))).toBe(platform);
});
