import tests from './jest.config.mjs';

/**
 * Mutation tests of the code that decides about a release. All of it takes hours, so select a part:
 * `npm run mutation -- --mutate src/inputs/build.ts`. Types are not checked, so a mutant that does not compile may survive.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  mutate: ['src/{inputs,pipecat,plan,record,registry,steps}/**/*.ts'],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: {
    config: {
      ...tests,
      // Without tests of the built action and tests of everything together.
      testMatch: [
        '<rootDir>/__tests__/{inputs,pipecat,plan,record,registry,steps,report}/**/*.test.ts',
      ],
    },
  },
  coverageAnalysis: 'perTest',
  disableTypeChecks: false,
  // Tests consider a response missing after 0.4 s, so they need a processor for themselves.
  concurrency: 1,
  // A busy machine may be ten times slower than an idle one.
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
