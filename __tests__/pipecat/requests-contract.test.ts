import { expect, test } from '@jest/globals';
import { loadContract } from '../emulator/openapi.js';
import { checkoutForEachTest } from '../support/checkout.js';
import { credentials, Stage } from '../support/release-run.js';

const contract = loadContract();

if (contract === undefined) {
  test("LEFT OUT: the platform's OpenAPI description is not here, so requests are not held against it", () => {
    expect(loadContract()).toBeUndefined();
  });
} else {
  const checkout = checkoutForEachTest();

  test("every request of a release is one that the platform's OpenAPI description knows", async () => {
    const stage = await Stage.open();
    try {
      const { id } = stage.emulator.seed.build({ status: 'success' });
      stage.emulator.seed.secretSet({ name: 'keys', values: { OLD: 'value-old' } });
      const release = {
        ...credentials['API key'],
        'secret-set': 'keys',
        secrets: 'A=value-a\nB=value-b',
        'prune-secrets': 'true',
        'image-credentials': 'registry',
        registry: 'ghcr.io',
        'registry-username': 'acme',
        'registry-password': 'token-that-lasts',
        'agent-name': 'voice',
        'min-agents': '1',
        'max-agents': '3',
        'agent-profile': 'agent-1x',
        'max-session-duration': '900',
      };
      for (const inputs of [
        { ...release, image: 'ghcr.io/acme/voice:1', 'krisp-viva-audio-filter': 'pro' },
        { ...release, 'build-id': id, 'krisp-viva-audio-filter': 'off' },
      ]) {
        const { succeeded, actions } = await stage.release(inputs);
        expect(actions.errors).toEqual([]);
        expect(succeeded).toBe(true);
      }
      const { environment } = checkout;
      expect(
        await stage.release({ ...release, 'cloud-build': 'true' }, { environment }),
      ).toMatchObject({ succeeded: true });
      checkout.write({ 'bot.py': 'raise SystemExit(1)\n' });
      stage.emulator.script.build({ outcome: 'failed' });
      await stage.release({ ...release, 'cloud-build': 'true' }, { environment });
      const failed = stage.emulator.state.builds().find(({ status }) => status === 'failed');
      stage.emulator.script.deployment('voice', { outcome: 'crash-loop' });
      await stage.release({ ...release, image: 'ghcr.io/acme/voice:2', 'failure-logs': 'always' });

      // Uploads go to the storage, which the description does not know.
      const requests = stage.emulator.requests.filter(({ path }) => path.startsWith('/v1/'));
      const asked = new Set(requests.map(({ method, path }) => `${method} ${path}`));
      // What the release is made of was in fact asked, so that the check below means something.
      expect([...asked]).toEqual(
        expect.arrayContaining([
          'GET /v1/regions',
          'GET /v1/secrets',
          'GET /v1/secrets/keys',
          'PUT /v1/secrets/keys',
          'PUT /v1/secrets/registry',
          'DELETE /v1/secrets/keys/OLD',
          `GET /v1/builds/${id}`,
          'GET /v1/builds',
          'POST /v1/builds/upload-url',
          'POST /v1/builds',
          `GET /v1/builds/${failed?.id ?? ''}/logs`,
          'GET /v1/agents',
          'GET /v1/agents/voice',
          'GET /v1/agents/voice/logs',
          'POST /v1/agents',
          'POST /v1/agents/voice',
        ]),
      );
      const problems = requests.flatMap((request) =>
        contract
          .checkRequest(request)
          .map((problem) => `${request.method} ${request.path}: ${problem}`),
      );
      expect(problems).toEqual([]);
    } finally {
      await stage.close();
    }
  });
}
