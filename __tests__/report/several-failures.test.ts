import { describe, expect, test } from '@jest/globals';
import { marked } from 'marked';
import type { AgentRecord, ReleaseRecord } from '../../src/record/record.js';
import type { Explanation } from '../../src/report/explain.js';
import { severalTitle } from '../../src/report/headline.js';
import { annotation, report } from '../../src/report/report.js';
import { summaryOf } from '../../src/report/summary.js';
import {
  agentRecord,
  crash,
  planFor,
  regionCodes,
  releaseRecord,
  startedAt,
} from '../support/accounts.js';
import { RecordedActions } from '../support/recorded-actions.js';
import { credentials, Stage, stageForEachTest, writes } from '../support/release-run.js';

const maxAnnotationLength = 4096;

/** Agents by region, with what became of them. */
function recordOf(outcomes: Readonly<Record<string, AgentRecord['outcome']>>): ReleaseRecord {
  const regions = Object.keys(outcomes);
  return releaseRecord({
    plan: planFor(regions),
    agents: regions.map((region) =>
      agentRecord({ name: `voice-${region}`, region, outcome: outcomes[region] ?? 'skipped' }),
    ),
  });
}

function recordOfFailures(regions: readonly string[]): ReleaseRecord {
  return recordOf(Object.fromEntries(regions.map((region) => [region, 'failed'])));
}

function annotationOf(record: ReleaseRecord, failures: readonly Explanation[]): string {
  const [first, ...others] = failures;
  if (first === undefined) throw new Error('Nothing failed');
  const text = annotation(record, [first, ...others]);
  expect(text.length).toBeLessThanOrEqual(maxAnnotationLength);
  return text;
}

describe('the title', () => {
  test('counts the regions that failed, not the failures', () => {
    const record = recordOf({ a: 'failed', b: 'updated', c: 'failed' });
    const failures = [crash('a'), crash('c'), crash('c')];
    expect(severalTitle(record, failures)).toBe('The release failed in 2 of 3 regions');
  });

  test('counts the reasons in one region', () => {
    expect(severalTitle(recordOf({ a: 'failed' }), [crash('a'), crash('a')])).toBe(
      'The release failed for 2 reasons',
    );
  });

  test('takes what is not about a region for none', () => {
    const record = recordOf({ a: 'failed', b: 'updated' });
    const unexpected = { ...crash('a'), subject: undefined };
    expect(severalTitle(record, [crash('a'), unexpected])).toBe(
      'The release failed in 1 of 2 regions',
    );
    expect(severalTitle(record, [unexpected, unexpected])).toBe('The release failed for 2 reasons');
  });
});

describe('one annotation', () => {
  test('says first what serves, and then of each failure why, what next and where', () => {
    const record = recordOf({ a: 'failed', b: 'updated', c: 'failed' });
    const pull = crash('c', {
      title: 'The deployment was not ready in time',
      why: ['Last state: pulling.'],
      next: ['Look at the agent.'],
    });
    expect(annotationOf(record, [crash('a'), pull])).toBe(
      [
        'Serving now: `ghcr.io/acme/voice:1.0`, as before.',
        '',
        'The deployment failed.',
        'The agent starts, ends, and is started again and again.',
        'Next: Read the traceback. More: `pipecat cloud agent logs voice-a`.',
        'Agent: voice-a · Region: a',
        '',
        'The deployment was not ready in time.',
        'Last state: pulling.',
        'Next: Look at the agent.',
        'Agent: voice-c · Region: c',
      ].join('\n'),
    );
  });

  test('says once what is the same in several regions', () => {
    const record = recordOf({ a: 'failed', b: 'failed', c: 'failed', d: 'updated' });
    expect(annotationOf(record, [crash('a'), crash('b'), crash('c')])).toBe(
      [
        'Serving now: `ghcr.io/acme/voice:1.0`, as before.',
        '',
        'The deployment failed.',
        'The agent starts, ends, and is started again and again.',
        'Next: Read the traceback.',
        'Agent: voice-a, voice-b, voice-c · Region: a, b, c',
      ].join('\n'),
    );
  });

  test('does not take one failure for another that reads alike', () => {
    const failures = [crash('a'), crash('b', { why: ['It never started.'] })];
    const text = annotationOf(recordOfFailures(['a', 'b']), failures);
    expect(text.match(/The deployment failed\./g)).toHaveLength(2);
    expect(text.match(/Serving now: `ghcr\.io\/acme\/voice:1\.0`, as before\./g)).toHaveLength(1);
  });

  const sixteen = regionCodes(16);

  test('has room for the same failure in each of 16 regions', () => {
    const text = annotationOf(
      recordOfFailures(sixteen),
      sixteen.map((region) => crash(region)),
    );
    for (const region of sixteen) expect(text).toContain(`voice-${region}`);
    expect(text).toContain('Next: Read the traceback.');
    expect(text).not.toContain('…');
  });

  test('has where, why and what next of 16 failures that differ', () => {
    const failures = sixteen.map((region) =>
      crash(region, {
        why: [`In ${region} it is ${'so '.repeat(200)}`],
        next: [`Then ${region} ${'and '.repeat(200)}`],
        traceback: 'x'.repeat(5000),
        logs: ['y'.repeat(5000)],
      }),
    );
    const text = annotationOf(recordOfFailures(sixteen), failures);
    for (const region of sixteen) {
      expect(`${text}\n`).toContain(`Agent: voice-${region} · Region: ${region}\n`);
      expect(text).toContain(`\nIn ${region} `);
      expect(text).toContain(`\nNext: Then ${region} `);
    }
  });

  test('has the problem and what next where a single one is long', () => {
    const problems = Array.from({ length: 300 }, (_, index) => ({
      about: `\`input-${index}\``,
      message: 'has to be another',
      next: undefined,
    }));
    const text = annotationOf(releaseRecord(), [crash('a', { problems })]);
    expect(text).toContain('- `input-0`: has to be');
    expect(text).toContain('Next: Read the traceback.');
  });

  test('is one, with the title that counts, and the log has what each agent wrote', async () => {
    const actions = new RecordedActions();
    const failures = ['a', 'b'].map((region) =>
      crash(region, { traceback: `Traceback of mine in ${region}`, logs: [`line of ${region}`] }),
    );
    await report(actions, recordOfFailures(['a', 'b']), failures, { now: startedAt });
    expect(actions.errors.map(({ title }) => title)).toEqual([
      'The release failed in 2 of 2 regions',
    ]);
    for (const region of ['a', 'b']) {
      expect(actions.log).toContain(`info:   | Traceback of mine in ${region}`);
      expect(actions.log).toContain(`info:   | line of ${region}`);
    }
  });
});

describe('the summary', () => {
  const sixteen = regionCodes(16);

  test('has a heading for the release and one for each failure', () => {
    const summary = summaryOf(
      recordOfFailures(sixteen),
      sixteen.map((region) => crash(region)),
      startedAt,
    );
    expect(summary.split('\n')[0]).toBe('## ❌ The release failed in 16 of 16 regions');
    expect(summary.match(/^### ❌ The deployment failed: /gm)).toHaveLength(16);
    expect(summary.match(/^\*\*What to do:\*\* /gm)).toHaveLength(16);
    expect(summary).toContain('**Serving now:** `ghcr.io/acme/voice:1.0`, as before.');
  });

  test('has no heading of its own for the only failure', () => {
    const record = recordOf({ a: 'failed', b: 'updated' });
    const summary = summaryOf(record, [crash('a')], startedAt);
    expect(summary.split('\n')[0]).toBe('## ❌ `voice-a` was not updated in `a`; `b` was released');
    expect(summary).not.toContain('###');
  });

  test('has all failures and tables although every agent wrote a lot', () => {
    const failures = sixteen.map((region) =>
      crash(region, {
        traceback: `${'语'.repeat(80_000)} the end of ${region}`,
        logs: ['ü'.repeat(80_000)],
      }),
    );
    const summary = summaryOf(recordOfFailures(sixteen), failures, startedAt);
    expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
    for (const region of sixteen) {
      expect(summary).toContain(`### ❌ The deployment failed: \`voice-${region}\``);
      expect(summary).toContain(`the end of ${region}`);
      expect(summary).toContain(`| \`voice-${region}\` | \`${region}\` | failed`);
    }
    expect(summary).not.toMatch(/There was no room|Long lists are cut/);
  });
});

describe('of releases to several regions', () => {
  const stage = stageForEachTest();
  const inputs = {
    ...credentials['API key'],
    region: 'us-west, us-east, eu-central, ap-south',
    'agent-name': 'voice-{region}',
    'failure-logs': 'never',
  };
  const release = { ...inputs, image: 'ghcr.io/acme/voice:1.1.0' };

  test('that fail in different ways, each is told with what helps', async () => {
    await stage.release({ ...inputs, image: 'ghcr.io/acme/voice:1.0.0' });
    stage.emulator.script.deployment('voice-us-east', { outcome: 'crash-loop' });
    stage.emulator.script.deployment('voice-ap-south', { outcome: 'image-pull' });
    const { succeeded, actions, agents } = await stage.release(release);
    expect(succeeded).toBe(false);
    expect(actions.errors).toHaveLength(1);
    const [{ title, message } = { title: '', message: '' }] = actions.errors;
    expect(title).toBe('The release failed in 2 of 4 regions');
    expect(message.length).toBeLessThanOrEqual(maxAnnotationLength);
    expect(message).toContain(
      'Serving now: `ghcr.io/acme/voice:1.1.0` in `us-west`, `eu-central`; `ghcr.io/acme/voice:1.0.0` in `us-east`, `ap-south`, as before.',
    );
    expect(message).toMatch(/Agent: voice-us-east · Region: us-east · .*Reason: CrashLoopBackOff/);
    expect(message).toMatch(/Agent: voice-ap-south · Region: ap-south · .*PCC_IMAGE_NOT_FOUND/);
    expect(message.match(/^Next: /gm)).toHaveLength(2);
    expect(agents.map(({ outcome }) => outcome)).toEqual([
      'updated',
      'failed',
      'updated',
      'failed',
    ]);
    expect(actions.summary).toContain('failed; the previous deployment is still serving');
  });

  test('one after the other, the later ones are skipped, and nothing is said to run there', async () => {
    stage.emulator.script.deployment('voice-us-east', { outcome: 'crash-loop' });
    const { actions, agents } = await stage.release({ ...release, rollout: 'sequential' });
    expect(agents.map(({ outcome }) => outcome)).toEqual([
      'created',
      'failed',
      'skipped',
      'skipped',
    ]);
    expect(actions.errors[0]?.title).toBe('The deployment failed');
    expect(actions.errors[0]?.message).toContain(
      '`voice-us-east` was created in `us-east` but is not serving; 1 of 3 other regions was released.\nServing now: `ghcr.io/acme/voice:1.1.0` in `us-west`; nothing in `us-east`, `eu-central`, `ap-south`.',
    );
    expect(actions.summary).toContain(
      '| `voice-eu-central` | `eu-central` | skipped, not started | – | – |',
    );
    expect(actions.notices).toContainEqual(
      expect.stringContaining(
        'the failure in `us-east`, so nothing was deployed in `eu-central`, `ap-south`',
      ),
    );
  });

  test('where a set fails in one, no agent is written, and the others are told as ready', async () => {
    stage.emulator.script.provisioning('keys-eu-central', {
      outcome: 'failed',
      errorMessage: 'No room',
    });
    const { actions, secretSets } = await stage.release({
      ...release,
      'secret-set': 'keys-{region}',
      secrets: 'A=value-a',
    });
    expect(writes(stage.emulator).filter((write) => write.includes('/agents'))).toEqual([]);
    expect(secretSets.map(({ status }) => status)).toEqual(['ready', 'ready', 'failed', 'ready']);
    expect(actions.errors[0]?.message).toContain('Serving now: nothing. No agent was deployed.');
    expect(actions.errors[0]?.message).toContain('Region: eu-central');
    // The image that was asked for runs nowhere.
    expect(actions.summary).not.toMatch(/\| skipped, not started \| `ghcr/);
  });
});

test('a release that crashes in each of 16 regions is told in one annotation', async () => {
  const regions = regionCodes(16);
  const stage = await Stage.open({ regions: regions.map((code) => ({ code })) });
  try {
    stage.emulator.script.deployment('*', { outcome: 'crash-loop', every: true });
    const { actions } = await stage.release({
      ...credentials['API key'],
      region: regions.join(','),
      'agent-name': 'voice-{region}',
      image: 'ghcr.io/acme/voice:1.0.0',
      'failure-logs': 'always',
    });
    expect(actions.errors).toHaveLength(1);
    const [{ title, message } = { title: '', message: '' }] = actions.errors;
    expect(title).toBe('The release failed in 16 of 16 regions');
    expect(message.length).toBeLessThanOrEqual(maxAnnotationLength);
    for (const region of regions) expect(message).toContain(`voice-${region}`);
    expect(message).toContain('\nNext: Add `SPEECH_API_KEY` to the secrets of the agent');
    const html = marked.parse(actions.summary, { async: false, gfm: true });
    expect(html.match(/<h3>/g)).toHaveLength(16);
    // A row of five cells each, and the steps have three.
    expect(html.match(/<td>/g)).toHaveLength(16 * 5 + 1 * 3);
    expect(actions.summary.match(/:crit, /g)).toHaveLength(16);
  } finally {
    await stage.close();
  }
});
