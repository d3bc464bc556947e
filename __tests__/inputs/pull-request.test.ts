import { describe, expect, test } from '@jest/globals';
import type { WorkflowEvent } from '../../src/github/event.js';
import { readInputs } from '../../src/inputs/read-inputs.js';
import { inputVariables } from '../support/release-run.js';

const openedAt = '2026-01-02T03:04:05Z';

const events = {
  push: { eventName: 'push', payload: {} },
  pull_request: {
    eventName: 'pull_request',
    payload: { pull_request: { number: 7, created_at: openedAt } },
  },
  pull_request_target: {
    eventName: 'pull_request_target',
    payload: { pull_request: { number: 7, created_at: openedAt } },
  },
  comment: {
    eventName: 'issue_comment',
    payload: { issue: { number: 7, created_at: openedAt, pull_request: { url: 'x' } } },
  },
  commentOnIssue: {
    eventName: 'issue_comment',
    payload: { issue: { number: 7, created_at: openedAt } },
  },
  schedule: { eventName: 'schedule', payload: {} },
  workflow_dispatch: { eventName: 'workflow_dispatch', payload: {} },
} satisfies Record<string, WorkflowEvent>;

const base = {
  'api-key': 'sk_0123456789',
  'agent-name': 'voice-pr-{pr}',
  image: 'ghcr.io/acme/voice:1.0',
};

async function read(inputs: Record<string, string>, event: WorkflowEvent = events.pull_request) {
  let reads = 0;
  const reading = await readInputs(
    {
      GITHUB_WORKSPACE: '/workspace',
      GITHUB_REPOSITORY: 'acme/voice',
      ...inputVariables({ ...base, ...inputs }),
    },
    () => Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' })),
    () => Promise.resolve(false),
    () => {
      reads++;
      return Promise.resolve(event);
    },
  );
  return {
    release: reading.inputs?.release,
    github: reading.inputs?.github,
    problems: reading.problems.map(({ input, message }) => `${input}: ${message}`),
    reads,
  };
}

describe('{pr} stands for the number of the pull request', () => {
  test.each([
    { name: 'of the event pull_request', event: events.pull_request, inputs: {}, number: 7 },
    { name: 'of pull_request_target', event: events.pull_request_target, inputs: {}, number: 7 },
    { name: 'that is commented on', event: events.comment, inputs: {}, number: 7 },
    {
      name: 'that pr-number gives on workflow_dispatch',
      event: events.workflow_dispatch,
      inputs: { 'pr-number': '12' },
      number: 12,
    },
    {
      name: 'that pr-number gives on schedule',
      event: events.schedule,
      inputs: { 'pr-number': ' 12 ' },
      number: 12,
    },
    {
      name: 'that both give',
      event: events.pull_request,
      inputs: { 'pr-number': '7' },
      number: 7,
    },
  ])('$name', async ({ event, inputs, number }) => {
    const { release, problems } = await read(inputs, event);
    expect(problems).toEqual([]);
    expect(release?.agent?.name.in('us-west')).toBe(`voice-pr-${number}`);
    expect(release?.agent?.preview).toMatchObject({ pullRequest: number, hasUniqueName: true });
  });

  test('in every name and with the other placeholders', async () => {
    const { release, github, problems } = await read({
      'agent-name': 'voice-{pr}-{region}',
      'secret-set': 'keys-{pr}-{region}-{version}',
      secrets: 'A=value-a',
      'image-credentials': 'pull-{pr}-{region}',
      environment: 'preview-{pr}-{region}',
      'github-token': 'ghs_0123456789',
      region: 'us-west, eu-central',
    });
    expect(problems).toEqual([]);
    expect(release?.agent?.name.in('us-west')).toBe('voice-7-{region}');
    expect(release?.secretSet?.name.in('us-west')).toBe('keys-7-{region}-{version}');
    expect(release?.imagePullSecret?.name.in('us-west')).toBe('pull-7-{region}');
    expect(github?.environment).toBe('preview-7-{region}');
    expect(release?.agent?.preview).toEqual({
      pullRequest: 7,
      openedAt: Date.parse(openedAt),
      hasUniqueName: false,
      unclearSets: ['secret'],
    });
  });

  test('in lines for regions', async () => {
    const { release, problems } = await read({
      region: 'us-west, eu-central',
      'agent-name': 'us-west: voice-pr-{pr}\n*: stimme-pr-{pr}',
    });
    expect(problems).toEqual([]);
    expect(release?.agent?.name.in('us-west')).toBe('voice-pr-7');
    expect(release?.agent?.name.in('eu-central')).toBe('stimme-pr-7');
    expect(release?.agent?.preview?.hasUniqueName).toBe(true);
  });
});

describe('an input that concerns the pull request is refused', () => {
  test.each([
    {
      name: '{pr} on a push',
      event: events.push,
      inputs: { 'secret-set': 'keys-{pr}' },
      expected: [
        'agent-name: has `{pr}`, the number of a pull request, but this run is not for a pull request (event `push`); set `pr-number`',
        'secret-set: has `{pr}`, the number of a pull request, but this run is not for a pull request (event `push`); set `pr-number`',
      ],
    },
    {
      name: '{pr} for a comment on an issue',
      event: events.commentOnIssue,
      inputs: {},
      expected: [
        'agent-name: has `{pr}`, the number of a pull request, but this run is not for a pull request (event `issue_comment`); set `pr-number`',
      ],
    },
    {
      name: "another number than the event's",
      event: events.pull_request,
      inputs: { 'pr-number': '8' },
      expected: ['pr-number: is 8, but the event is about pull request 7; remove `pr-number`'],
    },
    {
      name: 'a number that is none',
      event: events.schedule,
      inputs: { 'pr-number': '#8' },
      expected: ['pr-number: `#8` is not the number of a pull request'],
    },
    {
      name: 'a number without {pr}',
      event: events.schedule,
      inputs: { 'agent-name': 'voice', 'pr-number': '8' },
      expected: ['pr-number: has no effect, because no name has `{pr}`'],
    },
    {
      name: '{pr} in some lines only',
      event: events.pull_request,
      inputs: { region: 'us-west, eu-central', 'agent-name': 'us-west: voice-pr-{pr}\n*: voice' },
      expected: [
        'agent-name: has `{pr}` in only some of its lines; add it to the others (`*: voice`)',
      ],
    },
    {
      name: 'a name that the number makes too long',
      event: events.schedule,
      inputs: { 'agent-name': `${'a'.repeat(50)}-{pr}`, 'pr-number': '1234' },
      expected: [
        `agent-name: \`${'a'.repeat(50)}-1234\` is not valid; use 2 to 54 lower-case letters, digits and hyphens, beginning and ending with a letter or digit`,
      ],
    },
  ])('$name', async ({ event, inputs, expected }) => {
    const { problems } = await read(inputs, event);
    expect(problems).toEqual(expected);
  });
});

test('the number alone decides how long a name is', async () => {
  const fits = await read({ 'agent-name': `${'a'.repeat(52)}-{pr}` });
  expect(fits.problems).toEqual([]);
});

test('the event is not read if no name has {pr}', async () => {
  const { reads, problems } = await read({ 'agent-name': 'voice' });
  expect([reads, problems]).toEqual([0, []]);
});

describe('without an agent of the pull request, a set', () => {
  const alone = { 'agent-name': '', image: '' };
  const secrets = { secrets: 'A=value-a' };
  const registry = {
    registry: 'ghcr.io',
    'registry-username': 'acme-bot',
    'registry-password': 'hidden-password',
  };
  const explanation =
    'and `agent-name` has no `{pr}`. Nothing else tells this set from another one with its name, because the platform does not show how old a set is';

  test.each<{ name: string; inputs: Record<string, string>; problems: string[] }>([
    {
      name: 'that is written must contain pr-{pr}',
      inputs: { ...alone, ...secrets, 'secret-set': 'voice-{pr}-keys' },
      problems: [`secret-set: does not contain \`pr-{pr}\`, ${explanation}`],
    },
    {
      name: 'that is written for an agent of all pull requests must contain it, too',
      inputs: { ...secrets, 'agent-name': 'voice', 'secret-set': 'voice-{pr}-keys' },
      problems: [`secret-set: does not contain \`pr-{pr}\`, ${explanation}`],
    },
    {
      name: 'of a registry must contain it, too',
      inputs: { ...alone, ...registry, 'image-credentials': 'voice-{pr}-pull' },
      problems: [`image-credentials: does not contain \`pr-{pr}\`, ${explanation}`],
    },
    {
      name: 'that contains it is written',
      inputs: { ...alone, ...secrets, 'secret-set': 'voice-pr-{pr}-keys' },
      problems: [],
    },
    {
      name: 'that is only bound may have any name',
      inputs: {
        'agent-name': 'voice',
        'secret-set': 'voice-{pr}-keys',
        'image-credentials': 'voice-{pr}-pull',
      },
      problems: [],
    },
  ])('$name', async ({ inputs, problems }) => {
    expect((await read(inputs)).problems).toEqual(problems);
  });
});
