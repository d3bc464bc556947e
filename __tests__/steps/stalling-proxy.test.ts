import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startProxy, withEnvironment, type Proxy, type ProxyBehavior } from '../support/proxy.js';
import { credentials, stageForEachTest } from '../support/release-run.js';

const stage = stageForEachTest();
let proxy: Proxy;

beforeEach(async () => {
  proxy = await startProxy(Number(new URL(stage.emulator.url).port), { kind: 'tunnel' });
});

afterEach(() => proxy.close());

/** A release by way of the proxy: a name that is not taken for a loopback address. */
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
  { name: 'says nothing', behavior: { kind: 'stall' } },
  { name: 'answers half-way', behavior: { kind: 'half-answer' } },
  { name: 'swallows what is sent', behavior: { kind: 'swallow' } },
];

test('a release goes through a proxy', async () => {
  expect((await release()).succeeded).toBe(true);
  expect(new Set(proxy.asked)).toEqual(new Set(['platform.localhost:80']));
});

describe('a release ends in time although the proxy', () => {
  test.each(stalls)('$name from the beginning', async ({ behavior }) => {
    proxy.behavior = behavior;
    const { succeeded, actions, took } = await release();
    expect(succeeded).toBe(false);
    expect(took).toBeLessThan(35_000);
    expect(actions.errors[0]?.message).toContain('No answer came within 15 s');
  });

  test.each(stalls)('$name once the agent is deployed', async ({ behavior }) => {
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

test('a proxy that asks for authentication is told as such, at once', async () => {
  proxy.behavior = { kind: 'refuse', status: 407 };
  const { succeeded, actions, took } = await release();
  expect(succeeded).toBe(false);
  expect(took).toBeLessThan(1000);
  expect(actions.errors[0]?.message).toContain(`The proxy at ${proxy.url} asks for authentication`);
  expect(actions.errors[0]?.message).toContain('HTTPS_PROXY');
});
