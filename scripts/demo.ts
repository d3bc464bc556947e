import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Emulator, startEmulator } from '../emulator/index.js';
import { type TitledSummary, writePage } from './render-summary.js';
import { type ActionRun, runAction } from './runner.js';
import {
  agent,
  crashingRelease,
  firstRelease,
  mistakenRelease,
  rotatedKey,
  rotatedValue,
  rotation,
  type Scenario,
  secretSet,
  secretValues,
} from './scenarios.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = 'demo';

/** Something that has to be so after a run. */
interface Claim {
  readonly text: string;
  readonly holds: boolean;
}

/** A run of the action, how it has to end, and what has to be so then. */
interface Scene {
  readonly name: string;
  readonly title: string;
  readonly scenario: (emulator: Emulator) => Scenario;
  readonly ends: 'success' | 'failure';
  readonly claims: (emulator: Emulator, before: Before) => readonly Claim[];
}

/** What was so before a run. */
interface Before {
  readonly deploymentId: string | undefined;
  readonly requests: number;
}

const scenes: readonly Scene[] = [
  {
    name: 'first-release',
    title: 'A first release: secrets, and an agent that uses them',
    scenario: firstRelease,
    ends: 'success',
    claims: ({ state }) => [
      {
        text: `${agent} serves, with the 4 secrets that were given`,
        holds: Object.keys(state.serving(agent)?.secretValues ?? {}).length === 4,
      },
      { text: `${agent} keeps one instance warm`, holds: state.agent(agent)?.minAgents === 1 },
    ],
  },
  {
    name: 'rotation',
    title: 'A rotation: one secret gets a new value, released with a personal access token',
    scenario: rotation,
    ends: 'success',
    claims: ({ state }, { deploymentId }) => [
      {
        text: `a new deployment of ${agent} serves, forced by this release`,
        holds: state.serving(agent)?.id !== deploymentId && state.serving(agent)?.forced === true,
      },
      {
        text: `it runs with the new value of ${rotatedKey}`,
        holds: state.serving(agent)?.secretValues[rotatedKey] === rotatedValue,
      },
      {
        text: `the other keys of ${secretSet} are as they were`,
        holds: Object.keys(state.serving(agent)?.secretValues ?? {}).length === 4,
      },
    ],
  },
  {
    name: 'crash-loop',
    title: 'A new image that crashes when it starts',
    scenario: crashingRelease,
    ends: 'failure',
    claims: ({ state }, { deploymentId }) => [
      {
        text: `the previous deployment of ${agent} keeps serving`,
        holds: deploymentId !== undefined && state.serving(agent)?.id === deploymentId,
      },
    ],
  },
  {
    name: 'mistakes',
    title: 'Several mistakes in the inputs, told at once',
    scenario: mistakenRelease,
    ends: 'failure',
    claims: ({ requests }, before) => [
      { text: 'nothing was sent', holds: requests.length === before.requests },
    ],
  },
];

/** Whether a value of a secret can be read in what the run left behind. */
function showsSecret({ raw, summary, outputs }: ActionRun): boolean {
  // Masking a value takes telling the runner which one.
  const log = raw.replace(/^::add-mask::.*$/gm, '');
  const left = [log, summary, ...Object.values(outputs)].join('\n');
  return secretValues.some((value) => left.includes(value));
}

const emulator = await startEmulator({ secretSetDelay: 2000, deploymentDelay: 3000 });
const summaries: (TitledSummary & { readonly path: string })[] = [];
const disappointments: string[] = [];
try {
  await rm(join(root, folder), { recursive: true, force: true });
  for (const [index, { name, title, scenario, ends, claims }] of scenes.entries()) {
    console.log(`${'═'.repeat(80)}\n${index + 1}. ${title}\n${'═'.repeat(80)}`);
    const before = {
      deploymentId: emulator.state.serving(agent)?.id,
      requests: emulator.requests.length,
    };
    const run = await runAction({
      ...scenario(emulator),
      onLine: (line) => {
        console.log(line);
      },
    });
    const ended = run.exitCode === 0 ? 'success' : 'failure';
    const number = String(index + 1).padStart(2, '0');
    summaries.push({
      path: join(folder, `${number}-${name}.md`),
      title: `${number} ${title} – ${ended}`,
      markdown: run.summary,
    });
    console.log('');
    for (const { text, holds } of [
      { text: `the run ends in ${ends}`, holds: ended === ends },
      { text: 'it has a summary', holds: run.summary !== '' },
      ...claims(emulator, before),
      { text: 'no value of a secret stands in log, outputs or summary', holds: !showsSecret(run) },
    ]) {
      console.log(`${holds ? '✔' : '✘'} ${text}`);
      if (!holds) disappointments.push(`${name}: not so: ${text}`);
    }
    console.log('');
  }
} finally {
  await emulator.close();
}

await writePage(join(root, folder), 'Pipecat Cloud Release: job summaries', summaries);
console.log('The job summaries:');
for (const { path, markdown } of summaries) {
  await writeFile(join(root, path), markdown);
  console.log(`  ${path}`);
}
console.log(`  ${join(folder, 'index.html')}  all of them, as GitHub shows them`);

if (disappointments.length > 0) {
  console.error(`\nNot as expected:\n${disappointments.map((one) => `  ${one}`).join('\n')}`);
  process.exitCode = 1;
}
