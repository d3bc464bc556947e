import type { AgentReleaseSettings, ImageLookupSettings } from '../plan/settings.js';
import { isImageSource } from './build.js';
import type { InputReader } from './reader.js';

const checks = { auto: 'auto', true: 'always', false: 'never' } as const;

/** Reads how to look up the image before the release. Undefined if it is not looked up. */
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
      `pins the tag of \`image\`, but a cloud build has no tag; remove \`pin-image\` or \`${builds.join('` and `')}\``,
    );
  }
  const isNeeded = agent?.settings.image !== undefined && (check !== 'never' || pins);
  return isNeeded ? { check, pins, isDryRun } : undefined;
}
