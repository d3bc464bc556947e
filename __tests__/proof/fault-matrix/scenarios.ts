import type { EmulatorSeed } from '../../../emulator/index.js';
import { credentials } from '../../support/release-run.js';
import type { Given } from './landed.js';

/** A release that is tried with faults. */
export interface Scenario {
  readonly credential: keyof typeof credentials;
  readonly occasion: keyof typeof occasions;
  readonly source: keyof typeof sources;
  readonly inputs: Readonly<Record<string, string>>;
  readonly given: Given;
  /** Creates the state before the release. */
  readonly prepare: (seed: EmulatorSeed) => void;
}

const name = 'order-desk';
const sets = { secretSet: 'order-desk-keys', imagePullSecretSet: 'order-desk-registry' } as const;
const image = 'ghcr.io/acme/order-desk';
const newValues = { MODEL_KEY: 'model-new', SPEECH_KEY: 'speech-new' } as const;
const oldValues = { MODEL_KEY: 'model-old', KEPT_KEY: 'kept' } as const;

const host = 'https://ghcr.io/';
const authOf = (password: string): string => Buffer.from(`acme-bot:${password}`).toString('base64');

/** What the agent runs. */
const sources = {
  image: {
    // The agent already has this tag. Only values change, so the deployment is forced.
    inputs: { image: `${image}:1.0` },
    given: { image: `${image}:1.0` },
    imagePullSecret: undefined,
    prepare: (seed: EmulatorSeed) => {
      seed.agent({ name, image: `${image}:1.0`, secretSet: sets.secretSet });
    },
  },
  'image, with a smoke test': {
    inputs: {
      image: `${image}:1.0`,
      'smoke-test': 'true',
      'public-api-key': 'pk_emulator',
      'smoke-test-duration': '1',
      // The date in a Retry-After may be a minute from now.
      'smoke-test-timeout': '240',
    },
    given: { image: `${image}:1.0` },
    isTested: true,
    imagePullSecret: undefined,
    prepare: (seed: EmulatorSeed) => {
      seed.agent({ name, image: `${image}:1.0`, secretSet: sets.secretSet });
    },
  },
  'cloud build': {
    inputs: { 'cloud-build': 'true' },
    given: { image: undefined },
    imagePullSecret: undefined,
    prepare: (seed: EmulatorSeed) => {
      const { id } = seed.build({ status: 'success' });
      seed.agent({ name, buildId: id, secretSet: sets.secretSet });
    },
  },
  'image with a pull secret': {
    inputs: {
      image: `${image}:2.0`,
      'image-credentials': sets.imagePullSecretSet,
      registry: 'ghcr.io',
      'registry-username': 'acme-bot',
      'registry-password': 'registry-new',
    },
    given: { image: `${image}:2.0` },
    imagePullSecret: { name: sets.imagePullSecretSet, host, auth: authOf('registry-new') },
    prepare: (seed: EmulatorSeed) => {
      seed.imagePullSecret({ name: sets.imagePullSecretSet, host, auth: authOf('registry-old') });
      seed.agent({ name, image: `${image}:1.0`, ...sets });
    },
  },
} as const;

/** The state before the release. */
const occasions = {
  'first release': { values: newValues, isUpdate: false },
  update: { values: { ...oldValues, ...newValues }, isUpdate: true },
} as const;

function scenario(
  credential: Scenario['credential'],
  occasion: Scenario['occasion'],
  source: Scenario['source'],
): Scenario {
  const { inputs, given, imagePullSecret, prepare, ...more } = sources[source];
  const { values, isUpdate } = occasions[occasion];
  return {
    credential,
    occasion,
    source,
    inputs: {
      ...credentials[credential],
      ...inputs,
      'agent-name': name,
      'secret-set': sets.secretSet,
      secrets: Object.entries(newValues)
        .map(([key, value]) => `${key}=${value}`)
        .join('\n'),
    },
    given: {
      organization: 'acme',
      region: 'us-west',
      secretSet: { name: sets.secretSet, values },
      imagePullSecret,
      agent: { name, ...given },
      isTested: 'isTested' in more,
    },
    prepare: (seed) => {
      if (!isUpdate) return;
      seed.secretSet({ name: sets.secretSet, values: oldValues });
      prepare(seed);
    },
  };
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(record) as Key[];
}

/** All combinations of credentials, of first release and update, and of image sources. */
export const scenarios: readonly Scenario[] = keysOf(credentials).flatMap((credential) =>
  keysOf(occasions).flatMap((occasion) =>
    keysOf(sources)
      // A smoke test does not depend on the state before the release.
      .filter((source) => occasion === 'update' || source !== 'image, with a smoke test')
      .map((source) => scenario(credential, occasion, source)),
  ),
);

export function titleOf({ credential, occasion, source }: Scenario): string {
  return `${credential}, ${occasion}, ${source}`;
}
