import tests from './jest.config.mjs';

/**
 * Runs the workflows of `examples/` with a real workflow runner, against the emulator.
 *
 * @type {import('jest').Config}
 */
export default {
  ...tests,
  testMatch: ['<rootDir>/__tests__/examples/**/*.example.ts'],
  testTimeout: 300_000,
};
