import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { preciseTime } from './runner.js';

/** Milliseconds from the start of a process to its end. Its output is discarded. */
export async function timeProcess(
  command: string,
  commandArguments: readonly string[],
): Promise<number> {
  const startedAt = preciseTime();
  // The environment is as small as the one of the action. NODE_EXTRA_CA_CERTS alone would slow down the start as
  // much as the action itself.
  const child = spawn(command, commandArguments, {
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [exitCode] = await once(child, 'exit').then((values: readonly unknown[]) => values);
  const took = preciseTime() - startedAt;
  if (exitCode !== 0) throw new Error(`${command} ended with ${String(exitCode)}.`);
  return took;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}
