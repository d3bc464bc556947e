import * as core from '@actions/core';
import { describe, expect, test } from '@jest/globals';
import { marked } from 'marked';
import type { AgentRecord, ReleaseRecord, Span } from '../../src/record/record.js';
import { duration } from '../../src/report/words.js';
import type { Explanation } from '../../src/report/explain.js';
import { annotation, report } from '../../src/report/report.js';
import { exposedValues, followUps, remarksAfter } from '../../src/report/follow-ups.js';
import { stateSentences } from '../../src/report/state.js';
import { commentOf, summaryOf } from '../../src/report/summary.js';
import type { Agent } from '../../src/pipecat/answers.js';
import { timeline } from '../../src/report/timeline.js';
import {
  agentPlan,
  agentRecord,
  planFor,
  planOf,
  regionCodes,
  releaseRecord,
  secretSetPlan,
  secretSetRecord,
  startedAt,
  type Parts,
} from '../support/accounts.js';
import { actionsOf } from '../../src/report/actions.js';
import { RecordedActions } from '../support/recorded-actions.js';

const agent = agentRecord({ name: 'voice-agent' });

const secretSet = secretSetRecord({ name: 'voice.secrets', added: ['NEW_KEY'] });

const version = secretSetPlan({ template: 'keys-{version}' });

function record(parts: Partial<ReleaseRecord> & Parts = {}): ReleaseRecord {
  return releaseRecord({
    actingAs: {
      credentialKind: 'personal-access-token',
      credentialOrigin: 'the input `pat`',
      organization: 'acme',
    },
    steps: [
      { name: 'provision', outcome: 'done', duration: 1200 },
      { name: 'rollout', outcome: 'skipped', duration: 0 },
    ],
    secretSets: [secretSet],
    agents: [agent],
    ...parts,
  });
}

const failure: Explanation = {
  kind: 'rollout-failed',
  title: 'The deployment failed',
  subject: { kind: 'agent', name: 'voice-agent', region: 'us-west' },
  state: ['Serving now: `ghcr.io/acme/voice:1.0`, as before.'],
  facts: { Agent: 'voice-agent' },
  why: ['The platform says: it crashed.'],
  problems: [],
  next: ['Read the traceback.'],
  traceback: 'Traceback (most recent call last)',
  logs: ['one', 'Traceback (most recent call last)', 'two'],
};

describe('the summary', () => {
  test('says what happened, as whom, and what became of sets and agents', () => {
    const summary = summaryOf(record(), [], startedAt);
    expect(summary).toContain('## ✅ Updated `voice-agent` in `us-west`; it is serving');
    expect(summary).toContain(
      'authenticated with a personal access token from the input `pat`, in the organization `acme`',
    );
    expect(summary).toContain(
      '| `voice-agent` | `us-west` | updated, serving | `ghcr.io/acme/voice:1.0` | `13c0be89-5ae8-4b0b-ad22-79565e11de3b` |',
    );
    expect(summary).toContain(
      '| `voice.secrets` | secret set | `us-west` | updated | ready | added: `NEW_KEY`<br>updated: `OLD_KEY` |',
    );
    expect(summary).toContain('| Write the secret sets | ✅ done | 1.2 s |');
    expect(summary).toContain('| Wait for the deployment | ➖ not started | – |');
  });

  test('folds many keys', () => {
    const added = Array.from({ length: 30 }, (_, index) => `KEY_${index}`);
    const summary = summaryOf(record({ secretSets: [{ ...secretSet, added }] }), [], 0);
    expect(summary).toContain('<details><summary>30 added</summary>`KEY_0`, `KEY_1`');
  });

  test('tells a failure first, with what to do, and folds what the agent wrote', () => {
    const summary = summaryOf(record(), [failure], startedAt);
    expect(summary.startsWith('## ❌ `voice-agent` was not updated in `us-west`')).toBe(true);
    expect(summary).toContain('**Serving now:** `ghcr.io/acme/voice:1.0`, as before.');
    expect(summary).not.toContain('**Agent** `voice-agent`');
    expect(summary).toContain('**What to do:** Read the traceback.');
    expect(summary).toMatch(
      /<details><summary>Traceback of voice-agent<\/summary>\n\n```text\nTraceback \(most recent call last\)/,
    );
  });

  test('stays under 1 MiB, and says that it left something out', () => {
    const keys = Array.from({ length: 500 }, (_, index) => `KEY_${'X'.repeat(55)}_${index}`);
    const sets = Array.from({ length: 64 }, (_, index) => ({
      ...secretSet,
      name: `set-${index}`,
      added: keys,
    }));
    const logs = Array.from({ length: 40 }, () => 'ü'.repeat(100_000));
    const summary = summaryOf(record({ secretSets: sets }), [{ ...failure, logs }], startedAt);
    expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
    expect(summary).toContain('Long lists are cut');
    expect(summary).not.toContain('There was no room');
    expect(summary).toContain('<summary>500 added</summary>');
    expect(summary).toContain('_99` and 400 more');
    expect(summary).toContain('The deployment failed');
    expect(summary).toContain('`set-63`');
  });

  test('names what there is no room for, and keeps what is shorter and comes after it', () => {
    const notices = Array.from({ length: 30 }, () => 'n'.repeat(40_000));
    const summary = summaryOf(record({ notices }), [failure], startedAt);
    expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
    expect(summary).toContain('_There was no room for warnings and notices; the log has more._');
    expect(summary).toContain('| Step | Outcome | Duration |');
  });

  test('tells as many mistakes as there is room for, and how many more there are', () => {
    const problems = Array.from({ length: 30_000 }, (_, index) => ({
      about: '`secrets`',
      message: `mistake ${index} ${'m'.repeat(200)}`,
      next: undefined,
    }));
    const summary = summaryOf(record(), [{ ...failure, problems }], startedAt);
    expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
    expect(summary).toContain('mistake 499 ');
    expect(summary).toContain('and 29500 more');
  });

  test('says until when old values are in use, and that the first call starts cold', () => {
    const settings = { minAgents: 0, maxSessionDuration: 900 };
    const agents = [agentRecord({ replacesValues: true, plan: { settings } })];
    const summary = summaryOf(record({ agents }), [], startedAt);
    expect(summary).toContain(
      'Before you revoke the old `OLD_KEY`: running sessions of `voice` keep the old values until they end, at the latest after 15 min',
    );
    expect(summary).toContain('its first call waits for a cold start');
  });

  test('lists warnings and notices', () => {
    const summary = summaryOf(
      record({ warnings: ['Look at `this`.'], notices: ['And that.'] }),
      [],
      startedAt,
    );
    expect(summary).toContain('- ⚠️ Look at `this`.');
    expect(summary).toContain('- And that.');
  });
});

describe('the timeline', () => {
  test('has a section a region and a bar a stretch of work', () => {
    const spans = [
      {
        region: 'us-west',
        label: 'write voice.secrets',
        startedAt,
        endedAt: startedAt,
        outcome: 'done',
      },
      {
        region: 'us-west',
        label: 'roll out a:b;c#d',
        startedAt: startedAt + 500,
        endedAt: startedAt + 900,
        outcome: 'failed',
      },
      {
        region: 'eu-central',
        label: 'roll out x',
        startedAt: startedAt + 700,
        endedAt: undefined,
        outcome: 'running',
      },
    ] as const;
    expect(timeline(record({ spans: [...spans] }), startedAt + 1000)?.split('\n')).toEqual([
      '```mermaid',
      'gantt',
      '    dateFormat YYYY-MM-DD HH:mm:ss.SSS',
      '    axisFormat %M:%S',
      '    tickInterval 1second',
      '    section us-west',
      '    write voice.secrets :2024-01-01 00:00:00.000, 2024-01-01 00:00:00.001',
      '    roll out a b c d :crit, 2024-01-01 00:00:00.500, 2024-01-01 00:00:00.900',
      '    section eu-central',
      '    roll out x :active, 2024-01-01 00:00:00.700, 2024-01-01 00:00:01.000',
      '```',
    ]);
  });

  test('is left out where nothing was begun', () => {
    expect(timeline(record(), startedAt)).toBeUndefined();
  });
});

describe('the timeline of many regions', () => {
  const steps = ['write', 'provision', 'deploy', 'roll out'];
  const regions = regionCodes(16);
  /** As a release makes them: each step in every region, and then the next one. */
  const spans = (labels: readonly string[], last: Span['outcome'] = 'done'): Span[] =>
    labels.flatMap((label, step) =>
      regions.map((region, index) => ({
        region,
        label: `${label} ${region}`,
        startedAt: startedAt + step * 1000,
        endedAt: startedAt + step * 1000 + 500 + index,
        outcome: index === regions.length - 1 ? last : 'done',
      })),
    );
  const drawn = (text: string | undefined) =>
    text?.match(/ :(crit, |active, )?[-\d :.]+, [-\d :.]+$/gm) ?? [];

  test('has every bar of 16 regions, those of the last region too', () => {
    const text = timeline(record({ spans: spans(steps) }), startedAt + 4000);
    expect(drawn(text)).toHaveLength(64);
    for (const region of regions) {
      for (const step of steps) expect(text).toContain(`    ${step} ${region} :`);
    }
    expect(text).not.toContain('left out');
  });

  test('leaves out the shortest where there are too many, and says so', () => {
    const labels = Array.from({ length: 10 }, (_, index) => `step ${index}`);
    const text = timeline(record({ spans: spans(labels) }), startedAt + 10_000);
    expect(drawn(text)).toHaveLength(128);
    expect(text).toMatch(/```\n\nThe timeline shows 128 of 160 steps; the shortest/);
    expect(text).toContain('step 9 region-16 :');
    expect(text).not.toContain('region-1 :');
  });

  test('leaves out nothing that failed', () => {
    const labels = Array.from({ length: 10 }, (_, index) => `step ${index}`);
    const short = spans(labels, 'failed').map((span) =>
      span.outcome === 'failed' ? { ...span, endedAt: span.startedAt } : span,
    );
    const text = timeline(record({ spans: short }), startedAt + 10_000);
    expect(text?.match(/:crit, /g)).toHaveLength(10);
  });
});

describe('what is long', () => {
  const regions = regionCodes(16);
  const keys = Array.from({ length: 500 }, (_, index) => `${'K'.repeat(60)}_${index}`);
  const manyKeys = planOf(
    ...regions.map((region) => ({
      region,
      build: undefined,
      secretSets: [
        secretSetPlan({
          name: `keys-${region}`,
          region,
          action: 'update',
          addedKeys: keys,
          updatedKeys: keys,
          prunedKeys: keys,
        }),
      ],
      agent: agentPlan({ name: `voice-${region}`, region }),
    })),
  );

  test('is in a comment as far as GitHub takes it, with where it is from', () => {
    const runUrl = 'https://github.com/acme/voice/actions/runs/4711';
    const plan = record({ kind: 'plan', plan: manyKeys, agents: [], secretSets: [] });
    const comment = commentOf(plan, [], runUrl, '0123456789abcdef');
    expect(comment.length).toBeLessThan(65_536);
    for (const region of regions) expect(comment).toContain(`**\`${region}\`**`);
    expect(comment).toContain('_4` and 495 more; update');
    expect(comment).toContain('_Long lists are cut, because GitHub limits');
    expect(comment).not.toContain('There was no room');
    expect(comment).toContain(`<sub>From [this run](${runUrl}), for \`0123456\`.</sub>`);
  });

  test('is in no comment that GitHub would refuse, however short its parts are', () => {
    const plan = record({
      kind: 'plan',
      plan: planFor(regionCodes(1000)),
      agents: [],
      secretSets: [],
    });
    const comment = commentOf(plan, [], 'https://example.com', '0123456');
    expect(comment.length).toBeLessThan(65_536);
    expect(comment.length).toBeGreaterThan(50_000);
    const [, first, more] =
      /There was no room for the changes in `region-(\d+)`, .*, and (\d+) more of its parts/.exec(
        comment,
      ) ?? [];
    // Ten are named, and every region is either told or missing.
    expect(Number(first) - 1 + 10 + Number(more)).toBe(1000);
    expect(comment).not.toContain('Long lists are cut');
  });

  test('is in a comment as a whole where GitHub takes it', () => {
    const plan = record({ kind: 'plan', plan: planFor(regions), agents: [], secretSets: [] });
    const comment = commentOf(plan, [], 'https://example.com', '0123456');
    for (const region of regions) expect(comment).toContain(`**\`${region}\`**`);
    expect(comment).not.toMatch(/There was no room|Long lists/);
  });

  test('is in the summary as far as GitHub takes it, in tables that hold together', () => {
    const summary = summaryOf(
      record({
        plan: manyKeys,
        agents: regions.map((region) => ({ ...agent, name: `voice-${region}`, region })),
        secretSets: regions.map((region) => ({
          ...secretSet,
          name: `keys-${region}`,
          region,
          added: keys,
          updated: keys.slice(0, 9),
          pruned: keys.slice(0, 8),
        })),
      }),
      [],
      startedAt,
    );
    expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
    const rows = summary.split('\n').filter((line) => line.startsWith('| `keys-'));
    expect(rows).toHaveLength(16);
    const html = marked.parse(summary, { async: false, gfm: true });
    expect(html.match(/<td>/g)).toHaveLength(16 * 5 + 16 * 6 + 3 * 2);
    expect(html.match(/<details>/g)).toHaveLength(16 * 2 + 4);
    expect(html.match(/<\/details>/g)).toHaveLength(16 * 2 + 4);
    expect(html).toContain('<details><summary>500 added</summary>');
    expect(html).toContain('<details><summary>9 updated</summary>');
    expect(html).toContain('pruned: <code>K');
  });
});

describe('the headline of a release', () => {
  const headline = (parts: Parts) => summaryOf(record(parts), [], startedAt).split('\n')[0];
  const three = ['a', 'b', 'c'].map((region) => ({ ...agent, name: `v-${region}`, region }));

  test.each([
    {
      name: 'up to three agents',
      parts: { agents: three },
      told: '## ✅ Updated `v-a`, `v-b` and `v-c`; all are serving',
    },
    {
      name: 'more of them',
      parts: { agents: [...three, { ...agent, region: 'd' }] },
      told: '## ✅ Released 4 agents in 4 regions; all are serving',
    },
    {
      name: 'more of them that are not awaited',
      parts: { agents: [...three, agent].map((one) => ({ ...one, ready: false })) },
      told: '## ✅ Released 4 agents in 4 regions',
    },
    {
      name: 'sets alone',
      parts: { agents: [], secretSets: [secretSet] },
      told: '## ✅ Secrets are ready: `voice.secrets`',
    },
    {
      name: 'many sets alone',
      parts: { agents: [], secretSets: [secretSet, secretSet, secretSet, secretSet] },
      told: '## ✅ Secrets are ready: 4 sets',
    },
    {
      name: 'a version beside one that went',
      parts: {
        agents: [],
        secretSets: [{ ...secretSet, name: 'keys-00000002', outcome: 'created' }],
        deletedVersions: [{ ...secretSet, name: 'keys-00000001', outcome: 'deleted' }],
      },
      told: '## ✅ Secrets are ready: `keys-00000002`',
    },
    {
      name: 'a version that was there',
      parts: {
        agents: [],
        secretSets: [{ ...secretSet, outcome: 'existing', plan: version }],
        deletedVersions: [{ ...secretSet, name: 'keys-00000001', outcome: 'deleted' }],
      },
      told: '## ✅ Nothing to write: this version of the secrets already exists',
    },
    {
      name: 'nothing that has a value',
      parts: { agents: [], secretSets: [{ ...secretSet, outcome: 'existing' }] },
      told: '## ✅ Nothing to write: no secret has a value',
    },
  ] as const)('$name', ({ parts, told }) => {
    expect(headline(parts)).toBe(told);
  });
});

test('an agent that was not deployed is not told to run the image that was asked for', () => {
  const summary = summaryOf(
    record({ agents: [{ ...agent, outcome: 'skipped', deploymentId: null, ready: false }] }),
    [failure],
    startedAt,
  );
  expect(summary).toContain('| `voice-agent` | `us-west` | skipped, not started | – | – |');
});

describe('what a person has to know afterwards is said once for several regions', () => {
  const agents = regionCodes(3).map((region) => ({ ...agent, name: `voice-${region}`, region }));
  const listed = '`voice-region-1`, `voice-region-2`, `voice-region-3`';

  test('old values, with the longest session limit', () => {
    const replaced = agents.map((one, index) => ({
      ...one,
      replacesValues: true,
      plan: agentPlan({ settings: { maxSessionDuration: 600 * (3 - index), minAgents: 1 } }),
    }));
    expect(followUps(record({ agents: replaced }))).toEqual([
      `Before you revoke the old values: running sessions of ${listed} keep the old values until they end, at the latest after 30 min (the session limit).`,
    ]);
  });

  test('cold starts, but not of agents that were not deployed', () => {
    const plan = agentPlan({ settings: { minAgents: 0 } });
    const cold = agents.map((one) => ({ ...one, plan }));
    expect(remarksAfter(record({ agents: cold }))).toEqual([
      `${listed} keep no instance warm (\`min-agents\` is 0), so the first call to each waits for a cold start.`,
    ]);
    const one = cold.map((each, index) =>
      index === 1 ? each : { ...each, outcome: index === 0 ? 'failed' : 'unchanged' },
    ) as AgentRecord[];
    expect(remarksAfter(record({ agents: one }))).toEqual([
      '`voice-region-2` keeps no instance warm (`min-agents` is 0), so its first call waits for a cold start.',
    ]);
  });

  test('values that were written under agents that were not deployed', () => {
    const boundTo = (name: string | null) => {
      const before = { settings: { secretSet: name } } as unknown as Agent;
      return agentPlan({ before });
    };
    const skipped = agents.map((one) => ({
      ...one,
      plan: boundTo(secretSet.name),
      outcome: 'skipped' as const,
      ready: false,
      deploymentId: null,
    }));
    const secretSets = agents.map(({ region }) => ({ ...secretSet, region }));
    expect(exposedValues(record({ agents: skipped, secretSets }))).toEqual([
      expect.stringContaining(`${listed} have new secret values, but the release is not serving`),
    ]);
    const crashed = agents.map((one) => ({
      ...one,
      plan: boundTo(secretSet.name),
      outcome: 'failed' as const,
      ready: false,
      previousServes: true,
    }));
    expect(exposedValues(record({ agents: crashed, secretSets }))).toEqual([
      expect.stringContaining(
        'Running instances keep the old values; new instances may start with the new ones',
      ),
    ]);
    for (const other of ['another-set', null]) {
      const unbound = skipped.map((one) => ({ ...one, plan: boundTo(other) }));
      expect(exposedValues(record({ agents: unbound, secretSets }))).toEqual([]);
      expect(stateSentences(record({ agents: unbound, secretSets })).join(' ')).not.toContain(
        'Caution',
      );
    }
    const versions = secretSets.map((set) => ({ ...set, plan: version }));
    expect(exposedValues(record({ agents: skipped, secretSets: versions }))).toEqual([]);
    const [first] = secretSets;
    expect(exposedValues(record({ agents: skipped, secretSets: first ? [first] : [] }))).toEqual([
      expect.stringContaining(
        '`voice-region-1` has new secret values, but the release is not serving',
      ),
    ]);
  });

  test('sets without agents, those that had the key before only', () => {
    const secretSets = [
      { ...secretSet, name: 'one' },
      { ...secretSet, name: 'two' },
      { ...secretSet, name: 'new', updated: [] },
      { ...secretSet, name: 'failed', status: 'failed' as const },
      { ...secretSet, name: 'registry', kind: 'imagePullSecret' as const },
    ];
    expect(followUps(record({ agents: [], secretSets }))).toEqual([
      'Agents that bind `one`, `two` keep the old values until a new deployment replaces them.',
    ]);
  });
});

describe('the annotation', () => {
  test('says what serves, why, what next and where, and ends with what the agent wrote', () => {
    expect(annotation(record(), [failure])).toBe(
      [
        '`voice-agent` was not updated in `us-west`.',
        'Serving now: `ghcr.io/acme/voice:1.0`, as before.',
        'The platform says: it crashed.',
        'Next: Read the traceback.',
        'Agent: voice-agent',
        'Traceback (most recent call last)',
        'Log lines of the agent:',
        'one',
        'two',
      ].join('\n'),
    );
  });

  test.each([
    { name: 'a long traceback', parts: { traceback: `${'x'.repeat(9000)} the end` } },
    { name: 'a long reason', parts: { why: ['y'.repeat(9000)] } },
  ])('is never cut by GitHub: $name', ({ parts }) => {
    const text = annotation(record(), [{ ...failure, ...parts }]);
    expect(text.length).toBeLessThanOrEqual(4096);
    expect(text).toContain('was not updated');
  });

  test('keeps the end of a long traceback', () => {
    const text = annotation(record(), [
      { ...failure, traceback: `${'x'.repeat(9000)} the end`, logs: [] },
    ]);
    expect(text).toContain('the end');
    expect(text).toContain('Next: Read the traceback.');
  });
});

describe('a failure is said once', () => {
  const crashed = record({ agents: [{ ...agent, outcome: 'failed', ready: false }] });
  const subject = { kind: 'secret set', name: 'keys', region: 'us-west' } as const;

  test('in the annotation, which begins with the headline and does not repeat the title', async () => {
    const actions = new RecordedActions();
    await report(actions, crashed, [failure], { now: startedAt });
    expect(actions.errors[0]?.title).toBe('The deployment failed');
    expect(actions.errors[0]?.message).not.toContain('The deployment failed');
    expect(actions.errors[0]?.message).toContain('`voice-agent` was not updated in `us-west`.');
  });

  test('in the annotation: a headline that begins with the title is a line of the log', async () => {
    const actions = new RecordedActions();
    const refused = { ...failure, title: 'No room', kind: 'provisioning-failed', subject } as const;
    await report(actions, crashed, [refused], { now: startedAt });
    expect(actions.errors[0]?.message).not.toContain('No room');
    expect(actions.log).toContain('info: No room: `keys` in `us-west`.');
  });

  test('in the summary, where the headline is the title', () => {
    const inputs: Explanation = {
      ...failure,
      kind: 'invalid-inputs',
      title: 'The inputs are not valid',
      subject: undefined,
      state: ['Nothing was changed, and nothing was sent.'],
      facts: {},
      why: [],
      problems: [{ about: '`image`', message: 'has no tag', next: undefined }],
      next: [],
    };
    const summary = summaryOf(releaseRecord(), [inputs], startedAt);
    expect(summary.match(/The inputs are not valid/g)).toHaveLength(1);
    expect(summary).toContain('**Nothing was changed, and nothing was sent.**');
    expect(summary).toContain('**What failed:**\n\n- **`image`**: has no tag.');
  });

  test('in the summary, where the reason has the title', () => {
    const smokeTest: Explanation = {
      ...failure,
      kind: 'smoke-test-failed',
      title: 'Smoke test failed',
      why: ['Smoke test: the session ended with `500`.'],
      repeatsTitle: true,
    };
    const summary = summaryOf(record(), [smokeTest], startedAt);
    expect(summary).toContain('**What failed:** Smoke test: the session ended with `500`.');
    expect(summary).not.toContain('Smoke test failed');
  });
});

test('the log of a dry run ends with what it was and how to carry it out', async () => {
  const actions = new RecordedActions();
  await report(actions, releaseRecord({ kind: 'plan' }), [], { now: startedAt });
  expect(actions.log).toContain(
    'info: Dry run: nothing was written. To carry the plan out, remove `dry-run`.',
  );
});

describe('the table of regions', () => {
  const tableOf = (parts: Parts): string =>
    /<table>[^]*<\/table>/.exec(summaryOf(record(parts), [], startedAt))?.[0] ?? '';

  test('marks an agent that waits for a set that failed, and the set', () => {
    const skipped = { ...agent, outcome: 'skipped', deploymentId: null, ready: false } as const;
    const failed = { ...secretSet, outcome: 'failed', status: 'failed' } as const;
    const table = tableOf({ agents: [skipped], secretSets: [failed] });
    expect(table).toContain('<td nowrap>❌ not started</td>');
    expect(table).toContain('set failed</td>');
  });

  test('has the whole id of the build from before, which `build-id` takes', () => {
    const buildId = 'd8b595e7-5ae8-4b0b-ad22-79565e11de3b';
    const before = { settings: { buildId }, ready: true } as unknown as Agent;
    const table = tableOf({ agents: [agentRecord({ plan: { before } })] });
    expect(table).toContain(`<td nowrap>build <samp>${buildId}</samp></td>`);
  });

  test('says since when a deployment of this run serves, in UTC', () => {
    const readyAt = Date.UTC(2026, 0, 2, 12, 4, 59);
    const table = tableOf({ agents: [{ ...agent, readyAt }] });
    expect(table).toContain('<th nowrap>Serving now (UTC)</th>');
    expect(table).toContain('<samp>voice:1.0</samp> since 12:04</td>');
    expect(tableOf({ agents: [{ ...agent, outcome: 'unchanged', readyAt }] })).not.toContain(
      'since',
    );
    expect(tableOf({ agents: [{ ...agent, outcome: 'failed', ready: false }] })).not.toContain(
      'since',
    );
  });

  test('has no columns for an agent and a region that the headline names', () => {
    expect(tableOf({})).not.toMatch(/Agent|Region/);
    const several = tableOf({ agents: [agent, { ...agent, name: 'other', region: 'a' }] });
    expect(several).toContain('<th nowrap>Agent</th><th nowrap>Region</th>');
  });
});

describe('what cannot be written', () => {
  test('does not change how the release went: outputs', async () => {
    const actions = new RecordedActions();
    const toolkit = {
      ...core,
      info: () => undefined,
      notice: () => undefined,
      warning: (message: string | Error) => {
        actions.warning(String(message));
      },
      setOutput: () => {
        throw new Error('disk full');
      },
    };
    const writeSummary = (markdown: string): Promise<boolean> => actions.writeSummary(markdown);
    const runner = { ...actionsOf(toolkit, true), writeSummary };
    await report(runner, record(), [], { now: startedAt });
    expect(actions.warnings).toEqual(['Could not set the outputs: disk full']);
    expect(actions.summary).toContain('✅');
  });

  test('does not change how the release went: the summary', async () => {
    const actions = new RecordedActions();
    actions.writeSummary = () => Promise.reject(new Error('disk full'));
    await report(actions, record(), [], { now: startedAt });
    expect(actions.warnings).toEqual(['Could not write the job summary: disk full']);
    expect(actions.outputs).toMatchObject({ region: 'us-west' });
  });

  test('is said where the runner has no summary', async () => {
    const actions = new RecordedActions();
    actions.hasSummary = false;
    await report(actions, record(), [], { now: startedAt });
    expect(actions.log).toContain('info: This runner has no job summary, so none was written.');
  });
});

describe('durations', () => {
  test.each([
    { milliseconds: 40, words: '< 0.1 s' },
    { milliseconds: 9940, words: '9.9 s' },
    { milliseconds: 9960, words: '10 s' },
    { milliseconds: 65_000, words: '1 min 5 s' },
    { milliseconds: 7_200_000, words: '2 h' },
    { milliseconds: 3_661_000, words: '1 h 1 min 1 s' },
  ])('$words', ({ milliseconds, words }) => {
    expect(duration(milliseconds)).toBe(words);
  });
});
