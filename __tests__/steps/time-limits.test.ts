import { describe, expect, test } from '@jest/globals';
import type { RequestMatch } from '../../emulator/faults.js';
import { credentials, stageForEachTest } from '../support/release-run.js';

const stage = stageForEachTest({ secretSetDelay: 300, deploymentDelay: 300 });

/** In milliseconds; shorter than the limit of a single request. */
const limit = 12_000;
const release = {
  ...credentials['API key'],
  region: 'us-west',
  'secret-set': 'keys',
  secrets: 'A=newer-a',
  'agent-name': 'voice',
  image: 'ghcr.io/acme/voice:1.0.1',
  'secrets-timeout': '12',
  'wait-timeout': '12',
};
const pullSecret = {
  'image-credentials': 'registry',
  registry: 'ghcr.io',
  'registry-username': 'acme',
  'registry-password': 'token-that-lasts',
};
const versions = { 'secret-set': 'keys-{version}', 'keep-versions': '0' };
const pruning = { 'prune-secrets': 'true' };
const agent = { method: 'GET', path: '/v1/agents/voice' };

interface Phase {
  readonly name: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly arrange?: () => void;
  /** The requests that are never answered, after the first `skip` ones. */
  readonly silent: RequestMatch;
  readonly skip?: number;
  /** What the report says about it. */
  readonly expected: string;
}

const seedAgent = (): void => {
  stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'older-a', OLD: 'old' } });
  stage.emulator.seed.agent({ name: 'voice', image: 'ghcr.io/acme/voice:1.0.0' });
};
const seedVersion = (): void => {
  stage.emulator.seed.secretSet({ name: 'keys-00000000', values: { A: 'older-a' } });
};

const phases: Phase[] = [
  {
    name: 'the write of a secret set',
    silent: { method: 'PUT', path: '/v1/secrets/keys' },
    expected: '`secrets-timeout` (12 s)',
  },
  {
    name: 'the write of an image pull secret',
    inputs: pullSecret,
    silent: { method: 'PUT', path: '/v1/secrets/registry' },
    expected: '`secrets-timeout` (12 s)',
  },
  {
    name: 'a status check of a secret set',
    silent: { method: 'GET', path: '/v1/secrets/keys' },
    expected: 'No status check of the set succeeded within 12 s',
  },
  {
    name: 'the read of the agent before it is deployed',
    arrange: seedAgent,
    silent: agent,
    skip: 1,
    expected: '`wait-timeout` (12 s)',
  },
  {
    name: 'the deploy of a new agent',
    silent: { method: 'POST', path: '/v1/agents' },
    expected: '`wait-timeout` (12 s)',
  },
  {
    name: 'the deploy of an existing agent',
    arrange: seedAgent,
    silent: { method: 'POST', path: '/v1/agents/voice' },
    expected: '`wait-timeout` (12 s)',
  },
  {
    name: 'the read of the agent if the answer to the deploy names no deployment',
    arrange: () => {
      seedAgent();
      stage.emulator.script.fault(
        { method: 'POST', path: '/v1/agents/voice' },
        { kind: 'status', status: 200, body: { name: 'voice' }, carryOut: true },
      );
    },
    silent: agent,
    skip: 2,
    expected: '`wait-timeout` (12 s)',
  },
  {
    name: 'a status check of the rollout',
    silent: agent,
    skip: 2,
    expected: '`wait-timeout` is 12 s',
  },
  {
    name: 'the deletion of a key',
    inputs: pruning,
    arrange: seedAgent,
    silent: { method: 'DELETE' },
    expected: '`secrets-timeout` (12 s)',
  },
  {
    name: 'the list of secret sets before versions are deleted',
    inputs: versions,
    arrange: seedVersion,
    silent: { method: 'GET', path: '/v1/secrets' },
    skip: 1,
    expected: 'Could not delete older versions of `keys-{version}`',
  },
  {
    name: 'the list of agents before versions are deleted',
    inputs: versions,
    arrange: seedVersion,
    silent: { method: 'GET', path: '/v1/agents' },
    expected: 'Could not delete older versions of `keys-{version}`',
  },
  {
    name: 'the deletion of a version',
    inputs: versions,
    arrange: seedVersion,
    silent: { method: 'DELETE' },
    expected: 'Whether it was carried out is not known',
  },
];

describe('if the platform never answers, its own limit ends', () => {
  test.each(phases)('$name', async ({ inputs, arrange, silent, skip = 0, expected }) => {
    arrange?.();
    stage.emulator.script.fault(silent, { kind: 'hang' }, { skip, times: 99 });
    const { actions } = await stage.release({ ...release, ...inputs });
    const unanswered = stage.emulator.requests
      .filter(
        ({ method, path }) =>
          method === silent.method && (silent.path === undefined || silent.path === path),
      )
      .slice(skip);
    const waited = stage.clock.trueTime() - (unanswered[0]?.receivedAt ?? NaN);
    expect(waited).toBeGreaterThan(limit / 2);
    expect(waited).toBeLessThan(limit + 1000);
    expect(actions.everything).toContain(expected);
  });
});
