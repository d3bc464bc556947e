import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { parse } from 'yaml';
import { filesIn } from '../scripts/files.js';
import { brokenRules, readWorkflow, usesOf } from './support/workflow-rules.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const workflows = filesIn('.github/workflows', /\.ya?ml$/);
const actions = ['action.yml', 'release-agent/action.yml'];
const examples = filesIn('examples', /\.ya?ml$/);

/** A valid workflow. Each test breaks one rule in it. */
const sound = `# Says what this workflow does, in a sentence that is long enough for the rule.
name: Sound

on:
  push:
    branches: [main]

permissions: {}

jobs:
  one:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - id: release
        uses: pipecat-cloud-release/pipecat-cloud-release@1111111111111111111111111111111111111111 # v0.1.0
        with:
          api-key: key
      - run: echo "$ID"
        env:
          ID: \${{ steps.release.outputs.deployment-id }}
`;

function broken(from: string | RegExp, to: string): string {
  const text = sound.replace(from, to);
  expect(text).not.toBe(sound);
  return text;
}

const faults = [
  {
    name: 'an unknown key',
    from: 'timeout-minutes',
    to: 'timeout-minuets',
    says: 'timeout-minuets',
  },
  { name: 'a value of the wrong kind', from: 'minutes: 5', to: 'minutes: soon', says: 'soon' },
  {
    name: 'an invalid expression',
    from: 'steps.release',
    to: 'steps.(release',
    says: 'b.yml:26',
  },
  { name: 'a step that there is not', from: 'steps.release', to: 'steps.relase', says: 'relase' },
  {
    name: 'an unknown input of this action',
    from: 'api-key: key',
    to: 'api-keys: key',
    says: 'api-keys',
  },
  {
    name: 'untrusted text in a script',
    from: 'echo "$ID"',
    to: 'echo "${{ github.event.head_commit.message }}"',
    says: 'potentially untrusted',
  },
  {
    name: 'an unknown job',
    from: '    runs-on',
    to: '    needs: two\n    runs-on',
    says: 'two',
  },
] as const;

const action = read('action.yml');

/** The findings in all files from one run of the linters, because their start takes most of the time. */
const linted = v.parse(
  v.array(v.string()),
  JSON.parse(
    execFileSync(
      process.execPath,
      ['--import', 'tsx', join(root, '__tests__/support/lint-workflows.ts')],
      {
        cwd: root,
        encoding: 'utf8',
        input: JSON.stringify({
          ...Object.fromEntries(
            [...actions, ...workflows, ...examples].map((path) => [path, read(path)]),
          ),
          'sound/.github/workflows/b.yml': sound,
          ...Object.fromEntries(
            faults.map(({ from, to }, index) => [
              `fault-${index}/.github/workflows/b.yml`,
              sound.replace(from, to),
            ]),
          ),
          'fault/action.yml': action.replace('node24', 'node42'),
        }),
      },
    ),
  ),
);

const problemsOf = (path: string): string[] =>
  linted.filter((problem) => problem.startsWith(`${path}:`));

describe('the linters', () => {
  test.each([...actions, ...workflows, ...examples])('find nothing in %s', (path) => {
    expect(problemsOf(path)).toEqual([]);
  });

  test('find nothing in a valid workflow', () => {
    expect(problemsOf('sound/.github/workflows/b.yml')).toEqual([]);
  });

  test.each(faults.map((fault, index) => ({ ...fault, index })))(
    'find $name',
    ({ index, says }) => {
      expect(problemsOf(`fault-${index}/.github/workflows/b.yml`).join('\n')).toContain(says);
    },
  );

  test('find a version of Node.js that runners do not have', () => {
    expect(problemsOf('fault/action.yml').join('\n')).toContain('node42');
  });
});

describe('the rules of this repository', () => {
  test('accept a valid workflow', () => {
    expect(workflows).toContain('.github/workflows/test.yml');
    expect(brokenRules(sound)).toEqual([]);
  });

  test.each(workflows)('accept %s', (path) => {
    expect(brokenRules(read(path))).toEqual([]);
  });

  test.each([
    { name: 'no purpose', from: /^#.*\n/, to: '', says: 'purpose' },
    { name: 'a purpose that says nothing', from: /^#.*\n/, to: '# CI\n', says: 'purpose' },
    { name: 'all permissions', from: 'permissions: {}\n', to: '', says: 'lacks `permissions: {}`' },
    {
      name: 'permissions for all jobs',
      from: 'permissions: {}',
      to: 'permissions: read-all',
      says: 'lacks `permissions: {}`',
    },
    {
      name: 'a job without permissions',
      from: / {4}permissions:\n.*\n/,
      to: '',
      says: 'one: lacks `permissions`',
    },
    {
      name: 'a job with all write permissions',
      from: / {4}permissions:\n.*\n/,
      to: '    permissions: write-all\n',
      says: 'one: lacks `permissions`',
    },
    {
      name: 'a job without a time limit',
      from: /.*timeout.*\n/,
      to: '',
      says: 'one: lacks `timeout-minutes`',
    },
    {
      name: 'a tag instead of a SHA',
      from: /@3d.{38}/,
      to: '@v7.0.1',
      says: 'actions/checkout is not pinned',
    },
    {
      name: 'a short SHA',
      from: /@3d.{38}/,
      to: '@3d3c42e',
      says: 'actions/checkout is not pinned',
    },
    { name: 'no pin', from: /@3d.{38}/, to: '', says: 'actions/checkout is not pinned' },
    { name: 'a pin without its version', from: ' # v7.0.1', to: '', says: 'lacks its version' },
    {
      name: 'a pin with an incomplete version',
      from: ' # v7.0.1',
      to: ' # v7',
      says: 'lacks its version',
    },
    {
      name: 'persisted credentials',
      from: 'credentials: false',
      to: 'credentials: true',
      says: 'one: leaves the credentials',
    },
    {
      name: 'credentials persisted by default',
      from: / {8}with:\n.*credentials.*\n/,
      to: '',
      says: 'one: leaves the credentials',
    },
    {
      name: 'an expression in a script',
      from: '"$ID"',
      to: '"${{ github.ref }}"',
      says: 'one: has an expression',
    },
    {
      name: 'pull_request_target',
      from: / {2}push:\n.*\n/,
      to: '  pull_request_target:\n',
      says: 'pull_request_target',
    },
    {
      name: 'workflow_run in a list',
      from: /on:\n.*\n.*\n/,
      to: 'on: [workflow_run]\n',
      says: 'workflow_run',
    },
  ])('are broken by $name', ({ from, to, says }) => {
    expect(brokenRules(broken(from, to)).join('\n')).toContain(says);
  });

  test('all workflows use the same commit and version of an action', () => {
    const pins = workflows.flatMap((path) => usesOf(read(path)));
    const commits = new Map<string, Set<string>>();
    for (const { action: name, reference, version = '' } of pins) {
      const repository = name.split('/', 2).join('/');
      const known = commits.get(repository) ?? new Set();
      commits.set(repository, known.add(`${reference} ${version}`));
    }
    expect(commits.size).toBeGreaterThan(5);
    expect([...commits].filter(([, known]) => known.size > 1)).toEqual([]);
  });
});

test.each(['test', 'lint-workflows', 'codeql', 'dependency-review'])(
  'the required check %s runs for every change and in a merge queue',
  (name) => {
    const { on } = v.parse(
      v.looseObject({ on: v.looseObject({ pull_request: v.null(), merge_group: v.null() }) }),
      parse(read(`.github/workflows/${name}.yml`)),
    );
    expect(JSON.stringify(on)).not.toContain('paths');
  },
);

test('every step of the release workflow can run again after publication', () => {
  const { jobs } = readWorkflow(read('.github/workflows/release.yml'));
  const steps = (name: string) => (jobs[name]?.steps ?? []).flatMap(({ run }) => run ?? []);
  expect(steps('publish').join()).toMatch(/isDraft[^]*upload[^]*--draft=false/);
  expect(steps('publish').join()).not.toContain('refs/tags/$MAJOR_TAG');
  expect(steps('floating-tag')).toHaveLength(1);
});

describe('the Marketplace', () => {
  const { name, description, branding } = v.parse(
    v.object({
      name: v.string(),
      description: v.string(),
      branding: v.object({ icon: v.string(), color: v.string() }),
    }),
    parse(action),
  );

  test('accepts the name, the icon and the color', () => {
    expect(name).toBe('Pipecat Cloud Release');
    expect(branding.icon).toBe('phone-call');
    expect([
      'white',
      'black',
      'yellow',
      'blue',
      'green',
      'orange',
      'red',
      'purple',
      'gray-dark',
    ]).toContain(branding.color);
  });

  test('accepts the description, which must be shorter than 125 characters', () => {
    expect(description).toMatch(/Pipecat Cloud/);
    expect(description.length).toBeLessThan(125);
  });
});

test('the test workflow runs the parts of `npm test` as separate steps, in the same order', () => {
  const { scripts } = v.parse(
    v.object({ scripts: v.object({ test: v.string() }) }),
    JSON.parse(read('package.json')),
  );
  const steps = readWorkflow(read('.github/workflows/test.yml')).jobs['test']?.steps ?? [];
  expect(steps.flatMap(({ run }) => run ?? [])).toEqual([
    'npm ci --no-audit --no-fund',
    ...scripts.test.split(' && '),
  ]);
});
