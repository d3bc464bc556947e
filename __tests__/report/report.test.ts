import { describe, expect, test } from '@jest/globals';
import type { AgentRecord, ReleaseRecord, SecretSetRecord } from '../../src/release/record.js';
import { duration } from '../../src/report/durations.js';
import type { Explanation } from '../../src/report/explain.js';
import { annotation, report } from '../../src/report/report.js';
import { summaryOf } from '../../src/report/summary.js';
import { timeline } from '../../src/report/timeline.js';
import { RecordedActions } from '../support/recorded-actions.js';

const startedAt = Date.UTC(2026, 0, 1);

const agent: AgentRecord = {
  name: 'voice-agent',
  region: 'us-west',
  outcome: 'updated',
  deploymentId: '13c0be89-5ae8-4b0b-ad22-79565e11de3b',
  ready: true,
  previousServes: false,
  image: 'ghcr.io/acme/voice:1.0',
  buildId: undefined,
  replacesValues: false,
  changes: [],
  newDeployment: { follows: 'yes', because: 'settings-differ' },
  sessionLimit: 7200,
  minAgents: 1,
};

const secretSet: SecretSetRecord = {
  name: 'voice.secrets',
  kind: 'secret',
  region: 'us-west',
  outcome: 'updated',
  status: 'ready',
  added: ['NEW_KEY'],
  updated: ['OLD_KEY'],
  pruned: [],
  skippedKeys: [],
  isVersion: false,
};

function record(parts: Partial<ReleaseRecord> = {}): ReleaseRecord {
  return {
    startedAt,
    kind: 'release',
    plan: undefined,
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
    spans: [],
    warnings: [],
    notices: [],
    ...parts,
  };
}

const failure: Explanation = {
  kind: 'rollout-failed',
  title: 'The deployment failed',
  subject: { kind: 'agent', name: 'voice-agent', region: 'us-west' },
  unharmed: 'The previous deployment keeps serving.',
  facts: [{ label: 'Agent', value: 'voice-agent' }],
  why: ['The platform says: it crashed.'],
  problems: [],
  next: ['Read the traceback.'],
  traceback: 'Traceback (most recent call last)',
  logs: ['one', 'Traceback (most recent call last)', 'two'],
};

describe('the summary', () => {
  test('says what happened, as whom, and what became of sets and agents', () => {
    const summary = summaryOf(record(), [], startedAt);
    expect(summary).toContain('## ✅ `voice-agent` in `us-west` is updated and serves');
    expect(summary).toContain(
      'Acted with a personal access token from the input `pat`, in the organization `acme`.',
    );
    expect(summary).toContain(
      '| `voice-agent` | `us-west` | updated, serves | `ghcr.io/acme/voice:1.0` | `13c0be89-5ae8-4b0b-ad22-79565e11de3b` |',
    );
    expect(summary).toContain(
      '| `voice.secrets` | secret set | `us-west` | updated | ready | added: `NEW_KEY`<br>updated: `OLD_KEY` |',
    );
    expect(summary).toContain('| Write the secret sets | ✅ done | 1.2 s |');
    expect(summary).toContain('| Await the deployment | ➖ not begun | – |');
  });

  test('folds many keys', () => {
    const added = Array.from({ length: 30 }, (_, index) => `KEY_${index}`);
    const summary = summaryOf(record({ secretSets: [{ ...secretSet, added }] }), [], 0);
    expect(summary).toContain('<details><summary>30 added</summary>`KEY_0`, `KEY_1`');
  });

  test('tells a failure first, with what to do, and folds what the agent wrote', () => {
    const summary = summaryOf(record(), [failure], startedAt);
    expect(summary.startsWith('## ❌ The deployment failed: `voice-agent` in `us-west`')).toBe(
      true,
    );
    expect(summary).toContain('**The previous deployment keeps serving.**');
    expect(summary).toContain('**Agent** `voice-agent`');
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
    expect(summary).toContain('left out');
    expect(summary).toContain('The deployment failed');
  });

  test('says until when old values are in use, and that the first call starts cold', () => {
    const agents = [{ ...agent, replacesValues: true, sessionLimit: 900, minAgents: 0 }];
    const summary = summaryOf(record({ agents }), [], startedAt);
    expect(summary).toContain(
      'Sessions that are running keep the old values until they end, at the latest after 15 min',
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
      '    dateFormat x',
      '    axisFormat %M:%S',
      '    tickInterval 1second',
      '    section us-west',
      '    write voice.secrets :0, 1',
      '    roll out a b c d :crit, 500, 900',
      '    section eu-central',
      '    roll out x :active, 700, 1000',
      '```',
    ]);
  });

  test('is left out where nothing was begun', () => {
    expect(timeline(record(), startedAt)).toBeUndefined();
  });
});

describe('the annotation', () => {
  test('says what, where, why and what next, and ends with what the agent wrote', () => {
    expect(annotation(record(), [failure])).toBe(
      [
        'The deployment failed.',
        'Agent: voice-agent',
        'The previous deployment keeps serving. The platform says: it crashed.',
        'Next: Read the traceback.',
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
    expect(text).toContain('The deployment failed.');
  });

  test('keeps the end of a long traceback', () => {
    const text = annotation(record(), [
      { ...failure, traceback: `${'x'.repeat(9000)} the end`, logs: [] },
    ]);
    expect(text).toContain('the end');
    expect(text).toContain('Next: Read the traceback.');
  });
});

describe('what cannot be written', () => {
  test('does not change how the release went: outputs', async () => {
    const actions = new RecordedActions();
    actions.setOutput = () => {
      throw new Error('disk full');
    };
    await report(actions, record(), [], startedAt);
    expect(actions.warnings).toEqual(['The outputs could not be set: disk full']);
    expect(actions.summary).toContain('✅');
  });

  test('does not change how the release went: the summary', async () => {
    const actions = new RecordedActions();
    actions.writeSummary = () => Promise.reject(new Error('disk full'));
    await report(actions, record(), [], startedAt);
    expect(actions.warnings).toEqual(['The job summary could not be written: disk full']);
    expect(actions.outputs).toMatchObject({ region: 'us-west' });
  });

  test('is said where the runner has no summary', async () => {
    const actions = new RecordedActions();
    actions.hasSummary = false;
    await report(actions, record(), [], startedAt);
    expect(actions.log).toContain('info: The runner has no job summary, so none is written.');
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
