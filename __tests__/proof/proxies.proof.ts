import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { checkoutForEachTest } from '../support/checkout.js';
import { startProxy, withEnvironment, type Proxy, type ProxyBehavior } from '../support/proxy.js';
import { credentials, Stage } from '../support/release-run.js';

/** Whatever a proxy does, from any request on, a release ends within its limits, and its report is correct. */

const checkout = checkoutForEachTest();
let stage: Stage;
let proxy: Proxy;

beforeEach(async () => {
  stage = await Stage.open({ secretSetDelay: 1250, deploymentDelay: 1000, buildDelay: 1500 });
  proxy = await startProxy(Number(new URL(stage.emulator.url).port), { kind: 'tunnel' });
});

afterEach(async () => {
  await proxy.close();
  await stage.close();
});

const inputs = {
  ...credentials['API key'],
  'api-url': 'http://platform.localhost:80',
  region: 'us-west',
  'agent-name': 'voice',
  'cloud-build': 'true',
  'secret-set': 'keys',
  secrets: 'OPENAI_KEY=first-value',
  'secrets-timeout': '60',
  'build-timeout': '60',
  'wait-timeout': '60',
};

const release = () =>
  withEnvironment({ http_proxy: proxy.url }, () =>
    stage.release(inputs, { environment: checkout.environment }),
  );

/** Requests before which the proxy changes its behavior, and open tunnels end. */
const moments = [
  { method: 'GET', path: '/v1/regions' },
  { method: 'PUT', path: '/v1/secrets/keys' },
  { method: 'POST', path: '/v1/builds/upload-url' },
  { method: 'POST', path: /^\/storage\// },
  { method: 'POST', path: '/v1/builds' },
  { method: 'POST', path: '/v1/agents' },
] as const;

const behaviors: readonly { readonly does: string; readonly behavior: ProxyBehavior }[] = [
  { does: 'says nothing', behavior: { kind: 'stall' } },
  { does: 'answers half-way', behavior: { kind: 'half-answer' } },
  { does: 'swallows what is sent', behavior: { kind: 'swallow' } },
  { does: 'answers 502', behavior: { kind: 'refuse', status: 502 } },
  { does: 'answers 407', behavior: { kind: 'refuse', status: 407 } },
];

const cases = moments.flatMap((moment) =>
  behaviors.map((behavior) => ({ ...moment, where: String(moment.path), ...behavior })),
);

function change(behavior: ProxyBehavior): void {
  proxy.behavior = behavior;
  setImmediate(() => {
    proxy.breakTunnels();
  });
}

test('a release through a proxy lands', async () => {
  expect(await release()).toMatchObject({ succeeded: true });
  expect(new Set(proxy.asked)).toEqual(new Set(['platform.localhost:80']));
});

describe('a release ends within its limits and reports nothing false if the proxy permanently', () => {
  test.each(cases)('$does from $method $where on', async ({ method, path, behavior }) => {
    stage.emulator.script.after({ method, path }, () => {
      change(behavior);
    });
    const startedAt = stage.clock.now();
    const { succeeded, agents, actions } = await release();
    expect(succeeded).toBe(false);
    // Three limits of a minute, only one of which can be used up, plus the attempts of a request.
    expect(stage.clock.now() - startedAt).toBeLessThan(5 * 60_000);
    expect(agents.every(({ ready }) => ready !== true)).toBe(true);
    expect(actions.errors).not.toEqual([]);
    expect(actions.errors[0]?.title).not.toBe('The action itself failed');
    expect(actions.summary).toContain('❌');
  });
});

describe('a release lands if the proxy temporarily', () => {
  test.each(cases.filter(({ behavior }) => behavior.kind === 'refuse' && behavior.status === 502))(
    '$does from $method $where on',
    async ({ method, path, behavior }) => {
      stage.emulator.script.after({ method, path }, () => {
        change(behavior);
        void stage.clock.sleep(2000).then(() => {
          proxy.behavior = { kind: 'tunnel' };
        });
      });
      const { succeeded, actions } = await release();
      expect(actions.errors).toEqual([]);
      expect(succeeded).toBe(true);
      const agent = stage.emulator.state.agent('voice');
      expect(agent?.ready).toBe(true);
      expect(agent?.deployments).toHaveLength(1);
      expect(stage.emulator.state.builds()).toHaveLength(1);
    },
  );
});
