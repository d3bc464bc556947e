import { describe, expect, test } from '@jest/globals';
import { readInputs } from '../../src/inputs/read-inputs.js';
import { inputVariables } from '../support/release-run.js';

const digest = `sha256:${'0'.repeat(64)}`;
const noFile = () => Promise.reject(new Error('no file is read'));

function read(inputs: Readonly<Record<string, string>>) {
  const base = { 'api-key': 'sk_1', 'agent-name': 'voice', region: 'us-west' };
  return readInputs(inputVariables({ ...base, ...inputs }), noFile);
}

describe('an image that is none is told by what is wrong with it', () => {
  test.each([
    {
      name: 'capitals',
      image: 'ghcr.io/Acme/Voice:V1',
      told: '`ghcr.io/Acme/Voice:V1` has capital letters in its name, but registries accept only lower-case names. Use `ghcr.io/acme/voice:V1`',
    },
    {
      name: 'capitals and a digest',
      image: `Acme/voice@${digest}`,
      told: `\`Acme/voice@${digest}\` has capital letters in its name, but registries accept only lower-case names. Use \`acme/voice@${digest}\``,
    },
    {
      name: 'capitals behind a port',
      image: 'registry.example:5000/Acme/voice:1',
      told: '`registry.example:5000/Acme/voice:1` has capital letters in its name, but registries accept only lower-case names. Use `registry.example:5000/acme/voice:1`',
    },
    {
      name: 'an empty tag',
      image: 'ghcr.io/acme/voice:',
      told: '`ghcr.io/acme/voice:` has an empty tag; an expression that the tag comes from is probably empty (such as the output of a step without its `id`)',
    },
    {
      name: 'an empty tag before a digest',
      image: `ghcr.io/acme/voice:@${digest}`,
      told: `\`ghcr.io/acme/voice:@${digest}\` has an empty tag; an expression that the tag comes from is probably empty (such as the output of a step without its \`id\`)`,
    },
    {
      name: 'a URL',
      image: 'https://ghcr.io/acme/voice:1',
      told: '`https://ghcr.io/acme/voice:1` begins with the scheme of a URL, which an image does not have. Use `ghcr.io/acme/voice:1`',
    },
    {
      name: 'a URL of a client',
      image: 'docker://acme/voice:1',
      told: '`docker://acme/voice:1` begins with the scheme of a URL, which an image does not have. Use `acme/voice:1`',
    },
    {
      name: 'a digest alone',
      image: digest,
      told: `\`${digest}\` is a digest alone; put the name before it, as in \`ghcr.io/acme/agent@sha256:…\``,
    },
    {
      name: 'a digest without a name',
      image: `@${digest}`,
      told: `\`@${digest}\` is a digest alone; put the name before it, as in \`ghcr.io/acme/agent@sha256:…\``,
    },
    {
      name: 'a list of tags',
      image: 'ghcr.io/acme/voice:1\nghcr.io/acme/voice:latest',
      told: '`ghcr.io/acme/voice:1 ghcr.io/acme/voice:latest` names several images, but an agent runs one (`docker/metadata-action` may return several tags). Use `ghcr.io/acme/voice:1`',
    },
    {
      name: 'a list on one line',
      image: 'ghcr.io/acme/voice:1,ghcr.io/acme/voice:latest',
      told: '`ghcr.io/acme/voice:1,ghcr.io/acme/voice:latest` names several images, but an agent runs one (`docker/metadata-action` may return several tags). Use `ghcr.io/acme/voice:1`',
    },
    {
      name: 'quotes',
      image: '"ghcr.io/acme/voice:1"',
      told: '`"ghcr.io/acme/voice:1"` has quotes around it. Use `ghcr.io/acme/voice:1`',
    },
    {
      name: 'a branch as its tag',
      image: 'ghcr.io/acme/voice:feature/new-greeting',
      told: '`ghcr.io/acme/voice:feature/new-greeting` has a slash in its tag, as the name of a branch has; a tag cannot contain a slash. Use `ghcr.io/acme/voice:feature-new-greeting`',
    },
    {
      name: 'a branch as its tag, behind a port',
      image: 'localhost:5000/voice:feature/x',
      told: '`localhost:5000/voice:feature/x` has a slash in its tag, as the name of a branch has; a tag cannot contain a slash. Use `localhost:5000/voice:feature-x`',
    },
    {
      name: 'no tag',
      image: 'localhost:5000/voice',
      told: '`localhost:5000/voice` has no tag or digest, so it does not say which version to deploy',
    },
    {
      name: 'a credential',
      image: 'https://sk_hidden/acme/voice:1',
      told: 'a credential begins with the scheme of a URL, which an image does not have',
    },
  ])('$name', async ({ image, told }) => {
    const { problems } = await read({ image });
    expect(problems).toEqual([{ input: 'image', message: told }]);
  });

  test.each([
    'ghcr.io/acme/voice:1.0',
    'voice:1',
    'ghcr.io/acme/voice:V1_Final',
    'Registry.Example:5000/acme/voice:1',
    `ghcr.io/acme/voice:1@${digest}`,
  ])('and %s is one', async (image) => {
    const { inputs } = await read({ image });
    expect(inputs?.release.agent?.settings.image).toBe(image);
  });
});

describe('pull credentials', () => {
  const pull = {
    image: 'ghcr.io/acme/voice:1',
    'image-credentials': 'registry',
    registry: 'ghcr.io',
    'registry-username': 'acme',
    'registry-password': 'lasting',
  };

  test.each([
    { registry: 'ghcr.io', image: 'ghcr.io/acme/voice:1' },
    { registry: 'docker.io', image: 'acme/voice:1' },
    { registry: 'https://index.docker.io/v1/', image: 'registry-1.docker.io/acme/voice:1' },
    { registry: 'registry.example:5000', image: 'registry.example:5000/voice:1' },
  ])('of $registry fit $image', async (inputs) => {
    const { problems, warnings } = await read({ ...pull, ...inputs });
    expect([problems, warnings]).toEqual([[], []]);
  });

  test.each([
    { registry: 'ghcr.io', image: 'acme/voice:1', from: 'ghcr.io', of: 'docker.io' },
    { registry: 'docker.io', image: 'ghcr.io/acme/voice:1', from: 'docker.io', of: 'ghcr.io' },
  ])('of $registry do not help to pull $image', async ({ registry, image, from, of }) => {
    const { problems, warnings } = await read({ ...pull, registry, image });
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      `\`registry\` is \`${from}\`, but \`image\` is in \`${of}\`. The image pull secret does not help to pull it.`,
    ]);
  });

  const ecr = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';
  const google = 'europe-docker.pkg.dev';
  test.each([
    { name: 'a token of the job', host: 'ghcr.io', user: 'acme', password: 'ghs_0', told: 'ghs_…' },
    { name: 'the user of ECR', host: ecr, user: 'AWS', password: 'p', told: '12 hours' },
    { name: 'a host of ECR', host: ecr, user: 'somebody', password: 'p', told: '12 hours' },
    {
      name: 'a token of Google',
      host: google,
      user: 'oauth2accesstoken',
      password: 'p',
      told: '1 hour',
    },
    {
      name: 'a token of Azure',
      host: 'acme.azurecr.io',
      user: '00000000-0000-0000-0000-000000000000',
      password: 'p',
      told: '3 hours',
    },
  ])('that end soon are warned of: $name', async ({ host, user, password, told }) => {
    const written = {
      ...pull,
      image: `${host}/acme/voice:1`,
      registry: host,
      'registry-username': user,
      'registry-password': password,
    };
    const { problems, warnings } = await read(written);
    expect(problems).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining(told)]);
    expect(warnings[0]).toContain('The platform pulls the image again whenever an instance starts');
    // Of a pull secret that is only bound, nothing is known.
    const bound = { image: written.image, 'image-credentials': 'registry' };
    expect((await read(bound)).warnings).toEqual([]);
  });
});
