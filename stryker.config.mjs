import tests from './jest.config.mjs';

/**
 * Mutation tests of what decides about a release: `npm run mutation -- --mutate src/inputs/build.ts`
 * for a part of it, as all of it takes hours. Types are not checked, so a mutant that would not
 * compile may survive.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  mutate: ['src/{inputs,pipecat,release}/**/*.ts'],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: {
    config: {
      ...tests,
      // Those that run the built action, or come by everything, have no word in this.
      testMatch: ['<rootDir>/__tests__/{inputs,pipecat,release,report}/**/*.test.ts'],
    },
  },
  coverageAnalysis: 'perTest',
  disableTypeChecks: false,
  // Tests take a silence of 0.4 s for an answer that never comes, so a processor is left to them.
  concurrency: 1,
  // A machine on which many things run may be ten times slower than an idle one.
  timeoutMS: 60_000,
  dryRunTimeoutMinutes: 30,
  incremental: true,
  incrementalFile: 'coverage/mutation/incremental.json',
  reporters: ['clear-text', 'progress-append-only', 'html'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  htmlReporter: { fileName: 'coverage/mutation/index.html' },
  tempDirName: 'coverage/mutation/sandbox',
  ignorePatterns: ['coverage', 'demo', 'lib'],
};
