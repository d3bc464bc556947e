// Runs jest's tests for Stryker with jest's own functions, and without what jest does around them:
// modules are loaded once, not by each test file for each mutant, which takes a hundred times longer.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { addEventHandler, getState, resetState, run, setState } from 'jest-circus';
import picomatch from 'picomatch';

/** Milliseconds that any test may take, and beyond what it took without a mutant, with one. */
const longestTest = 60_000;
const patience = 5_000;

/** How long each test takes, for the processes that did not find it out themselves. */
const durationsFile = 'durations.json';

/** Stryker's numbers for the results of a test. */
const status = { passed: 0, failed: 1, skipped: 2 };

/** What mutated code asks which mutant is active, and tells which ones it comes by. */
const stryker = (globalThis.__stryker__ ??= {});

/** The tests of a file, as jest-circus holds them. */
class TestFile {
  #path;
  #state;

  static async load(path, generation) {
    resetState();
    getState().testTimeout = longestTest;
    await import(`${pathToFileURL(join(process.cwd(), path)).href}?generation=${generation}`);
    return new TestFile(path, getState());
  }

  constructor(path, state) {
    this.#path = path;
    this.#state = state;
    for (const test of this.#tests) test.id = `${path} ${nameOf(test)}`;
  }

  get #tests() {
    return testsOf(this.#state.rootDescribeBlock);
  }

  /** Runs those of its tests that are wanted, within the milliseconds that each of them may take, or all. */
  async run(wanted) {
    for (const test of this.#tests) {
      const isWanted = wanted?.has(test.id) ?? true;
      const mode = isWanted ? undefined : 'skip';
      const timeout = wanted?.get(test.id);
      Object.assign(test, { errors: [], duration: undefined, mode, timeout });
    }
    if (this.#tests.every(({ mode }) => mode === 'skip')) return [];
    setState(this.#state);
    await run();
    return this.#tests
      .filter(({ mode }) => mode !== 'skip')
      .map(({ id, duration, errors }) => ({
        id,
        name: id,
        fileName: join(process.cwd(), this.#path),
        timeSpentMs: Math.max(1, duration ?? 0),
        status: errors.length > 0 ? status.failed : status.passed,
        failureMessage: errors.map(messageOf).join('\n'),
      }));
  }
}

function nameOf({ name, parent }) {
  return parent.parent === undefined ? name : `${nameOf(parent)} ${name}`;
}

function testsOf({ children }) {
  return children.flatMap((child) => (child.type === 'test' ? [child] : testsOf(child)));
}

/** An error stands alone, or beside one that tells where it came from. */
function messageOf(error) {
  const [thrown] = Array.isArray(error) ? error : [error];
  return String(thrown?.stack ?? thrown);
}

class InProcessTestRunner {
  static inject = ['options'];
  #patterns;
  #budget;
  #files = [];
  #generation = 0;
  /** Whether a mutant was active while modules were loaded, which may have changed what is in them. */
  #isTainted = false;
  #endsAtFailure = false;

  /** @param budget milliseconds of tests that a mutant is tried with; the cheapest come first */
  constructor({ inProcess: { tests, budget = Infinity } }) {
    this.#patterns = tests;
    this.#budget = budget;
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  init() {
    register('./loading.mjs', import.meta.url, { data: { root: process.cwd() } });
    for (const event of ['uncaughtException', 'unhandledRejection']) {
      process.on(event, (error) => getState().currentlyRunningTest?.errors.push(error));
    }
    addEventHandler(({ name, test }, { rootDescribeBlock }) => {
      if (name === 'test_start') stryker.currentTestId = test.id;
      if (name !== 'test_done') return;
      stryker.currentTestId = undefined;
      if (!this.#endsAtFailure || test.errors.length === 0) return;
      const rest = testsOf(rootDescribeBlock).filter(({ duration }) => duration === undefined);
      for (const one of rest) one.mode = 'skip';
    });
  }

  async dryRun() {
    await this.#load();
    const tests = await this.#run();
    const durations = tests.map(({ id, timeSpentMs }) => [id, timeSpentMs]);
    writeFileSync(durationsFile, JSON.stringify(durations));
    return { status: 'complete', tests, mutantCoverage: stryker.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, mutantActivation, disableBail }) {
    const isStatic = mutantActivation === 'static';
    stryker.activeMutant = isStatic ? activeMutant.id : undefined;
    try {
      if (isStatic || this.#isTainted || this.#files.length === 0) await this.#load();
    } catch (error) {
      return { status: 'error', errorMessage: String(error) };
    } finally {
      this.#isTainted = isStatic;
    }
    Object.assign(stryker, {
      activeMutant: activeMutant.id,
      hitLimit,
      hitCount: hitLimit === undefined ? undefined : 0,
    });
    this.#endsAtFailure = !disableBail;
    const tests = await this.#run(this.#affordable(testFilter));
    if (stryker.hitCount > hitLimit) return { status: 'timeout', reason: 'it ran in circles' };
    const [failure, ...others] = tests.filter((test) => test.status === status.failed);
    if (failure === undefined) return { status: 'survived', nrOfTests: tests.length };
    if (failure.failureMessage.includes('Exceeded timeout')) {
      // What goes on in the background may change what these modules hold.
      this.#isTainted = true;
      return { status: 'timeout', reason: failure.id };
    }
    return {
      status: 'killed',
      killedBy: [failure, ...others].map(({ id }) => id),
      failureMessage: failure.failureMessage,
      nrOfTests: tests.length,
    };
  }

  async #load() {
    this.#generation++;
    const matches = picomatch(this.#patterns);
    const paths = readdirSync('__tests__', { recursive: true })
      .map((path) => join('__tests__', path))
      .filter((path) => path.endsWith('.test.ts') && matches(path));
    this.#files = [];
    for (const path of paths) this.#files.push(await TestFile.load(path, this.#generation));
  }

  /**
   * The cheapest of the tests, as many as the budget has room for, and one at least; with their limits.
   * Nobody knows which tests come by a static mutant, so it is tried with all of them.
   */
  #affordable(wanted) {
    const candidates = wanted && new Set(wanted);
    const chosen = new Map();
    let left = wanted === undefined ? Infinity : this.#budget;
    for (const [id, duration] of byDuration()) {
      if (candidates?.has(id) === false) continue;
      if (duration > left && chosen.size > 0) break;
      left -= duration;
      chosen.set(id, patience + 10 * duration);
    }
    return chosen;
  }

  async #run(wanted) {
    const results = [];
    for (const file of this.#files) {
      results.push(...(await file.run(wanted)));
      const hasFailed = results.some((result) => result.status === status.failed);
      if (hasFailed && this.#endsAtFailure) break;
    }
    return results;
  }
}

let durations;

function byDuration() {
  durations ??= JSON.parse(readFileSync(durationsFile, 'utf8')).sort(([, a], [, b]) => a - b);
  return durations;
}

export const strykerPlugins = [
  { kind: 'TestRunner', name: 'in-process', injectableClass: InProcessTestRunner },
];

export const strykerValidationSchema = {
  properties: {
    inProcess: {
      type: 'object',
      properties: { tests: { type: 'array' }, budget: { type: 'number' } },
      required: ['tests'],
    },
  },
};
