import { expect, test } from '@jest/globals';
import { loadContract } from '../emulator/openapi.js';
import { credentials, Stage } from '../support/release-run.js';

const contract = loadContract();

if (contract === undefined) {
  test("LEFT OUT: the platform's OpenAPI description is not here, so requests are not held against it", () => {
    expect(loadContract()).toBeUndefined();
  });
} else {
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
      stage.emulator.script.deployment('voice', { outcome: 'crash-loop' });
      await stage.release({ ...release, image: 'ghcr.io/acme/voice:2', 'failure-logs': 'always' });

      const { requests } = stage.emulator;
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
