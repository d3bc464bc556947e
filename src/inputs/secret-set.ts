import { contentVersion } from '../plan/content-version.js';
import { nameInRegion, versionPlaceholder } from '../plan/name-template.js';
import type { Regional } from '../plan/regional.js';
import type { Credential, RequiredKey, SecretSetSettings } from '../plan/settings.js';
import type { InputReader } from './reader.js';
import type { SecretsReading } from './secrets/read-secrets.js';
import { secretSources } from './secrets/source.js';

/** What the secret set depends on besides its own inputs. */
export interface SecretSetContext {
  readonly secrets: SecretsReading;
  readonly requiredKeys: readonly RequiredKey[];
  readonly credential: Credential | undefined;
  readonly imagePullSecret: Regional<string> | undefined;
  /** Whether the release waits for its agent, or has none. */
  readonly waitsForAgent: boolean;
}

/** Reads the secret set to bind, and to write if there are secrets. Undefined if none is named. */
export function readSecretSet(
  reader: InputReader,
  context: SecretSetContext,
): SecretSetSettings | undefined {
  const { raw, fields, findings } = reader;
  const { secrets, requiredKeys, credential, imagePullSecret, waitsForAgent } = context;
  const name = fields.template('secret-set');
  const prune = fields.boolean('prune-secrets') ?? false;
  const keepVersions = fields.integer('keep-versions', { least: 0, most: 100 }) ?? 0;
  if (!raw.isGiven('secret-set')) {
    fields.noEffectWithout('secret-set', [
      ...secretSources,
      'prune-secrets',
      'required-secrets',
      'keep-versions',
    ]);
    return undefined;
  }
  if (name === undefined) return undefined;
  checkOtherKind(reader, name, imagePullSecret);
  const isVersioned = name.values.some((template) => template.includes(versionPlaceholder));
  const { pairs, skippedKeys, isComplete, knowsKeys } = secrets;
  if (isVersioned) {
    checkVersioned(reader, name, secrets, prune);
    if (!waitsForAgent) {
      findings.notices.push(
        'The action deletes no older version of the secret set, because `wait-for-ready: false` skips the wait before it.',
      );
    }
  } else {
    checkPlain(reader, context, prune);
  }
  return {
    name,
    pairs,
    skippedKeys,
    // Without all keys, nobody knows which are missing.
    prune: prune && waitsForAgent && knowsKeys,
    requiredKeys: knowsKeys ? requiredKeys : [],
    keepVersions,
    version:
      isVersioned && isComplete && credential !== undefined
        ? contentVersion(pairs, credential.value)
        : undefined,
  };
}

/** Compares the names of all regions, because names are unique across the platform. */
function checkOtherKind(
  { fields: { checkedRegions }, findings }: InputReader,
  name: Regional<string>,
  imagePullSecret: Regional<string> | undefined,
): void {
  const namesOf = (templates: Regional<string> | undefined): string[] =>
    checkedRegions.flatMap((region) => {
      const template = templates?.in(region);
      return template === undefined ? [] : [nameInRegion(template, region)];
    });
  const secretSets = new Set(namesOf(name));
  if (!namesOf(imagePullSecret).some((one) => secretSets.has(one))) return;
  findings.problem(
    'image-credentials',
    'and `secret-set` have the same name, but a set holds either secrets or registry credentials',
  );
}

function checkVersioned(
  { findings }: InputReader,
  name: Regional<string>,
  { pairs, isComplete }: SecretsReading,
  prune: boolean,
): void {
  if (name.values.some((template) => !template.includes(versionPlaceholder))) {
    findings.problem(
      'secret-set',
      `has \`${versionPlaceholder}\` in only some of its lines; add it to all or none`,
    );
  }
  if (pairs.length === 0 && isComplete) {
    findings.problem(
      'secret-set',
      `has \`${versionPlaceholder}\`, which stands for the content of the set, but no secret is set; set all of them, or name one version`,
    );
  }
  if (prune) {
    findings.problem(
      'prune-secrets',
      `has no effect with \`${versionPlaceholder}\` in \`secret-set\`, because each version holds exactly the keys of its release; remove it`,
    );
  }
}

function checkPlain(
  { raw, findings }: InputReader,
  { secrets: { pairs, skippedKeys, isComplete }, waitsForAgent }: SecretSetContext,
  prune: boolean,
): void {
  if (raw.isChanged('keep-versions')) {
    findings.problem(
      'keep-versions',
      `has no effect without \`${versionPlaceholder}\` in \`secret-set\``,
    );
  }
  if (!secretSources.some((input) => raw.isGiven(input)) && !raw.isGiven('agent-name')) {
    findings.problem(
      'secret-set',
      'has no effect without secrets (to write it) or `agent-name` (to bind it); set one of them',
    );
  }
  // Sources may be set but empty: a run of Dependabot gets no secrets.
  if (prune && pairs.length + skippedKeys.length === 0 && isComplete) {
    findings.problem(
      'prune-secrets',
      'deletes all keys that are not set, and none is set, so it would empty the set',
    );
  }
  if (prune && !waitsForAgent) {
    findings.warnings.push(
      'Ignored `prune-secrets`, because `wait-for-ready: false` skips the wait before it.',
    );
  }
}
