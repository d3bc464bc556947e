import tests from './jest.config.mjs';

/**
 * Compares the platform's own command-line client with the emulator and the action. It needs Python, so it is separate from
 * the other tests. The first test file creates the Python environment.
 *
 * @type {import('jest').Config}
 */
export default {
  ...tests,
  testMatch: ['<rootDir>/__tests__/client/**/*.client.ts'],
  maxWorkers: 1,
  // The first test may have to install the client.
  testTimeout: 600_000,
};
