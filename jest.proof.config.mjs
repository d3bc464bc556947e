import tests from './jest.config.mjs';

/**
 * Proofs take minutes, and run apart from the tests: they put a release through everything that may
 * happen to it, and print what came of it.
 *
 * @type {import('jest').Config}
 */
export default {
  ...tests,
  testMatch: ['<rootDir>/__tests__/proof/**/*.proof.ts'],
  testTimeout: 900_000,
};
