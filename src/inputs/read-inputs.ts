import { regionCode, secretSetName } from '../pipecat/names.js';
import type { AccessSettings, ReleaseSettings, SecretSetSettings } from '../release/settings.js';
import type { SecretValue } from '../secrecy/secret-value.js';
import { givenCredentials, readAccess } from './access.js';
import { readAgent, readTimeout } from './agent.js';
import { Fields } from './fields.js';
import { Findings, type InputProblem } from './problems.js';
import { RawInputs, type Environment } from './raw-inputs.js';
import { givenRegistrySecrets, readImagePullSecret } from './registry.js';
import type { ReadFile } from './secrets/files.js';
import { secretSources } from './secrets/source.js';
import { readSecrets, type SecretsReading } from './secrets/read-secrets.js';

/** When tracebacks and log lines of a failed agent are shown. */
export type FailureLogs = 'auto' | 'always' | 'never';

/** What the inputs say, and what is to be said about them. */
export interface InputsReading {
  /** Undefined where there are problems. */
  readonly inputs:
    | {
        readonly access: AccessSettings;
        readonly release: ReleaseSettings;
        readonly failureLogs: FailureLogs;
      }
    | undefined;
  /** To be masked before anything else is done, and kept out of everything that is written. */
  readonly secrets: readonly SecretValue[];
  readonly problems: readonly InputProblem[];
  readonly warnings: readonly string[];
  readonly notices: readonly string[];
  readonly remarks: readonly string[];
}

/**
 * Reads all inputs, once, and validates them together: every mistake that can be seen without the
 * network is found in one go. Nothing is logged here; what was found has to be masked first.
 */
export async function readInputs(
  environment: Environment,
  readFile: ReadFile,
): Promise<InputsReading> {
  const raw = new RawInputs(environment);
  const findings = new Findings();
  const fields = new Fields(raw, findings);
  const workspace = environment['GITHUB_WORKSPACE'] ?? '.';

  raw.checkNames(findings);
  const credentials = givenCredentials(raw, environment);
  const access = readAccess(raw, environment, findings);
  const region = fields.name('region', regionCode);
  const secrets = await readSecrets(
    raw,
    fields,
    environment,
    workspace,
    readFile,
    credentials,
    findings,
  );
  const imagePullSecret = readImagePullSecret(raw, fields, findings);
  const secretsTimeout = readTimeout(fields, 'secrets-timeout');
  const agent = readAgent(raw, fields, findings);
  const secretSet = readSecretSet(raw, fields, secrets, agent?.waitForReady !== false, findings);
  const failureLogs = fields.choice('failure-logs', ['auto', 'always', 'never']);

  if (!raw.isGiven('agent-name') && !raw.isGiven('secret-set') && !raw.isGiven('registry')) {
    findings.problem(
      'agent-name',
      'is not given, and neither is `secret-set` nor `registry`: there is nothing to release',
    );
  }
  const complete =
    findings.problems.length === 0 && access !== undefined && failureLogs !== undefined;
  return {
    inputs: complete
      ? {
          access,
          release: { region, secretSet, imagePullSecret, secretsTimeout, agent },
          failureLogs,
        }
      : undefined,
    secrets: [...credentials, ...secrets.values, ...givenRegistrySecrets(raw)],
    problems: findings.problems,
    warnings: findings.warnings,
    notices: findings.notices,
    remarks: findings.remarks,
  };
}

function readSecretSet(
  raw: RawInputs,
  fields: Fields,
  secrets: SecretsReading,
  waits: boolean,
  findings: Findings,
): SecretSetSettings | undefined {
  const name = fields.name('secret-set', secretSetName);
  const prune = fields.boolean('prune-secrets') ?? false;
  const givenSecrets = secretSources.some((input) => raw.isGiven(input));
  if (!raw.isGiven('secret-set')) {
    fields.noEffectWithout('secret-set', secretSources);
    if (prune) fields.noEffectWithout('secret-set', ['prune-secrets']);
    return undefined;
  }
  if (raw.text('secret-set') === raw.text('image-credentials')) {
    findings.problem(
      'image-credentials',
      'and `secret-set` have the same name; a set holds either secrets or registry credentials',
    );
  }
  if (!givenSecrets && !raw.isGiven('agent-name')) {
    findings.problem(
      'secret-set',
      'has no effect without secrets (to write it) or `agent-name` (to bind it), none of which is given',
    );
  }
  // Sources may be given and hold nothing: a run of Dependabot has no secrets.
  if (prune && secrets.pairs.length + secrets.skippedKeys.length === 0) {
    findings.problem(
      'prune-secrets',
      'deletes the keys that are not given, and none is given: it would empty the set',
    );
  }
  if (prune && !waits) {
    findings.warnings.push(
      '`prune-secrets` is left out, because `wait-for-ready: false` leaves out the wait that has to come before it.',
    );
  }
  if (name === undefined) return undefined;
  return { name, pairs: secrets.pairs, skippedKeys: secrets.skippedKeys, prune: prune && waits };
}
