import { secretSetName } from '../pipecat/names.js';
import { contentVersion } from '../plan/content-version.js';
import { nameInRegion, regionPlaceholder, versionPlaceholder } from '../plan/name-template.js';
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

/** Reads the secret set to bind, and to write where there are secrets. Undefined where none is named. */
export function readSecretSet(
  reader: InputReader,
  context: SecretSetContext,
): SecretSetSettings | undefined {
  const { raw, fields, regions, findings } = reader;
  const { secrets, requiredKeys, credential, imagePullSecret, waitsForAgent: waits } = context;
  const name = regions.name('secret-set', secretSetName, [regionPlaceholder, versionPlaceholder]);
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
    if (!waits) {
      findings.notices.push(
        'No older version of the secret set is deleted, because `wait-for-ready: false` leaves out the wait that has to come before it.',
      );
    }
  } else {
    checkPlain(reader, secrets, { prune, waitsForAgent: waits });
  }
  return {
    name,
    pairs,
    skippedKeys,
    // Of keys that are not known, none can be said to be missing, in the set or in what is given.
    prune: prune && waits && knowsKeys,
    requiredKeys: knowsKeys ? requiredKeys : [],
    keepVersions,
    version:
      isVersioned && isComplete && credential !== undefined
        ? contentVersion(pairs, credential.value)
        : undefined,
  };
}

/** Names are unique across the platform, so those of all regions are held against each other. */
function checkOtherKind(
  { regions: { checkedRegions }, findings }: InputReader,
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
    'and `secret-set` have the same name; a set holds either secrets or registry credentials',
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
      `holds \`${versionPlaceholder}\` in some of its lines only; it has to be in all or none`,
    );
  }
  if (pairs.length === 0 && isComplete) {
    findings.problem(
      'secret-set',
      `holds \`${versionPlaceholder}\`, which stands for the content of the set, and no secret is given; give all of them, or name one version`,
    );
  }
  if (prune) {
    findings.problem(
      'prune-secrets',
      `has no meaning with \`${versionPlaceholder}\` in \`secret-set\`: each version holds what is given and nothing else`,
    );
  }
}

function checkPlain(
  { raw, findings }: InputReader,
  { pairs, skippedKeys, isComplete }: SecretsReading,
  {
    prune,
    waitsForAgent: waitsForAgent,
  }: { readonly prune: boolean; readonly waitsForAgent: boolean },
): void {
  if (raw.isInput('keep-versions') && raw.text('keep-versions') !== '3') {
    findings.problem(
      'keep-versions',
      `has no effect without \`${versionPlaceholder}\` in \`secret-set\``,
    );
  }
  if (!secretSources.some((input) => raw.isGiven(input)) && !raw.isGiven('agent-name')) {
    findings.problem(
      'secret-set',
      'has no effect without secrets (to write it) or `agent-name` (to bind it), set one of them',
    );
  }
  // Sources may be given and hold nothing: a run of Dependabot has no secrets.
  if (prune && pairs.length + skippedKeys.length === 0 && isComplete) {
    findings.problem(
      'prune-secrets',
      'deletes the keys that are not given, and none is given: it would empty the set',
    );
  }
  if (prune && !waitsForAgent) {
    findings.warnings.push(
      '`prune-secrets` is left out, because `wait-for-ready: false` leaves out the wait that has to come before it.',
    );
  }
}
