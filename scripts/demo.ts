import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmulator } from '../emulator/index.js';
import { type TitledSummary, writePage } from './render-summary.js';
import { runAction } from './runner.js';
import { agentDeployments, type SceneRun, scenes, showsSecret } from './scenes.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = 'demo';

const emulator = await startEmulator({
  secretSetDelay: 2000,
  deploymentDelay: 3000,
  buildDelay: 4000,
});
const summaries: (TitledSummary & { readonly path: string })[] = [];
const failedClaims: string[] = [];
try {
  await rm(join(root, folder), { recursive: true, force: true });
  for (const [index, { name, title, scenario, expected, claims }] of scenes.entries()) {
    console.log(`${'═'.repeat(80)}\n${index + 1}. ${title}\n${'═'.repeat(80)}`);
    const given = scenario(emulator);
    const before = agentDeployments(emulator.state);
    const earlier = emulator.requests.length;
    const run = await runAction({
      ...given,
      onLine: (line) => {
        console.log(line);
      },
    });
    const requests = emulator.requests.slice(earlier);
    const course: SceneRun = { before, requests, run, state: emulator.state };
    const ended = run.exitCode === 0 ? 'success' : 'failure';
    const number = String(index + 1).padStart(2, '0');
    summaries.push({
      path: join(folder, `${number}-${name}.md`),
      title: `${number} ${title} – ${ended}`,
      markdown: run.summary,
    });
    console.log('');
    for (const { text, isTrue } of [
      { text: `the run ends with ${expected}`, isTrue: ended === expected },
      { text: 'the run has a summary', isTrue: run.summary !== '' },
      ...claims(course),
      { text: 'log, outputs and summary contain no secret value', isTrue: !showsSecret(run) },
    ]) {
      console.log(`${isTrue ? '✔' : '✘'} ${text}`);
      if (!isTrue) failedClaims.push(`${name}: ${text}`);
    }
    console.log('');
  }
} finally {
  await emulator.close();
}

await writePage(join(root, folder), 'Pipecat Cloud Release: job summaries', summaries);
console.log('Job summaries:');
for (const { path, markdown } of summaries) {
  await writeFile(join(root, path), markdown);
  console.log(`  ${path}`);
}
console.log(`  ${join(folder, 'index.html')}  all summaries, as GitHub shows them`);

if (failedClaims.length > 0) {
  console.error(
    `\nThese claims are not true:\n${failedClaims.map((one) => `  ${one}`).join('\n')}`,
  );
  process.exitCode = 1;
}
