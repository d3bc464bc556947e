import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startProxy, withEnvironment, type Proxy, type ProxyBehavior } from '../support/proxy.js';
import { credentials, stageForEachTest } from '../support/release-run.js';

const stage = stageForEachTest();
let proxy: Proxy;

beforeEach(async () => {
  proxy = await startProxy(Number(new URL(stage.emulator.url).port), { kind: 'tunnel' });
});

afterEach(() => proxy.close());

/** A release through the proxy, which needs a host name that does not count as a loopback address. */
async function release(inputs: Record<string, string> = {}) {
  const startedAt = stage.clock.now();
  const outcome = await withEnvironment({ http_proxy: proxy.url }, () =>
    stage.release({
      ...credentials['API key'],
      'api-url': 'http://platform.localhost:80',
      'agent-name': 'voice',
      image: 'ghcr.io/acme/voice:1',
      ...inputs,
    }),
  );
  return { ...outcome, took: stage.clock.now() - startedAt };
}

const stalls: { name: string; behavior: ProxyBehavior }[] = [
  { name: 'does not respond', behavior: { kind: 'stall' } },
  { name: 'sends half of a response', behavior: { kind: 'half-answer' } },
  { name: 'discards what is sent', behavior: { kind: 'swallow' } },
];

test('a release works through a proxy', async () => {
  expect((await release()).succeeded).toBe(true);
  expect(new Set(proxy.asked)).toEqual(new Set(['platform.localhost:80']));
});

describe('a release ends in time although the proxy', () => {
  test.each(stalls)('$name from the start', async ({ behavior }) => {
    proxy.behavior = behavior;
    const { succeeded, actions, took } = await release();
    expect(succeeded).toBe(false);
    expect(took).toBeLessThan(35_000);
    expect(actions.errors[0]?.message).toContain('No answer came within 15 s');
  });

  test.each(stalls)('$name after the agent was deployed', async ({ behavior }) => {
    stage.emulator.script.after({ method: 'POST', path: '/v1/agents' }, () => {
      proxy.behavior = behavior;
      setImmediate(() => {
        proxy.breakTunnels();
      });
    });
    const { succeeded, took } = await release({ 'wait-timeout': '60' });
    expect(succeeded).toBe(false);
    expect(took).toBeLessThan(62_000);
  });
});

test('a release reports at once that a proxy requires authentication', async () => {
  proxy.behavior = { kind: 'refuse', status: 407 };
  const { succeeded, actions, took } = await release();
  expect(succeeded).toBe(false);
  expect(took).toBeLessThan(1000);
  expect(actions.errors[0]?.message).toContain(`The proxy at ${proxy.url} asks for authentication`);
  expect(actions.errors[0]?.message).toContain('HTTPS_PROXY');
});

describe('a finished release ends in time although GitHub is behind a proxy that', () => {
  const release = () =>
    withEnvironment({ http_proxy: proxy.url }, () =>
      stage.release(
        {
          ...credentials['API key'],
          'agent-name': 'voice',
          image: 'ghcr.io/acme/voice:1',
          environment: 'production',
          'github-token': 'ghs_token',
        },
        {
          environment: {
            // The platform is reached directly, because it has a loopback address.
            GITHUB_API_URL: 'http://github.localhost:80/api/v3',
            GITHUB_REPOSITORY: 'acme/voice',
            GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
          },
        },
      ),
    );

  test.each<{ name: string; behavior: ProxyBehavior }>([
    ...stalls,
    { name: 'rejects connections', behavior: { kind: 'refuse', status: 503 } },
  ])('$name', async ({ behavior }) => {
    proxy.behavior = behavior;
    const startedAt = stage.clock.now();
    const { succeeded, actions } = await release();
    const took = stage.clock.now() - startedAt;
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.agent('voice')?.ready).toBe(true);
    expect(proxy.asked).toContain('github.localhost:80');
    expect(actions.warnings.join()).toContain('GitHub deployments are not complete');
    // The release itself takes four seconds, and a request to GitHub at most ten.
    expect(took).toBeLessThan(16_000);
    // The other end notices the closed connection a moment later.
    for (let tries = 0; proxy.open > 0 && tries < 50; tries++) await setTimeout(10);
    expect(proxy.open).toBe(0);
  });
});
