import { expect, test } from '@jest/globals';
import { readInputs } from '../../src/inputs/read-inputs.js';
import { inputVariables } from '../support/release-run.js';

const read = (inputs: Readonly<Record<string, string>>) =>
  readInputs(inputVariables({ 'api-key': 'sk_emulator', 'agent-name': 'voice', ...inputs }), () =>
    Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' })),
  );
const image = { image: 'ghcr.io/acme/voice:1' };

test.each([
  ['by default', image, { check: 'auto', pins: false, isDryRun: false }],
  [
    'strictly',
    { ...image, 'check-image': 'true' },
    { check: 'always', pins: false, isDryRun: false },
  ],
  ['never', { ...image, 'check-image': 'false' }, undefined],
  [
    'to pin it alone',
    { ...image, 'check-image': 'false', 'pin-image': 'true' },
    { check: 'never', pins: true, isDryRun: false },
  ],
  ['for a plan', { ...image, 'dry-run': 'true' }, { check: 'auto', pins: false, isDryRun: true }],
  ['without an image', { 'min-agents': '1' }, undefined],
])('an image is looked up %s', async (_name, inputs, expected) => {
  expect((await read(inputs)).inputs?.release.imageLookup).toEqual(expected);
});

test.each([
  ['cloud-build', { 'cloud-build': 'true' }],
  ['build-id', { 'build-id': '0123abcd-89ab-4cde-8f01-23456789abcd' }],
])('`pin-image` with `%s` is a mistake', async (input, inputs) => {
  expect((await read({ 'pin-image': 'true', ...inputs })).problems).toEqual([
    {
      input: 'pin-image',
      message: `pins the tag of \`image\`, but a cloud build has no tag; remove \`pin-image\` or \`${input}\``,
    },
  ]);
});

test('a registry on this machine is reached over http', async () => {
  const { inputs, problems } = await read({
    image: '127.0.0.1:5000/acme/voice:1',
    registry: 'http://127.0.0.1:5000',
    'registry-username': 'me',
    'registry-password': 'a-password',
    'image-credentials': 'local',
  });
  expect(problems).toEqual([]);
  expect(inputs?.release.imagePullSecret?.registry?.host).toBe('http://127.0.0.1:5000');
});
