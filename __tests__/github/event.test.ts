import { describe, expect, test } from '@jest/globals';
import {
  isClosedRepository,
  isForkWithSecrets,
  isWithoutSecrets,
  mayBringForks,
  pullRequestNumber,
} from '../../src/github/event.js';

const own = { full_name: 'acme/voice' };
const fork = { full_name: 'mallory/voice' };

function pullRequest(head: unknown, repository: unknown = own) {
  return { repository, pull_request: { number: 7, head } };
}

describe('Whether code of a fork runs with the secrets of the repository', () => {
  test.each([
    {
      name: 'a pull request of the repository itself',
      eventName: 'pull_request_target',
      payload: pullRequest({ repo: own }),
      isFork: false,
    },
    {
      name: 'a pull request of a fork',
      eventName: 'pull_request_target',
      payload: pullRequest({ repo: fork }),
      isFork: true,
    },
    {
      name: 'a pull request whose repository is gone',
      eventName: 'pull_request_target',
      payload: pullRequest({ repo: null }),
      isFork: true,
    },
    {
      name: 'a pull request without a head',
      eventName: 'pull_request_target',
      payload: pullRequest(undefined),
      isFork: true,
    },
    {
      name: 'a head without a name, in a repository without one',
      eventName: 'pull_request_target',
      payload: pullRequest({ repo: {} }, {}),
      isFork: true,
    },
    {
      name: 'a payload without the repository',
      eventName: 'pull_request_target',
      payload: { pull_request: { head: { repo: fork } } },
      isFork: true,
    },
    {
      name: 'a payload without the pull request',
      eventName: 'pull_request_target',
      payload: { repository: own },
      isFork: true,
    },
    {
      name: 'a head of another shape',
      eventName: 'pull_request_target',
      payload: pullRequest({ repo: { full_name: 4 } }),
      isFork: true,
    },
    {
      name: 'no payload at all',
      eventName: 'pull_request_target',
      payload: undefined,
      isFork: true,
    },
    {
      name: 'what follows a run of the repository itself',
      eventName: 'workflow_run',
      payload: { repository: own, workflow_run: { head_repository: own } },
      isFork: false,
    },
    {
      name: 'what follows a run of a fork, whatever else the payload holds',
      eventName: 'workflow_run',
      payload: { ...pullRequest({ repo: own }), workflow_run: { head_repository: fork } },
      isFork: true,
    },
    {
      name: 'what follows a run whose repository is gone',
      eventName: 'workflow_run',
      payload: { repository: own, workflow_run: { head_repository: null } },
      isFork: true,
    },
    {
      name: 'what follows a run that the payload does not hold',
      eventName: 'workflow_run',
      payload: { repository: own },
      isFork: true,
    },
    {
      name: 'a pull request of a fork, whose workflow has no secrets',
      eventName: 'pull_request',
      payload: pullRequest({ repo: fork }),
      isFork: false,
    },
    { name: 'a push', eventName: 'push', payload: { repository: own }, isFork: false },
    { name: 'an event without a name', eventName: '', payload: undefined, isFork: false },
  ])('$name', ({ eventName, payload, isFork }) => {
    expect(isForkWithSecrets({ eventName, payload })).toBe(isFork);
  });
});

test.each([
  { eventName: 'pull_request_target', may: true },
  { eventName: 'workflow_run', may: true },
  { eventName: 'pull_request', may: false },
  { eventName: 'push', may: false },
  { eventName: '', may: false },
])('The event `$eventName` may bring forks: $may', ({ eventName, may }) => {
  expect(mayBringForks(eventName)).toBe(may);
});

describe('Whether GitHub gives a run no secrets', () => {
  test.each([
    { name: 'a pull request from a fork', payload: pullRequest({ repo: fork }), expected: true },
    {
      name: 'a pull request from a fork that is gone',
      payload: pullRequest({ repo: null }),
      expected: true,
    },
    {
      name: 'a pull request of the repository',
      payload: pullRequest({ repo: own }),
      expected: false,
    },
    {
      name: 'a pull request of a fork with itself',
      payload: pullRequest({ repo: fork }, { ...fork, fork: true }),
      expected: true,
    },
    {
      name: 'a pull request for Dependabot',
      payload: pullRequest({ repo: own }),
      actor: 'dependabot[bot]',
      expected: true,
    },
    { name: 'a push', eventName: 'push', payload: { repository: own }, expected: false },
    {
      name: 'a push in a fork',
      eventName: 'push',
      payload: { repository: { ...fork, fork: true } },
      expected: true,
    },
    {
      name: 'a push of Dependabot',
      eventName: 'push',
      payload: { repository: own },
      actor: 'dependabot[bot]',
      expected: true,
    },
    {
      name: 'a push of a person',
      eventName: 'push',
      payload: { repository: own },
      actor: 'dependabot',
      expected: false,
    },
    {
      name: 'a pull request from a fork that runs with the secrets of the repository',
      eventName: 'pull_request_target',
      payload: pullRequest({ repo: fork }),
      expected: false,
    },
    { name: 'an event that cannot be read', eventName: '', payload: 'none', expected: false },
  ])('$name', ({ eventName = 'pull_request', payload, actor, expected }) => {
    expect(isWithoutSecrets({ eventName, payload }, actor)).toBe(expected);
  });
});

describe('Whether the logs are closed to strangers', () => {
  test.each([
    { name: 'a public repository', repository: { visibility: 'public' }, isClosed: false },
    { name: 'a private one', repository: { visibility: 'private' }, isClosed: true },
    { name: 'an internal one', repository: { visibility: 'internal' }, isClosed: true },
    { name: 'an unknown visibility', repository: { visibility: 'other' }, isClosed: false },
    { name: 'an empty visibility', repository: { visibility: '' }, isClosed: false },
    {
      name: 'a visibility before what `private` says',
      repository: { visibility: 'public', private: true },
      isClosed: false,
    },
    { name: 'private, without a visibility', repository: { private: true }, isClosed: true },
    { name: 'not private, without a visibility', repository: { private: false }, isClosed: false },
    { name: 'neither of them', repository: {}, isClosed: false },
    { name: 'a repository of another shape', repository: { private: 'yes' }, isClosed: false },
    { name: 'no repository', repository: undefined, isClosed: false },
  ])('$name', ({ repository, isClosed }) => {
    expect(isClosedRepository({ eventName: 'push', payload: { repository } })).toBe(isClosed);
  });
});

describe('The number of the pull request', () => {
  test.each([
    { name: 'is that of the payload', payload: pullRequest({ repo: own }), number: 7 },
    { name: 'is none in a push', payload: { repository: own }, number: undefined },
    { name: 'is none where it is no number', payload: { pull_request: { number: '7' } } },
    { name: 'is none without a payload', payload: undefined },
  ])('$name', ({ payload, number }) => {
    expect(pullRequestNumber({ eventName: 'pull_request', payload })).toBe(number);
  });
});

test('A comment on a pull request counts as one, and a comment on an issue does not', () => {
  const eventName = 'issue_comment';
  const of = (issue: unknown) => pullRequestNumber({ eventName, payload: { issue } });
  expect(of({ number: 7, pull_request: { url: 'https://api.github.com' } })).toBe(7);
  expect(of({ number: 7 })).toBeUndefined();
  expect(of({ number: 7, pull_request: null })).toBeUndefined();
  const payload = { issue: { number: 7, pull_request: {} } };
  expect(pullRequestNumber({ eventName: 'issues', payload })).toBeUndefined();
});
