import tests from './jest.config.mjs';

/**
 * Look-ups of images in a registry as people run it, on this machine: Debian's package `docker-registry`.
 *
 * @type {import('jest').Config}
 */
export default {
  ...tests,
  testMatch: ['<rootDir>/__tests__/registry/**/*.registry.ts'],
};
