import tests from './jest.config.mjs';

/**
 * Looks up images in a real registry on this machine: Debian's package `docker-registry`.
 *
 * @type {import('jest').Config}
 */
export default {
  ...tests,
  testMatch: ['<rootDir>/__tests__/registry/**/*.registry.ts'],
};
