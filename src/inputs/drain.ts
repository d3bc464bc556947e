import type { InputName } from './declared.js';
import type { InputReader } from './reader.js';

export const drainInputs = ['wait-for-drain', 'drain-timeout'] as const satisfies InputName[];

/** Reads how many milliseconds to wait for sessions on older deployments; undefined for no wait. */
export function readDrainTimeout(
  { raw, fields, findings }: InputReader,
  { waits }: { readonly waits: boolean },
): number | undefined {
  const drains = fields.boolean('wait-for-drain') ?? false;
  const timeout = fields.timeout('drain-timeout');
  if (!raw.isInput('wait-for-drain')) fields.noEffectWithout('wait-for-drain', ['drain-timeout']);
  if (!drains) return undefined;
  if (!waits) {
    findings.problem(
      'wait-for-drain',
      'needs `wait-for-ready: true`, because sessions leave an older deployment only once the new one is ready',
    );
  }
  return timeout;
}
