import tests from './jest.config.mjs';

/**
 * Proofs try everything that may happen to a release. They take minutes, so they are separate from the other tests.
 *
 * @type {import('jest').Config}
 */
export default {
  ...tests,
  testMatch: ['<rootDir>/__tests__/proof/**/*.proof.ts'],
  testTimeout: 900_000,
};
