import { afterAll, describe, expect, test } from '@jest/globals';
import pLimit from 'p-limit';
import type { Emulator } from '../../emulator/index.js';
import { checkoutForEachTest } from '../support/checkout.js';
import { credentials } from '../support/release-run.js';
import { documentOf, type Cell, type TeardownCell } from './fault-matrix/document.js';
import { columns } from './fault-matrix/faults.js';
import { madeRequests } from './fault-matrix/made-requests.js';
import { requestsOfTeardown, tearDownTwice } from './fault-matrix/teardown.js';
import { trialsOf, type Undisturbed } from './fault-matrix/trials.js';
import { scenarios, titleOf } from './fault-matrix/scenarios.js';
import { onStage, runScenario, timesSent } from './fault-matrix/try-fault.js';
import { keepFile } from './fault-matrix/kept-file.js';
import { judgeLanding, untruths, type Told } from './fault-matrix/landed.js';

/** Number of releases at the same time, so that others continue while one waits for a missing response. */
const atOnce = 8;

const file = 'docs/faults.md';
const renewal = 'npm run proof -- fault-matrix';

const checkout = checkoutForEachTest();
const startedAt = performance.now();
const cells: Cell[] = [];

const teardowns: TeardownCell[] = [];

afterAll(() => {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  process.stdout.write(
    `${documentOf(cells, teardowns)}\n${cells.length} releases and ${teardowns.length} teardowns in ${seconds} s\n`,
  );
});

/** What each release requests if nothing goes wrong. */
let undisturbed: Promise<Undisturbed> | undefined;

function undisturbedReleases(): Promise<Undisturbed> {
  const runAll = async (): Promise<Undisturbed> =>
    new Map(
      await pLimit(atOnce).map(scenarios, async (scenario) => {
        const { objections, requests } = await runScenario(scenario, checkout.environment);
        expect(objections).toEqual([]);
        return [scenario, requests] as const;
      }),
    );
  return (undisturbed ??= runAll());
}

describe('with a fault of any one of its requests, a release lands exactly once', () => {
  test.each(scenarios.map((scenario) => ({ title: titleOf(scenario), scenario })))(
    '$title',
    async ({ scenario }) => {
      const { environment } = checkout;
      const trials = trialsOf(scenario, await undisturbedReleases());
      const tried = await pLimit(atOnce).map(trials, async (trial): Promise<Cell> => {
        const { objections, requests } = await runScenario(scenario, environment, trial);
        return { scenario, ...trial, objections, timesSent: timesSent(trial, requests) };
      });
      cells.push(...tried);
      expect(tried.length).toBeGreaterThan(60);
      expect(tried.filter(({ objections }) => objections.length > 0).map(wordsFor)).toEqual([]);
    },
  );
});

function wordsFor({ request, column, objections }: Cell): string {
  const { method, path, place, phase } = request;
  return `${method} ${path} (${phase}, ${place}) × ${column.title}: ${objections.join('; ')}`;
}

describe('a teardown with one failing request deletes the preview and nothing else', () => {
  const all = Object.keys(credentials) as (keyof typeof credentials)[];
  test.each(all)('%s', async (credential) => {
    const requests = await requestsOfTeardown(credential);
    expect(requests.length).toBeGreaterThan(15);
    const trials = requests.flatMap((request) =>
      columns
        .filter(({ writesOnly }) => writesOnly !== true || request.method !== 'GET')
        .map((column) => ({ request, column })),
    );
    const tried = await pLimit(atOnce).map(
      trials,
      async ({ request, column }): Promise<TeardownCell> => {
        const { method, path } = request;
        const { objections, isDoneAtOnce } = await tearDownTwice(credential, (script) => {
          script.fault({ method, path }, column.fault);
        });
        const unfinished = isDoneAtOnce ? [] : ['it did not finish the work'];
        return { credential, request, column, objections: [...unfinished, ...objections] };
      },
    );
    teardowns.push(...tried);
    const wrong = tried.filter(({ objections }) => objections.length > 0);
    expect(
      wrong.map(({ request, column, objections }) =>
        [request.name, column.title, ...objections].join(': '),
      ),
    ).toEqual([]);
  });
});

test('docs/faults.md shows the results', () => {
  const isWhole =
    new Set(cells.map(({ scenario }) => scenario)).size === scenarios.length &&
    new Set(teardowns.map(({ credential }) => credential)).size === Object.keys(credentials).length;
  if (!isWhole) throw new Error(`Only a whole run is kept. Run \`${renewal}\`.`);
  const haveLanded = [...cells, ...teardowns].every(({ objections }) => objections.length === 0);
  if (!haveLanded) throw new Error('What did not land, as told above, is to be mended, not kept.');
  keepFile(file, documentOf(cells, teardowns), renewal);
});

describe('the proof detects', () => {
  const [scenario] = scenarios.filter(
    ({ occasion, source }) => occasion === 'update' && source === 'image with a pull secret',
  );
  if (scenario === undefined) throw new Error('There is no such release');
  const { given } = scenario;
  const { name } = given.agent;
  const set = given.secretSet.name;
  const { values } = given.secretSet;

  test.each<{
    name: string;
    spoil: (emulator: Emulator) => void;
    shortfall: RegExp | undefined;
    deployments?: number;
    builds?: number;
  }>([
    { name: 'not so one that did', spoil: () => undefined, shortfall: undefined },
    {
      name: 'an old value',
      spoil: ({ seed }) => {
        seed.secretSet({ name: set, values: { ...values, MODEL_KEY: 'model-old' } });
      },
      shortfall: /^the values of the set: /,
    },
    {
      name: 'a missing key',
      spoil: ({ seed }) => {
        const others = Object.entries(values).filter(([key]) => key !== 'KEPT_KEY');
        seed.secretSet({ name: set, values: Object.fromEntries(others) });
      },
      shortfall: /^the values of the set: /,
    },
    {
      name: 'a set that is not ready',
      spoil: ({ seed }) => {
        seed.secretSet({ name: set, values, status: 'pending' });
      },
      shortfall: /^the status of the set: "pending"/,
    },
    {
      name: 'a set that was written after the deploy',
      spoil: ({ seed }) => {
        seed.secretSet({ name: set, values });
      },
      shortfall: /^a set was written after the deployment/,
    },
    {
      name: 'old credentials of the registry',
      spoil: ({ seed }) => {
        seed.imagePullSecret({ name: 'order-desk-registry', host: 'https://ghcr.io/' });
      },
      shortfall: /^the credentials of the image pull secret: /,
    },
    {
      name: 'an additional set',
      spoil: ({ seed }) => {
        seed.secretSet({ name: 'another' });
      },
      shortfall: /^the sets: /,
    },
    {
      name: 'an additional agent',
      spoil: ({ seed }) => {
        seed.agent({ name: 'another' });
      },
      shortfall: /^the agents: /,
    },
    {
      name: 'a build that was not requested',
      spoil: ({ seed }) => {
        seed.build({});
      },
      shortfall: undefined,
      builds: 1,
    },
    {
      name: 'another image, without the sets',
      spoil: ({ seed }) => {
        seed.agent({ name, image: 'ghcr.io/acme/order-desk:1.0' });
      },
      shortfall: /^the image of the agent: /,
    },
    {
      name: 'an agent with old values',
      spoil: ({ seed }) => {
        seed.secretSet({ name: set, values: { MODEL_KEY: 'model-old' } });
        seed.agent({ name, image: given.agent.image, secretSet: set });
        seed.secretSet({ name: set, values });
      },
      shortfall: /^the values that the agent runs with: /,
    },
    {
      name: 'two deployments, the second of which is not serving yet',
      spoil: ({ script }) => {
        script.supersede(name);
      },
      shortfall: /^the deployment that serves: /,
      deployments: 2,
    },
  ])('$name', async ({ spoil, shortfall, deployments = 1, builds = 0 }) => {
    await onStage(
      scenario,
      {},
      () => undefined,
      ({ emulator, before, told }) => {
        spoil(emulator);
        const landing = judgeLanding(emulator.state, given, before);
        if (shortfall === undefined) {
          expect(landing).toEqual({ shortfalls: [], deployments, builds });
          expect(untruths(emulator.state, told, given, before)).toEqual([]);
        } else {
          expect(landing.shortfalls).toContainEqual(expect.stringMatching(shortfall));
          if (deployments > 1) expect(landing.deployments).toBe(deployments);
        }
      },
    );
  });

  test.each<{ name: string; change: (told: Told) => Told; untruth: RegExp }>([
    {
      name: 'a reported failure',
      change: (told) => ({ ...told, succeeded: false }),
      untruth: /^the success that is told: false/,
    },
    {
      name: 'another deployment in the report',
      change: (told) => ({ ...told, outputs: { ...told.outputs, 'deployment-id': 'another' } }),
      untruth: /^the output `deployment-id`: "another"/,
    },
    {
      name: 'a set that is missing in the report',
      change: (told) => ({ ...told, secretSets: told.secretSets.slice(1) }),
      untruth: /^the sets of the output `secret-sets`/,
    },
    {
      name: 'an agent that is reported as unchanged',
      change: (told) => ({
        ...told,
        agents: told.agents.map((agent) => ({ ...agent, outcome: 'unchanged' })),
      }),
      untruth: /^the output `agents`: .*unchanged/,
    },
  ])('$name', async ({ change, untruth }) => {
    await onStage(
      scenario,
      {},
      () => undefined,
      ({ emulator, before, told }) => {
        const found = untruths(emulator.state, change(told), given, before);
        expect(found).toEqual([expect.stringMatching(untruth)]);
      },
    );
  });

  test('a fault that does not occur', async () => {
    const { requests } = await runScenario(scenario, {});
    const [request] = madeRequests(requests);
    const [column] = columns;
    if (request === undefined || column === undefined) throw new Error('There is nothing to try');
    const trial = { request: { ...request, skip: 99 }, column, undisturbed: requests };
    const { objections } = await runScenario(scenario, {}, trial);
    expect(objections).toEqual(['the fault has not come, or not to this request']);
  });
});
