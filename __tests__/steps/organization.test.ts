import { SecretValue } from '../../src/secrecy/secret-value.js';
import { describe, expect, test } from '@jest/globals';
import { StepError } from '../../src/record/errors.js';
import { Journal } from '../../src/record/journal.js';
import { chooseOrganization } from '../../src/steps/organization.js';
import { releaseLog } from '../../src/report/log.js';
import { RecordedActions } from '../support/recorded-actions.js';
import { credentials, stageForEachTest } from '../support/release-run.js';
import { TestClock } from '../support/test-clock.js';

const named = (name: string) => ({ name, origin: 'the input `organization`' });

function choose(asked: ReturnType<typeof named> | undefined, available: readonly string[]) {
  const actions = new RecordedActions();
  const journal = new Journal(new TestClock(), releaseLog(actions));
  const organizations = available.map((name) => ({ name }));
  return { chosen: chooseOrganization(asked, organizations, journal), warnings: actions.warnings };
}

describe('a token acts in', () => {
  test.each([
    { name: 'the organization that is named', asked: 'globex', available: ['acme', 'globex'] },
    { name: 'its only one where none is named', asked: undefined, available: ['globex'] },
    { name: 'its only one where that is named', asked: 'globex', available: ['globex'] },
  ])('$name, without a word', ({ asked, available }) => {
    const result = choose(asked === undefined ? undefined : named(asked), available);
    expect(result).toEqual({ chosen: 'globex', warnings: [] });
  });

  test('the first of several where none is named, with a warning', () => {
    expect(choose(undefined, ['globex', 'acme'])).toEqual({
      chosen: 'globex',
      warnings: [
        'The token has access to several organizations (globex, acme), so the action uses the first one. Set `organization: globex`.',
      ],
    });
  });

  test.each([
    { name: 'its id', asked: 'org-2', chosen: 'globex' },
    { name: 'its display name', asked: 'Globex Corporation', chosen: 'globex' },
    { name: 'its display name in other capitals', asked: 'globex corporation', chosen: 'globex' },
    { name: 'its name, which another one has as its display name', asked: 'acme', chosen: 'acme' },
    { name: 'a display name that two have', asked: 'Twins', chosen: undefined },
  ])('the one that is named by $name', ({ asked, chosen }) => {
    const available = [
      { name: 'acme', id: 'org-1', verboseName: 'Twins' },
      { name: 'globex', id: 'org-2', verboseName: 'Globex Corporation' },
      { name: 'initech', verboseName: 'acme' },
      { name: 'umbrella', verboseName: 'Twins' },
    ];
    const journal = new Journal(new TestClock(), releaseLog(new RecordedActions()));
    const act = () => chooseOrganization(named(asked), available, journal);
    if (chosen === undefined) expect(act).toThrow(StepError);
    else expect(act()).toBe(chosen);
  });

  test.each([
    { name: 'one that is named and not among its own', asked: named('acmee'), available: ['acme'] },
    { name: 'one that is named where it has none', asked: named('acme'), available: [] },
    { name: 'any where it has none', asked: undefined, available: [] },
  ])('no other than that: not in $name', ({ asked, available }) => {
    const act = (): unknown => choose(asked, available);
    expect(act).toThrow(StepError);
    expect(act).toThrow(
      expect.objectContaining({
        kind: 'organization-unknown',
        facts: {
          named: asked && { ...asked, name: new SecretValue(asked.name) },
          available: available.map((name) => ({ name })),
        },
      }),
    );
  });
});

describe('a release with a token', () => {
  const stage = stageForEachTest();
  const release = { 'secret-set': 'keys', secrets: 'A=a-value', region: 'us-west' };

  test('looks at nothing of another organization than the one that is named', async () => {
    const { succeeded, actions } = await stage.release({
      ...release,
      ...credentials.token,
      organization: 'acmee',
    });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain(
      '`acmee`, from the input `organization`, does not match exactly one organization of the token. Did you mean `acme`? Available: `acme`, `globex`.',
    );
    expect(stage.emulator.requests.map(({ path }) => path)).toEqual(['/v1/organizations']);
  });

  test('says in which organization it acts', async () => {
    const { actions } = await stage.release({ ...release, pat: credentials.token.pat });
    expect(actions.warnings).toEqual([expect.stringContaining('Set `organization: acme`')]);
    expect(actions.log).toContain('info: Using the organization acme.');
    expect(stage.emulator.state.secretSet('keys')?.values).toEqual({ A: 'a-value' });
  });
});
