import { describe, expect, test } from '@jest/globals';
import { marked } from 'marked';
import type { NewDeployment } from '../../src/plan/plan.js';
import type { AgentRecord, SecretSetRecord } from '../../src/record/record.js';
import { countOfChanges, doneChanges, plannedChanges } from '../../src/report/changes.js';
import { summaryOf } from '../../src/report/summary.js';
import { credentials, ofDependabot, stageForEachTest, writes } from '../support/release-run.js';
import {
  agentPlan,
  agentRecord,
  planFor,
  planOf,
  releaseRecord,
  secretSetPlan,
  secretSetRecord,
  startedAt,
} from '../support/accounts.js';

/** Markdown as GitHub would render it. */
function rendered(markdown: string): string {
  return marked.parse(markdown, { async: false, gfm: true });
}

/** What a plan says of one set or agent. */
function planned({
  set,
  agent,
}: {
  set?: Parameters<typeof secretSetPlan>[0];
  agent?: Parameters<typeof agentPlan>[0];
}): readonly string[] {
  const [region] = plannedChanges(
    planOf({
      region: 'us-west',
      secretSets: set === undefined ? [] : [secretSetPlan(set)],
      build: undefined,
      agent: agent && agentPlan(agent),
    }),
  );
  return region?.changes ?? [];
}

describe('a plan says of a set', () => {
  test.each([
    {
      name: 'that it is created',
      set: { action: 'create', addedKeys: ['A', 'B'] },
      told: ['Create the secret set `keys`: add `A`, `B`.'],
    },
    {
      name: 'which keys are added and which updated',
      set: { action: 'update', addedKeys: ['A'], updatedKeys: ['B'] },
      told: ['Update the secret set `keys`: add `A`; update `B`.'],
    },
    { name: 'that it is left', set: {}, told: ['Keep the secret set `keys` unchanged.'] },
    {
      name: 'that it holds credentials of a registry',
      set: { action: 'update', kind: 'imagePullSecret', otherAgents: undefined },
      told: ['Update the image pull secret `keys`.'],
    },
    {
      name: 'what is pruned',
      set: { action: 'update', updatedKeys: ['A'], prunedKeys: ['B', 'C'] },
      told: ['Update the secret set `keys`: update `A`.', 'Then delete from `keys`: `B`, `C`.'],
    },
    {
      name: 'which older versions are deleted',
      set: {
        name: 'keys-0123abcd',
        action: 'create',
        addedKeys: ['A'],
        deletedVersions: ['keys-00000001', 'keys-00000002'],
      },
      told: [
        'Create the secret set `keys-0123abcd`: add `A`.',
        'Then delete older versions that no agent binds: `keys-00000001`, `keys-00000002`.',
      ],
    },
    {
      name: 'which other agents bind it',
      set: { action: 'update', updatedKeys: ['A'], otherAgents: ['sales', 'support'] },
      told: [
        'Update the secret set `keys`: update `A`.',
        'Also bound to `keys`: `sales`, `support`. Running instances keep the old values until they are redeployed; new instances may start with the new ones.',
      ],
    },
    {
      name: 'nothing of other agents where it is left',
      set: { otherAgents: ['sales'] },
      told: ['Keep the secret set `keys` unchanged.'],
    },
  ] as const)('$name', ({ set, told }) => {
    expect(planned({ set })).toEqual(told);
  });

  test('the first of many keys, and how many there are more', () => {
    const addedKeys = Array.from({ length: 500 }, (_, index) => `KEY_${index}`);
    const [told = ''] = planned({ set: { action: 'create', addedKeys } });
    expect(told).toContain('`KEY_0`, `KEY_1`');
    expect(told).toContain('`KEY_39` and 460 more.');
    expect(told).not.toContain('`KEY_40`');
  });

  test('all of 40 keys', () => {
    const addedKeys = Array.from({ length: 40 }, (_, index) => `KEY_${index}`);
    expect(planned({ set: { action: 'create', addedKeys } })[0]).toMatch(/`KEY_39`\.$/);
  });
});

const reasons: readonly (NewDeployment & { readonly told: string })[] = [
  {
    follows: 'yes',
    because: 'forced',
    told: 'A new deployment follows, because `force-redeploy` asks for it.',
  },
  {
    follows: 'yes',
    because: 'values-written',
    told: 'A new deployment follows, because its secret set gets new values, which only a new deployment sees.',
  },
  {
    follows: 'yes',
    because: 'settings-differ',
    told: 'A new deployment follows, because settings differ.',
  },
  {
    follows: 'unknown',
    because: 'settings-hidden',
    told: 'It is unknown whether a new deployment follows, because the platform does not show all of its current settings.',
  },
  {
    follows: 'no',
    because: 'scaling-only',
    told: 'No new deployment follows, because only its scaling changes.',
  },
];

describe('a plan says of an agent', () => {
  test.each(reasons)('whether a new deployment follows: $because', ({ told, ...newDeployment }) => {
    const changes = [{ setting: 'min-agents', before: '0', after: '1' }];
    expect(planned({ agent: { changes, newDeployment } })).toEqual([
      `Update the agent \`voice\`: min-agents \`0\` → \`1\`. ${told}`,
    ]);
  });

  test('that it is left as it is, and with the old values where it is', () => {
    const newDeployment = { follows: 'no', because: 'nothing-differs' } as const;
    expect(planned({ agent: { newDeployment } })).toEqual([
      'Keep the agent `voice` unchanged: nothing differs.',
    ]);
    expect(planned({ agent: { newDeployment, valuesChange: true } })).toEqual([
      'Keep the agent `voice` unchanged, with the old values: `force-redeploy` is `false`.',
    ]);
  });

  test('that it is new, with all that it is given', () => {
    const changes = [
      { setting: 'image', before: undefined, after: 'ghcr.io/acme/voice:1.0' },
      { setting: 'min-agents', before: undefined, after: '0' },
    ];
    const newDeployment = { follows: 'yes', because: 'agent-created' } as const;
    expect(planned({ agent: { action: 'create', changes, newDeployment } })).toEqual([
      'Create the agent `voice`: image `ghcr.io/acme/voice:1.0`, min-agents `0`. A new deployment follows, because the agent is new.',
    ]);
  });

  test('what changes, old and new', () => {
    const changes = [
      { setting: 'agent-profile', before: 'agent-1x', after: 'agent-2x' },
      { setting: 'krisp-viva-audio-filter', before: 'tel', after: 'off' },
      { setting: 'secret-set', before: undefined, after: 'keys' },
    ];
    const newDeployment = { follows: 'yes', because: 'settings-differ' } as const;
    expect(planned({ agent: { changes, newDeployment } })[0]).toContain(
      ': agent-profile `agent-1x` → `agent-2x`, krisp-viva-audio-filter `tel` → `off`, secret-set `keys`. A new',
    );
  });
});

describe('the account says of a set', () => {
  const done = (parts: Parameters<typeof secretSetRecord>[0]) =>
    doneChanges(
      releaseRecord({ plan: planFor(['us-west']), secretSets: [secretSetRecord(parts)] }),
    )[0]?.changes;

  const cases: Record<SecretSetRecord['outcome'], [Parameters<typeof secretSetRecord>[0], string]> =
    {
      created: [{ added: ['A'], updated: [] }, 'Created the secret set `keys`: added `A`.'],
      updated: [
        { added: ['A'], pruned: ['C'] },
        'Updated the secret set `keys`: added `A`; updated `OLD_KEY`; pruned `C`.',
      ],
      existing: [{ updated: [] }, 'Unchanged: the secret set `keys`.'],
      deleted: [
        { updated: [], plan: { template: 'keys-{version}' } },
        'Deleted the secret set `keys`, an older version that no agent binds.',
      ],
      failed: [{ updated: ['A'] }, 'Failed: the secret set `keys`: updated `A`.'],
      cancelled: [
        { updated: ['A'] },
        'Cancelled while writing: the secret set `keys`: updated `A`.',
      ],
      skipped: [
        { updated: [], kind: 'imagePullSecret' },
        'Not written: the image pull secret `keys`.',
      ],
    };
  test.each(Object.entries(cases))('%s', (outcome, [parts, told]) => {
    expect(done({ ...parts, outcome: outcome as SecretSetRecord['outcome'] })).toEqual([told]);
  });
});

describe('the account says of an agent', () => {
  const done = (parts: Parameters<typeof agentRecord>[0]) =>
    doneChanges(releaseRecord({ plan: planFor(['us-west']), agents: [agentRecord(parts)] }))[0]
      ?.changes;
  const changes = [{ setting: 'image', before: 'a:1', after: 'a:2' }];

  const cases: Record<AgentRecord['outcome'], string> = {
    created: 'Created the agent `voice`: image `a:1` → `a:2`.',
    updated: 'Updated the agent `voice`: image `a:1` → `a:2`. Settings differed.',
    unchanged: 'Unchanged: the agent `voice`.',
    'rolled-back': 'Rolled back: the agent `voice`: image `a:1` → `a:2`.',
    superseded: 'Superseded by another release: the agent `voice`: image `a:1` → `a:2`.',
    failed: 'Failed to deploy: the agent `voice`: image `a:1` → `a:2`.',
    cancelled: 'Cancelled while deploying: the agent `voice`: image `a:1` → `a:2`.',
    skipped: 'Not deployed: the agent `voice`.',
  };
  test.each(Object.entries(cases))('%s', (outcome, told) => {
    expect(
      done({
        outcome: outcome as AgentRecord['outcome'],
        plan: { changes, newDeployment: { follows: 'yes', because: 'settings-differ' } },
      }),
    ).toEqual([told]);
  });

  test.each([
    { because: 'forced', told: '`force-redeploy` asked for it.' },
    { because: 'values-written', told: 'Its secret set got new values.' },
    { because: 'settings-hidden', told: 'The platform did not show all of its settings.' },
    {
      because: 'scaling-only',
      told: 'Only its scaling changed, which makes no new deployment.',
    },
  ] as const)('why it was updated: $because', ({ because, told }) => {
    const newDeployment = { follows: 'yes', because } as const;
    expect(done({ plan: { newDeployment } })).toEqual([`Updated the agent \`voice\`. ${told}`]);
  });
});

test('each region has what is its own, in the order of the plan', () => {
  const regions = ['us-west', 'eu-central', 'ap-south'];
  const record = releaseRecord({
    plan: planFor(regions),
    agents: [...regions].reverse().map((region) => agentRecord({ name: `v-${region}`, region })),
    secretSets: [secretSetRecord({ name: 'k-ap', region: 'ap-south' })],
  });
  expect(doneChanges(record)).toEqual([
    { region: 'us-west', changes: ['Updated the agent `v-us-west`. Settings differed.'] },
    { region: 'eu-central', changes: ['Updated the agent `v-eu-central`. Settings differed.'] },
    {
      region: 'ap-south',
      changes: [
        'Updated the secret set `k-ap`: updated `OLD_KEY`.',
        'Updated the agent `v-ap-south`. Settings differed.',
      ],
    },
  ]);
});

describe('a plan changes nothing', () => {
  const nothing = {
    region: 'us-west',
    secretSets: [secretSetPlan()],
    build: undefined,
    agent: agentPlan(),
  };

  test('where sets are bound and the agent is what it is', () => {
    expect(countOfChanges(planOf(nothing, { ...nothing, agent: undefined }))).toBe(
      'nothing would change',
    );
  });

  test.each([
    { name: 'a set is created', set: { action: 'create' } },
    { name: 'a set is updated', set: { action: 'update' } },
    { name: 'keys are pruned', set: { prunedKeys: ['A'] } },
    { name: 'older versions go', set: { deletedVersions: ['keys-00000001'] } },
    {
      name: 'a setting changes',
      agent: { changes: [{ setting: 'min-agents', before: '0', after: '1' }] },
    },
    {
      name: 'a deployment follows',
      agent: { newDeployment: { follows: 'yes', because: 'forced' } },
    },
    {
      name: 'a deployment may follow',
      agent: { newDeployment: { follows: 'unknown', because: 'settings-hidden' } },
    },
  ] as const)('but not where in one region $name', (parts) => {
    const set = 'set' in parts ? parts.set : {};
    const agent = 'agent' in parts ? parts.agent : {};
    const other = {
      region: 'b',
      secretSets: [secretSetPlan(set)],
      build: undefined,
      agent: agentPlan(agent),
    };
    expect(countOfChanges(planOf(nothing, other))).toMatch(
      /^1 (secret set|agent) would be (created|updated)$/,
    );
  });
});

describe('the headline of a plan', () => {
  const headline = (regions: readonly string[], parts = {}) => {
    const plan = planOf(
      ...planFor(regions).targets.map((target) => ({
        ...target,
        secretSets: target.secretSets.map((set) => ({ ...set, ...parts })),
      })),
    );
    return summaryOf(releaseRecord({ kind: 'plan', plan }), [], startedAt).split('\n')[0];
  };

  test('names the regions that it is for', () => {
    expect(headline(['us-west', 'eu-central'], { action: 'create' })).toBe(
      '## 📋 Plan for `us-west`, `eu-central`: 2 secret sets would be created',
    );
  });

  test('counts many', () => {
    expect(headline(['a', 'b', 'c', 'd'], { action: 'create' })).toBe(
      '## 📋 Plan for 4 regions: 4 secret sets would be created',
    );
  });

  test('says where nothing would change', () => {
    expect(headline(['us-west', 'eu-central'])).toBe(
      '## 📋 Plan for `us-west`, `eu-central`: nothing would change',
    );
  });

  test('says what was checked without a credential', () => {
    const summary = summaryOf(releaseRecord({ kind: 'offline-check' }), [], startedAt);
    expect(summary.split('\n')[0]).toBe(
      '## 📋 Checked without a credential: inputs, files and names are valid',
    );
  });
});

describe('names with odd characters', () => {
  test.each([
    { name: 'a backtick', odd: 'a`b' },
    { name: 'backticks', odd: '``a``' },
    { name: 'a tag', odd: '</details><img src=x onerror=alert(1)>' },
    { name: 'a tag within backticks', odd: '`<script>`' },
    { name: 'a link', odd: '[x](https://example.com)' },
    { name: 'a list', odd: 'a\n- b\n# c' },
    { name: 'a fence', odd: 'a\n```\nb' },
    { name: 'a pipe', odd: 'a|b' },
    { name: 'a mention', odd: '@everyone' },
    { name: 'a colour', odd: '\u001b[31ma' },
  ])('do not break the Markdown: $name', ({ odd }) => {
    const changes = [{ setting: 'image', before: odd, after: odd }];
    const plan = planOf({
      region: 'us-west',
      build: undefined,
      secretSets: [
        secretSetPlan({
          name: odd,
          action: 'update',
          updatedKeys: [odd],
          prunedKeys: [odd],
          otherAgents: [odd],
          deletedVersions: [odd],
        }),
      ],
      agent: agentPlan({ name: odd, changes }),
    });
    const asPlan = rendered(summaryOf(releaseRecord({ kind: 'plan', plan }), [], startedAt));
    // Three of them stand again in the full plan.
    expect(asPlan.match(/<li>/g)).toHaveLength(3 + 5);
    expect(asPlan.match(/<\/details>/g)).toHaveLength(1);
    expect(asPlan).not.toMatch(/<(img|script|a|h[3-6]|pre|em)\b/);
    expect(asPlan.match(/<h\d>/g)).toEqual(['<h2>']);

    const record = releaseRecord({
      plan,
      agents: [agentRecord({ name: odd, plan: { changes } })],
      secretSets: [secretSetRecord({ name: odd, updated: [odd] })],
    });
    const asDone = rendered(summaryOf(record, [], startedAt));
    expect(asDone.match(/<li>/g)).toHaveLength(2);
    expect(asDone.match(/<details>/g)).toHaveLength(3);
    expect(asDone.match(/<\/details>/g)).toHaveLength(3);
    expect(asDone.match(/<td>/g)).toHaveLength(5 + 6);
    expect(asDone).not.toMatch(/<(img|script|a|h[3-6]|pre|em)\b/);
  });
});

describe('the sections of a plan', () => {
  const summary = (after: string): string => {
    const targets = ['us-west', 'eu-central'].map((region) => ({
      region,
      build: undefined,
      secretSets: [secretSetPlan({ name: 'keys', region, otherAgents: ['sales'] })],
      agent: agentPlan({
        name: `voice-${region}`,
        region,
        changes: [
          { setting: 'image', before: 'ghcr.io/acme/voice:1', after },
          ...(region === 'us-west' ? [{ setting: 'min-agents', before: '1', after: '2' }] : []),
        ],
        newDeployment: { follows: 'yes', because: 'settings-differ' },
      }),
    }));
    return summaryOf(releaseRecord({ kind: 'plan', plan: planOf(...targets) }), [], startedAt);
  };
  const row = (...cells: readonly string[]): string =>
    `<tr>${cells.map((cell) => `<td nowrap>${cell}</td>`).join('')}</tr>`;

  test('have one row for a change that is the same in several regions', () => {
    const text = summary('ghcr.io/acme/voice:2');
    const both = '<samp>us-west</samp>, <samp>eu-central</samp>';
    expect(text).toContain(row(both, 'image', '<samp>voice:1</samp>', '<samp>voice:2</samp>'));
    expect(text).toContain(
      row('<samp>us-west</samp>', 'min-agents', '<samp>1</samp>', '<samp>2</samp>'),
    );
  });

  test('have images whole where their paths differ', () => {
    expect(summary('docker.io/acme/voice:1')).toContain('<samp>docker.io/acme/voice:1</samp>');
  });

  test('say once what follows, and fold everything that would be done', () => {
    const text = summary('ghcr.io/acme/voice:2');
    const [open = '', folded = ''] = text.split('<details><summary>Full plan, in order</summary>');
    expect(open.match(/A new deployment follows, because settings differ\./g)).toHaveLength(1);
    expect(open).not.toContain('Update the agent');
    expect(folded).toContain('Update the agent `voice-us-west`: image `ghcr.io/acme/voice:1`');
  });
});

describe('a dry run', () => {
  const stage = stageForEachTest();
  const inputs = {
    ...credentials['API key'],
    region: 'us-west, eu-central',
    'secret-set': 'keys-{region}',
    secrets: 'A=value-a',
    'agent-name': 'voice-{region}',
    image: 'ghcr.io/acme/voice:1.0.0',
  };

  test('plans what the release then says it has done', async () => {
    stage.emulator.seed.secretSet({ name: 'keys-us-west', values: { A: 'old-a', B: 'old-b' } });
    stage.emulator.seed.agent({ name: 'voice-us-west', image: 'ghcr.io/acme/voice:0.9.0' });
    const dry = await stage.release({ ...inputs, 'dry-run': 'true' });
    expect(writes(stage.emulator)).toEqual([]);
    expect(dry.actions.summary).toContain(
      '- Update the agent `voice-us-west`: image `ghcr.io/acme/voice:0.9.0` → `ghcr.io/acme/voice:1.0.0`, secret-set `keys-us-west`.',
    );
    const { actions } = await stage.release(inputs);
    expect(actions.summary).toContain(
      '- Updated the agent `voice-us-west`: image `ghcr.io/acme/voice:0.9.0` → `ghcr.io/acme/voice:1.0.0`, secret-set `keys-us-west`. Settings differed.',
    );
    expect(actions.summary).toContain('- Updated the secret set `keys-us-west`: updated `A`.');
    expect(actions.summary).toContain('- Created the secret set `keys-eu-central`: added `A`.');
    // Who else binds the sets is looked at for people who read the plan only.
    expect(actions.outputs['plan']).toBe(
      dry.actions.outputs['plan']?.replace('"otherAgents":[]', '"otherAgents":null'),
    );
    // A plan has no table of what became of things.
    expect(dry.actions.summary).not.toContain('| Agent |');
  });

  test('that would change nothing says so', async () => {
    const versioned = { ...inputs, 'secret-set': 'keys-{region}-{version}' };
    await stage.release(versioned);
    const { actions } = await stage.release({ ...versioned, 'dry-run': 'true' });
    expect(actions.summary).toContain(
      '## 📋 Plan for `us-west`, `eu-central`: nothing would change',
    );
    expect(actions.summary).toMatch(
      /- Keep the secret set `keys-us-west-[0-9a-f]{8}` unchanged: it already has/,
    );
    expect(actions.summary).toContain(
      '- Keep the agent `voice-us-west` unchanged: nothing differs.',
    );
  });

  test('without a credential says what was checked, that this is all, and ends green', async () => {
    const offline = { ...inputs, 'api-key': '', secrets: 'A=', 'dry-run': 'true' };
    const { succeeded, actions } = await stage.release(offline, ofDependabot);
    expect(succeeded).toBe(true);
    expect(stage.emulator.requests).toEqual([]);
    expect(actions.errors).toEqual([]);
    expect(actions.summary).toContain('## 📋 Checked without a credential');
    expect(actions.summary).toContain('read nothing from the platform.');
    expect(actions.outputs).toMatchObject({ agents: '[]', 'secret-sets': '[]', plan: '' });
  });

  test('without a credential is red where a name is wrong', async () => {
    const offline = { ...inputs, 'api-key': '', 'agent-name': 'voice', 'dry-run': 'true' };
    const { succeeded, actions } = await stage.release(offline, ofDependabot);
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('use `voice-{region}`');
  });
});
