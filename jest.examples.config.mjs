import tests from './jest.config.mjs';

/**
 * The workflows of `examples/`, run by a real workflow runner against the emulator.
 *
 * @type {import('jest').Config}
 */
export default {
  ...tests,
  testMatch: ['<rootDir>/__tests__/examples/**/*.example.ts'],
  testTimeout: 300_000,
};
