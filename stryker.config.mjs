import { readFileSync } from 'node:fs';

/**
 * Mutation tests of one room: `MUTATION_ROOM=pipecat npm run mutation`, or of a part of it, such as
 * `npm run mutation -- --mutate src/inputs/build.ts`. Each mutant is tried with those tests of `tests`
 * that come by it, the cheapest first, until one fails or the budget (in milliseconds) is used up.
 * `MUTATION_SURVIVORS=true` tries those that survived again, with more tests and more time.
 *
 * Types are not checked, so a mutant that would not compile may survive.
 */
const rooms = {
  inputs: {
    tests: ['__tests__/inputs/**'],
    budget: 3000,
    survivors: ['__tests__/inputs/**', '__tests__/release/{plans,settings-file}.test.ts'],
  },
  pipecat: {
    tests: [
      '__tests__/pipecat/!(traffic).test.ts',
      '__tests__/release/{deploy,secret-sets}.test.ts',
    ],
    budget: 3000,
    survivors: ['__tests__/{pipecat,release}/**'],
  },
  release: {
    tests: ['__tests__/release/**'],
    budget: 2000,
    survivors: ['__tests__/{release,report}/**', '__tests__/run.test.ts'],
  },
};

const { MUTATION_ROOM = 'inputs', MUTATION_SURVIVORS, MUTATION_CONCURRENCY = '1' } = process.env;
const room = rooms[MUTATION_ROOM];
const isSecondTry = MUTATION_SURVIVORS === 'true';
const folder = `coverage/mutation/${MUTATION_ROOM}`;
const report = isSecondTry ? `${folder}/survivors` : folder;

/** Where the mutants are that no test of the first try killed, as Stryker takes it. */
function survivors() {
  const { files } = JSON.parse(readFileSync(`${folder}/mutation.json`, 'utf8'));
  return Object.entries(files).flatMap(([path, { mutants }]) =>
    mutants
      .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
      // Lines count from 1 here and there, columns from 1 in reports and from 0 in ranges.
      .map(({ location: { start, end } }) => {
        const range = `${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`;
        return `${path}:${range}`;
      }),
  );
}

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: isSecondTry ? survivors() : [`src/${MUTATION_ROOM}/**/*.ts`],
  plugins: ['./scripts/mutation/test-runner.mjs'],
  testRunner: 'in-process',
  inProcess: isSecondTry
    ? { tests: room.survivors, budget: 20_000 }
    : { tests: room.tests, budget: room.budget },
  testRunnerNodeArgs: ['--disable-warning=ExperimentalWarning'],
  coverageAnalysis: 'perTest',
  // Nothing here checks types, so nothing has to be kept from it.
  disableTypeChecks: false,
  concurrency: Number(MUTATION_CONCURRENCY),
  // Modules of static mutants stay in memory, as each of them loads its own.
  maxTestRunnerReuse: 500,
  dryRunTimeoutMinutes: 30,
  // A machine on which many things run may be ten times slower than an idle one.
  timeoutMS: 30_000,
  timeoutFactor: 5,
  incremental: !isSecondTry,
  incrementalFile: `${folder}/incremental.json`,
  reporters: ['clear-text', 'progress-append-only', 'html', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  htmlReporter: { fileName: `${report}/mutation.html` },
  jsonReporter: { fileName: `${report}/mutation.json` },
  tempDirName: `${report}/sandbox`,
  ignorePatterns: ['coverage', 'demo', 'lib'],
};
