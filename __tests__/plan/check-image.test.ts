import { describe, expect, test } from '@jest/globals';
import { PreflightError } from '../../src/plan/problems.js';
import type { ImageLookupSettings } from '../../src/plan/settings.js';
import type { ImageLookup } from '../../src/registry/look-up.js';
import { observedAgent, planOfSituation, type Situation } from '../support/planning.js';

const image = 'ghcr.io/acme/voice:1.4.2';
const digest = `sha256:${'a'.repeat(64)}`;
const auto: ImageLookupSettings = { check: 'auto', pins: false, isDryRun: false };
const strict: ImageLookupSettings = { ...auto, check: 'always' };
const plan: ImageLookupSettings = { ...auto, isDryRun: true };

const found = (
  platforms: readonly string[] | undefined,
  platformsUnknown?: 'nested-index',
): ImageLookup => ({ outcome: 'found', digest, platforms, platformsUnknown });
const unreachable: ImageLookup = {
  outcome: 'unknown',
  because: 'unreachable',
  detail: 'ECONNREFUSED',
};
const missing: ImageLookup = { outcome: 'missing', login: undefined };
const amd64Only = found(['linux/amd64']);

const oneArm = [
  { code: 'us-west', supportedArchitectures: ['arm64'], defaultArchitecture: 'arm64' },
];
const both = [
  { code: 'us-west', supportedArchitectures: ['amd64', 'arm64'], defaultArchitecture: 'amd64' },
];
const silent = [
  { code: 'us-west', supportedArchitectures: undefined, defaultArchitecture: undefined },
];

interface Findings {
  readonly problems: string[];
  readonly warnings: readonly string[];
  readonly remarks: readonly string[];
}

function findings(
  lookup: ImageLookup,
  asked: ImageLookupSettings,
  situation: Situation = {},
): Findings {
  const { settings = {}, ...agent } = situation.agent ?? {};
  try {
    const { warnings, remarks } = planOfSituation({
      regions: silent,
      ...situation,
      agent: { ...agent, settings: { image, ...settings } },
      image: lookup,
      imageLookup: asked,
    });
    return { problems: [], warnings, remarks };
  } catch (error) {
    if (!(error instanceof PreflightError)) throw error;
    const problems = error.problems.map(({ about, message }) => `${about}: ${message}`);
    return { problems, warnings: [], remarks: [] };
  }
}

const nothing: Findings = { problems: [], warnings: [], remarks: [] };
const notPushed = 'not pushed yet: `acme/voice` on `ghcr.io` has no tag `1.4.2`';
const noArm64 = 'no linux/arm64: built for linux/amd64 only; `us-west` runs linux/arm64';
const notReached =
  'the image lookup failed: the registry of `acme/voice` on `ghcr.io` could not be reached (ECONNREFUSED)';

describe('what is certainly wrong fails before any write, and is reported by a plan', () => {
  test.each<[string, ImageLookup, string, Situation?]>([
    ['a tag that is missing', missing, notPushed],
    ['a tag that a login does not find', { outcome: 'missing', login: 'docker' }, notPushed],
    [
      'a login that is rejected',
      { outcome: 'login-refused', status: 401 },
      '`ghcr.io` rejected `registry-username` and `registry-password` (401)',
    ],
    ['another processor than that of all regions', amd64Only, noArm64],
    ['another processor than that of the region', amd64Only, noArm64, { regions: oneArm }],
    [
      'another processor than `architecture`',
      found(['linux/arm64']),
      'no linux/amd64: built for linux/arm64 only; `us-west` runs linux/amd64',
      { agent: { settings: { architecture: 'amd64' } }, regions: both },
    ],
    [
      'another processor than that of the agent',
      found(['linux/arm64']),
      'no linux/amd64: built for linux/arm64 only; `us-west` runs linux/amd64',
      { before: observedAgent({ settings: { architecture: 'amd64' } }), regions: both },
    ],
    [
      'an index without any platform',
      found([]),
      'no linux/arm64: built for no platform; `us-west` runs linux/arm64',
    ],
  ])('%s', (_name, lookup, message, situation = {}) => {
    const problems = [`image ${image}: ${message}`];
    expect(findings(lookup, auto, situation)).toEqual({ ...nothing, problems });
    expect(findings(lookup, strict, situation)).toEqual({ ...nothing, problems });
    expect(findings(lookup, { ...strict, isDryRun: true }, situation).problems).toEqual(problems);
    expect(findings(lookup, plan, situation)).toEqual({
      ...nothing,
      remarks: [`\`${image}\`: ${message}.`],
    });
  });
});

describe('what cannot be known is a line of the summary, and fails with `check-image: true`', () => {
  const pulledWithSecret = { imagePullSecret: { name: 'ghcr', isGiven: true } };
  test.each<[string, ImageLookup, string, Situation?]>([
    ['a registry out of reach', unreachable, notReached],
    [
      'a login that is missing',
      { outcome: 'unknown', because: 'login-needed', detail: '401' },
      'the image lookup failed: `acme/voice` on `ghcr.io` needs a login that this job does not have (401)',
    ],
    ['a tag that only the platform may see', missing, notPushed, pulledWithSecret],
    [
      'a tag that only the platform may see by now',
      missing,
      notPushed,
      { before: observedAgent({ settings: { imagePullSecretSet: 'ghcr' } }) },
    ],
    [
      'a nested index',
      found(undefined, 'nested-index'),
      'the platforms of the image are not known: its index contains another index',
    ],
  ])('%s', (_name, lookup, message, situation = {}) => {
    const remarks = [`\`${image}\`: ${message}.`];
    expect(findings(lookup, auto, situation)).toEqual({ ...nothing, remarks });
    expect(findings(lookup, plan, situation)).toEqual({ ...nothing, remarks });
    const problems = [`image ${image}: ${message}`];
    expect(findings(lookup, strict, situation).problems).toEqual(problems);
    expect(findings(lookup, { ...strict, isDryRun: true }, situation).problems).toEqual(problems);
  });
});

test.each([
  ['says nothing of an architecture', silent],
  ['runs several', both.map((region) => ({ ...region, defaultArchitecture: 'arm64' }))],
])('an agent that shows no processor in a region that %s is a warning', (_name, regions) => {
  expect(findings(amd64Only, auto, { before: observedAgent(), regions })).toEqual({
    ...nothing,
    warnings: [`\`${image}\`: ${noArm64}. Build with \`platforms: linux/arm64\`.`],
  });
  expect(findings(amd64Only, auto, { before: observedAgent(), regions: oneArm }).problems).toEqual([
    `image ${image}: ${noArm64}`,
  ]);
});

test.each<[string, ImageLookup, ImageLookupSettings, Situation?]>([
  ['an image for the processor', found(['linux/arm64', 'linux/amd64']), strict],
  ['an image for the default of the region', amd64Only, strict, { regions: both }],
  ['an image whose platforms nobody asked for', found(undefined), strict],
  ['a missing image, if it is not to be checked', missing, { ...auto, check: 'never' }],
])('nothing is said of %s', (_name, lookup, asked, situation = {}) => {
  expect(findings(lookup, asked, situation)).toEqual(nothing);
});

describe('`pin-image`', () => {
  const pins: ImageLookupSettings = { ...auto, pins: true };
  const imageOf = (lookup: ImageLookup, asked: ImageLookupSettings, before?: string) => {
    const { targets } = planOfSituation({
      agent: { settings: { image } },
      image: lookup,
      imageLookup: asked,
      ...(before === undefined ? {} : { before: observedAgent({ settings: { image: before } }) }),
    });
    const agent = targets[0]?.agent;
    return { image: agent?.settings.image, changes: agent?.changes.map(({ setting }) => setting) };
  };
  const pinned = `${image}@${digest}`;

  test('deploys the tag with the digest that it points at', () => {
    expect(imageOf(found(['linux/arm64']), pins)).toMatchObject({ image: pinned });
    expect(imageOf(found(['linux/arm64']), auto)).toMatchObject({ image });
  });

  test('makes a tag that moved a change, and one that did not none', () => {
    expect(imageOf(found(['linux/arm64']), pins, pinned).changes).toEqual([]);
    const older = `${image}@sha256:${'b'.repeat(64)}`;
    expect(imageOf(found(['linux/arm64']), pins, older).changes).toEqual(['image']);
    expect(imageOf(found(['linux/arm64']), pins, image).changes).toEqual(['image']);
  });

  test.each([
    { name: 'another tag', running: `ghcr.io/acme/voice:older@${digest}`, isSame: true },
    { name: 'no tag', running: `ghcr.io/acme/voice@${digest}`, isSame: true },
    { name: 'another repository', running: `ghcr.io/acme/other:1@${digest}`, isSame: false },
    { name: 'another registry', running: `quay.io/acme/voice:1@${digest}`, isSame: false },
  ])('compares with what runs under $name by digest: $isSame', ({ running, isSame }) => {
    const planned = imageOf(found(['linux/arm64']), pins, running);
    expect(planned).toEqual(
      isSame ? { image: running, changes: [] } : { image: pinned, changes: ['image'] },
    );
    const said = findings(found(['linux/arm64']), pins, {
      before: observedAgent({ settings: { image: running } }),
    }).remarks;
    expect(said).toEqual(
      isSame
        ? [`\`${image}\` points to the digest that the agent already runs as \`${running}\`.`]
        : [],
    );
  });

  test('fails without a digest, and is reported by a plan', () => {
    expect(findings(unreachable, pins).problems).toEqual([
      `image ${image}: cannot be pinned: ${notReached}`,
    ]);
    expect(findings(unreachable, { ...pins, check: 'never' }).problems).toHaveLength(1);
    expect(findings(missing, pins).problems).toEqual([`image ${image}: ${notPushed}`]);
    expect(findings(unreachable, { ...pins, isDryRun: true })).toEqual({
      ...nothing,
      remarks: [`\`${image}\`: ${notReached}.`, `\`${image}\` cannot be pinned: ${notReached}.`],
    });
  });
});
