import tests from './jest.config.mjs';

/**
 * The platform's own command-line client against the emulator, and beside the action. It needs Python,
 * so it runs apart from the tests; its environment is made once, by the first test file.
 *
 * @type {import('jest').Config}
 */
export default {
  ...tests,
  testMatch: ['<rootDir>/__tests__/client/**/*.client.ts'],
  maxWorkers: 1,
  // The first one may have to install the client.
  testTimeout: 600_000,
};
