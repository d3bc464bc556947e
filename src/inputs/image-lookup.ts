import type { AgentReleaseSettings, ImageLookupSettings } from '../plan/settings.js';
import { isImageSource } from './build.js';
import type { InputReader } from './reader.js';

const checks = { auto: 'auto', true: 'always', false: 'never' } as const;

/** Reads how the image is looked up before the release. Undefined if there is no need to. */
export function readImageLookup(
  { raw, fields, findings, isDryRun }: InputReader,
  agent: AgentReleaseSettings | undefined,
): ImageLookupSettings | undefined {
  const check = checks[fields.choice('check-image', ['auto', 'true', 'false']) ?? 'auto'];
  const pins = fields.boolean('pin-image') ?? false;
  const builds = (['cloud-build', 'build-id'] as const).filter((input) =>
    isImageSource(raw, input),
  );
  if (pins && builds.length > 0) {
    findings.problem(
      'pin-image',
      `pins the tag of \`image\`, and a cloud build has none; remove \`pin-image\` or \`${builds.join('` and `')}\``,
    );
  }
  const isNeeded = agent?.settings.image !== undefined && (check !== 'never' || pins);
  return isNeeded ? { check, pins, isDryRun } : undefined;
}
