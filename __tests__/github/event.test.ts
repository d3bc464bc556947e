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
      name: 'a pull request from a fork',
      eventName: 'pull_request_target',
      payload: pullRequest({ repo: fork }),
      isFork: true,
    },
    {
      name: 'a pull request from a deleted repository',
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
      name: 'a head and a repository without names',
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
      name: 'a head of an unexpected shape',
      eventName: 'pull_request_target',
      payload: pullRequest({ repo: { full_name: 4 } }),
      isFork: true,
    },
    {
      name: 'no payload',
      eventName: 'pull_request_target',
      payload: undefined,
      isFork: true,
    },
    {
      name: 'a workflow_run event after a run of the repository itself',
      eventName: 'workflow_run',
      payload: { repository: own, workflow_run: { head_repository: own } },
      isFork: false,
    },
    {
      name: 'a workflow_run event after a run of a fork, whatever else is in the payload',
      eventName: 'workflow_run',
      payload: { ...pullRequest({ repo: own }), workflow_run: { head_repository: fork } },
      isFork: true,
    },
    {
      name: 'a workflow_run event after a run of a deleted repository',
      eventName: 'workflow_run',
      payload: { repository: own, workflow_run: { head_repository: null } },
      isFork: true,
    },
    {
      name: 'a workflow_run event without the run',
      eventName: 'workflow_run',
      payload: { repository: own },
      isFork: true,
    },
    {
      name: 'a pull request from a fork, whose workflow has no secrets',
      eventName: 'pull_request',
      payload: pullRequest({ repo: fork }),
      isFork: false,
    },
    { name: 'a push', eventName: 'push', payload: { repository: own }, isFork: false },
    { name: 'an event without a name', eventName: '', payload: undefined, isFork: false },
  ])('$name: $isFork', ({ eventName, payload, isFork }) => {
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

describe('Whether GitHub withholds the secrets from a run', () => {
  test.each([
    { name: 'a pull request from a fork', payload: pullRequest({ repo: fork }), expected: true },
    {
      name: 'a pull request from a deleted fork',
      payload: pullRequest({ repo: null }),
      expected: true,
    },
    {
      name: 'a pull request of the repository itself',
      payload: pullRequest({ repo: own }),
      expected: false,
    },
    {
      name: 'a pull request within a fork',
      payload: pullRequest({ repo: fork }, { ...fork, fork: true }),
      expected: true,
    },
    {
      name: 'a pull request started by Dependabot',
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
      name: 'a push started by Dependabot',
      eventName: 'push',
      payload: { repository: own },
      actor: 'dependabot[bot]',
      expected: true,
    },
    {
      name: 'a push by a person',
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
    { name: 'an event that cannot be parsed', eventName: '', payload: 'none', expected: false },
  ])('$name: $expected', ({ eventName = 'pull_request', payload, actor, expected }) => {
    expect(isWithoutSecrets({ eventName, payload }, actor)).toBe(expected);
  });
});

describe('Whether the logs are hidden from outsiders', () => {
  test.each([
    { name: 'a public repository', repository: { visibility: 'public' }, isClosed: false },
    { name: 'a private repository', repository: { visibility: 'private' }, isClosed: true },
    { name: 'an internal repository', repository: { visibility: 'internal' }, isClosed: true },
    { name: 'an unknown visibility', repository: { visibility: 'other' }, isClosed: false },
    { name: 'an empty visibility', repository: { visibility: '' }, isClosed: false },
    {
      name: 'the visibility `public`, which takes precedence over `private`',
      repository: { visibility: 'public', private: true },
      isClosed: false,
    },
    {
      name: 'a private repository without a visibility',
      repository: { private: true },
      isClosed: true,
    },
    {
      name: 'a repository that is not private, without a visibility',
      repository: { private: false },
      isClosed: false,
    },
    { name: 'neither a visibility nor `private`', repository: {}, isClosed: false },
    {
      name: 'a repository of an unexpected shape',
      repository: { private: 'yes' },
      isClosed: false,
    },
    { name: 'no repository', repository: undefined, isClosed: false },
  ])('$name: $isClosed', ({ repository, isClosed }) => {
    expect(isClosedRepository({ eventName: 'push', payload: { repository } })).toBe(isClosed);
  });
});

describe('The number of the pull request', () => {
  test.each([
    { name: 'comes from the payload', payload: pullRequest({ repo: own }), number: 7 },
    { name: 'is undefined for a push', payload: { repository: own }, number: undefined },
    {
      name: 'is undefined if the payload has no number there',
      payload: { pull_request: { number: '7' } },
    },
    { name: 'is undefined without a payload', payload: undefined },
  ])('$name', ({ payload, number }) => {
    expect(pullRequestNumber({ eventName: 'pull_request', payload })).toBe(number);
  });
});

test('A comment on a pull request has the number of a pull request, and a comment on an issue has none', () => {
  const eventName = 'issue_comment';
  const of = (issue: unknown) => pullRequestNumber({ eventName, payload: { issue } });
  expect(of({ number: 7, pull_request: { url: 'https://api.github.com' } })).toBe(7);
  expect(of({ number: 7 })).toBeUndefined();
  expect(of({ number: 7, pull_request: null })).toBeUndefined();
  const payload = { issue: { number: 7, pull_request: {} } };
  expect(pullRequestNumber({ eventName: 'issues', payload })).toBeUndefined();
});
