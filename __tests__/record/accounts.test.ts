import { describe, expect, test } from '@jest/globals';
import { agentsBinding, agentsThatMayBind } from '../../src/plan/bindings.js';
import { Journal } from '../../src/record/journal.js';
import type { Target } from '../../src/plan/plan.js';
import { stepsOf } from '../../src/steps/planned-steps.js';
import { existingSet, stepNames, newTargetRecord } from '../../src/record/record.js';
import { Regional } from '../../src/plan/regional.js';
import { inferRegion } from '../../src/plan/locate.js';
import { settingsIn } from '../../src/plan/region-settings.js';
import { Remarks } from '../../src/record/remarks.js';
import type { ReleaseSettings } from '../../src/plan/settings.js';
import { releaseLog } from '../../src/report/log.js';
import { agentPlan, planOf, secretSetPlan } from '../support/accounts.js';
import { listedSet, observedAgent, planOfSituation } from '../support/planning.js';
import { RecordedActions } from '../support/recorded-actions.js';
import { TestClock } from '../support/test-clock.js';

/** A region without anything to do. */
const idle: Target = { region: 'us-west', secretSets: [], build: undefined, agent: undefined };

describe('the steps that are ahead are those that one region at least takes:', () => {
  const building = planOfSituation({
    agent: {},
    cloudBuild: { found: undefined, failure: undefined },
  });
  const bound = secretSetPlan();
  test.each<{ name: string; target: Partial<Target>; steps: string[] }>([
    { name: 'none where nothing is released', target: {}, steps: [] },
    { name: 'none for a set that is bound and ready', target: { secretSets: [bound] }, steps: [] },
    {
      name: 'the wait for a set that is bound and not ready yet',
      target: { secretSets: [bound, secretSetPlan({ status: 'pending' })] },
      steps: ['readiness'],
    },
    {
      name: 'the write of a set and the wait for it',
      target: { secretSets: [bound, secretSetPlan({ action: 'update' })] },
      steps: ['provision', 'readiness'],
    },
    {
      name: 'the build',
      target: { build: building.targets[0]?.build },
      steps: ['build'],
    },
    {
      name: 'the deploy and the wait for it',
      target: { agent: agentPlan() },
      steps: ['deploy', 'rollout'],
    },
    {
      name: 'the deploy of an agent that is not awaited',
      target: { agent: agentPlan({ waitForReady: false }) },
      steps: ['deploy'],
    },
    {
      name: 'the deletion of keys',
      target: { secretSets: [bound, secretSetPlan({ prunedKeys: ['OLD'] })] },
      steps: ['prune'],
    },
    {
      name: 'the deletion of versions, where there are more than are kept',
      target: {
        secretSets: [
          bound,
          secretSetPlan({ olderVersions: ['keys-1', 'keys-2'], keepVersions: 1 }),
        ],
      },
      steps: ['clean-up'],
    },
    {
      name: 'no deletion of versions that are kept',
      target: { secretSets: [secretSetPlan({ olderVersions: ['keys-1'], keepVersions: 1 })] },
      steps: [],
    },
  ])('$name', ({ target, steps }) => {
    expect(stepsOf(planOf(idle, { ...idle, ...target }))).toEqual(steps);
    const elsewhere = { ...idle, agent: agentPlan({ waitForReady: false }) };
    expect(stepsOf(planOf(elsewhere, { ...idle, ...target }))).toEqual(
      stepNames.filter((step) => step === 'deploy' || steps.includes(step)),
    );
  });
});

describe('before anything is done, the account of a region claims nothing:', () => {
  test('of its sets', () => {
    const created = secretSetPlan({ action: 'create', status: undefined, skippedKeys: ['EMPTY'] });
    const bound = secretSetPlan({ template: 'keys-{version}' });
    const { secretSets } = newTargetRecord({ ...idle, secretSets: [created, bound] });
    const untouched = existingSet('keys', 'secret', 'us-west');
    expect(secretSets).toEqual([
      { ...untouched, plan: created, outcome: 'skipped' },
      { ...untouched, plan: bound, outcome: 'existing', status: 'ready' },
    ]);
  });

  test('of its agent', () => {
    expect(newTargetRecord({ ...idle, agent: agentPlan() }).agent).toMatchObject({
      outcome: 'skipped',
      deploymentId: null,
      ready: false,
      previousServes: false,
      replacesValues: false,
    });
  });

  test('of a set that is only there', () => {
    expect(existingSet('keys', 'secret', 'us-west')).toEqual({
      name: 'keys',
      kind: 'secret',
      region: 'us-west',
      outcome: 'existing',
      status: null,
      added: [],
      updated: [],
      pruned: [],
      isChanged: false,
      plan: undefined,
    });
  });
});

describe('the agents of a region', () => {
  const bindings = new Map([
    ['voice', ['other-keys', 'keys']],
    ['unknown', undefined],
    ['none', []],
    ['billing', ['keys']],
    ['other', ['other-keys']],
  ]);

  test('that bind a set are named in order', () => {
    expect(agentsBinding(bindings, 'keys')).toEqual(['billing', 'voice']);
  });

  test('that may bind a set are those and the ones that do not show it', () => {
    expect(agentsThatMayBind(bindings, 'keys')).toEqual(['billing', 'unknown', 'voice']);
  });
});

const settings = {
  regions: ['us-west', 'us-east'],
  rollout: 'parallel',
  secretsTimeout: 120_000,
  imageLookup: undefined,
  secretSet: {
    name: new Regional<string>(undefined, new Map([['us-west', 'keys-{region}']])),
    pairs: [],
    skippedKeys: [],
    prune: false,
    requiredKeys: [],
    version: undefined,
    keepVersions: 3,
  },
  imagePullSecret: {
    name: new Regional<string>(undefined, new Map([['us-west', 'registry-{region}']])),
    registry: undefined,
  },
  agent: {
    name: new Regional<string>(undefined, new Map([['us-west', 'voice-{region}']])),
    minAgents: new Regional<number>(1, new Map([['us-west', 2]])),
    maxAgents: new Regional<number>(undefined),
    settings: {},
    preview: undefined,
    forceRedeploy: 'auto',
    onFailure: 'keep',
    waitForReady: true,
    waitTimeout: 600_000,
    smokeTest: undefined,
    drainTimeout: undefined,
    isBuiltFromBranch: false,
  },
  build: undefined,
} satisfies ReleaseSettings;

describe('what is asked for in a region', () => {
  test('goes by the names that are given for it', () => {
    expect(settingsIn(settings, 'us-west')).toMatchObject({
      region: 'us-west',
      secretSet: { name: 'keys-us-west', template: undefined },
      imagePullSecret: { name: 'registry-us-west' },
      agent: { name: 'voice-us-west', settings: { minAgents: 2, maxAgents: undefined } },
    });
  });

  test('is nothing where no name is given for it', () => {
    expect(settingsIn(settings, 'us-east')).toEqual({
      region: 'us-east',
      secretSet: undefined,
      imagePullSecret: undefined,
      agent: undefined,
    });
  });
});

describe('the region of a release that names none is', () => {
  const names = ['keys-{version}', 'registry'];
  const version = listedSet('keys-0123abcd', { region: 'us-east' });
  const registry = listedSet('registry', { kind: 'imagePullSecret', region: 'ap-south' });

  test.each([
    { name: "the agent's", agent: observedAgent(), sets: [version, registry], told: 'us-west' },
    {
      name: "that of the set's versions",
      agent: undefined,
      sets: [registry, version],
      told: 'us-east',
    },
    { name: 'that of the image pull secret', agent: undefined, sets: [registry], told: 'ap-south' },
    { name: 'not told where nothing is there', agent: undefined, sets: [], told: undefined },
  ])('$name', ({ agent, sets, told }) => {
    expect(inferRegion(names, agent, sets)).toBe(told);
  });
});

test('what is to be said of several agents alike is said once, with the names of all', () => {
  const actions = new RecordedActions();
  const journal = new Journal(new TestClock(), releaseLog(actions));
  const remarks = new Remarks();
  for (const name of ['voice', 'sales']) {
    remarks.add('notice', name, (names) => `Nothing differs for ${names}.`);
    remarks.add('warning', name, (names) => `Nothing differs for ${names}.`);
  }
  remarks.add('notice', 'billing', (names) => `All differs for ${names}.`);
  remarks.report(journal);
  remarks.report(journal);
  expect(actions.notices).toEqual([
    'Nothing differs for `voice`, `sales`.',
    'All differs for `billing`.',
  ]);
  expect(actions.warnings).toEqual(['Nothing differs for `voice`, `sales`.']);
});
