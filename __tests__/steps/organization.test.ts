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
  const organizations = available.map((name) => ({ name, id: undefined, verboseName: undefined }));
  return { chosen: chooseOrganization(asked, organizations, journal), warnings: actions.warnings };
}

describe('a token is used for', () => {
  test.each([
    { name: 'the named organization', asked: 'globex', available: ['acme', 'globex'] },
    { name: 'its only organization if none is named', asked: undefined, available: ['globex'] },
    { name: 'its only organization if that one is named', asked: 'globex', available: ['globex'] },
  ])('$name, without a warning', ({ asked, available }) => {
    const result = choose(asked === undefined ? undefined : named(asked), available);
    expect(result).toEqual({ chosen: 'globex', warnings: [] });
  });

  test('the first of several organizations if none is named, with a warning', () => {
    expect(choose(undefined, ['globex', 'acme'])).toEqual({
      chosen: 'globex',
      warnings: [
        'The token has access to several organizations (globex, acme), so the action uses the first one. Set `organization: globex`.',
      ],
    });
  });

  test.each([
    { name: 'its ID', asked: 'org-2', chosen: 'globex' },
    { name: 'its display name', asked: 'Globex Corporation', chosen: 'globex' },
    { name: 'its display name in other capitals', asked: 'globex corporation', chosen: 'globex' },
    {
      name: 'its name, even if another organization has it as its display name',
      asked: 'acme',
      chosen: 'acme',
    },
    {
      name: 'a display name that two organizations share (which is rejected)',
      asked: 'Twins',
      chosen: undefined,
    },
  ])('the organization that is named by $name', ({ asked, chosen }) => {
    const available = [
      { name: 'acme', id: 'org-1', verboseName: 'Twins' },
      { name: 'globex', id: 'org-2', verboseName: 'Globex Corporation' },
      { name: 'initech', id: undefined, verboseName: 'acme' },
      { name: 'umbrella', id: undefined, verboseName: 'Twins' },
    ];
    const journal = new Journal(new TestClock(), releaseLog(new RecordedActions()));
    const act = () => chooseOrganization(named(asked), available, journal);
    if (chosen === undefined) expect(act).toThrow(StepError);
    else expect(act()).toBe(chosen);
  });

  test.each([
    {
      name: 'the named organization is not one of its own',
      asked: named('acmee'),
      available: ['acme'],
    },
    { name: 'it has no organization, but one is named', asked: named('acme'), available: [] },
    { name: 'it has no organization and none is named', asked: undefined, available: [] },
  ])('no organization, which is an error, if $name', ({ asked, available }) => {
    const act = (): unknown => choose(asked, available);
    expect(act).toThrow(StepError);
    expect(act).toThrow(
      expect.objectContaining({
        kind: 'organization-unknown',
        facts: {
          named: asked && { ...asked, name: new SecretValue(asked.name) },
          available: available.map((name) => ({ name, id: undefined, verboseName: undefined })),
        },
      }),
    );
  });
});

describe('a release with a token', () => {
  const stage = stageForEachTest();
  const release = { 'secret-set': 'keys', secrets: 'A=a-value', region: 'us-west' };

  test('reads nothing of another organization if the named one is unknown', async () => {
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

  test('names the organization that it uses', async () => {
    const { actions } = await stage.release({ ...release, pat: credentials.token.pat });
    expect(actions.warnings).toEqual([expect.stringContaining('Set `organization: acme`')]);
    expect(actions.log).toContain('info: Using the organization acme.');
    expect(stage.emulator.state.secretSet('keys')?.values).toEqual({ A: 'a-value' });
  });
});
