import type { ListedSecretSet, Region, SecretSet } from '../pipecat/answers.js';
import { secretSetName } from '../pipecat/names.js';
import { listOf } from '../text/list.js';
import { quote } from '../text/quote.js';
import { agentsBinding, boundByOthers, withoutAgent, type Bindings } from './bindings.js';
import type { PreflightProblem } from './problems.js';
import { isVersioned, nameOfAnyVersion, versionPlaceholder, versionsOf } from './name-template.js';
import type { RegionObservation } from './observation.js';
import { oldVersions } from './old-versions.js';
import type { SecretSetPlan } from './plan.js';
import type { RegionSecretSet, RegionSettings } from './region-settings.js';
import { secretSetKinds } from './subject.js';

export function isWritten({ action }: Pick<SecretSetPlan, 'action'>): boolean {
  return action !== 'bind';
}

/** Plans the secret set of one region. */
export function planSecretSet(
  observation: RegionObservation,
  known: Region,
  secretSets: readonly ListedSecretSet[],
  problems: PreflightProblem[],
): SecretSetPlan | undefined {
  const { settings, secretSet: observed, bindings } = observation;
  const { region, agent, secretSet: requested } = settings;
  if (requested === undefined) return undefined;
  const { name, template, skippedKeys, keepVersions } = requested;
  const set = { name, kind: 'secret', region, template } as const;
  const existing = listedSet(name, secretSets, observed);
  const existingKeys = new Set(observed?.keys);
  const isGiven = requested.pairs.length > 0;
  checkSet(set, isGiven, existing, problems);
  const isWrite =
    isGiven && !(existing !== undefined && isComplete(requested, existing, existingKeys));
  if (isWrite) checkWritable(name, existing, known, problems);
  const pairs = isWrite ? requested.pairs : [];
  const keys = pairs.map(({ key }) => key);
  checkPruning(requested, bindings, agent?.name, problems);
  checkRequiredKeys(requested, existing, keysAfter(requested, existingKeys), problems);
  const others = bindings && withoutAgent(bindings, agent?.name);
  return {
    ...set,
    action: actionFor(isWrite, existing),
    pairs,
    registry: undefined,
    addedKeys: keys.filter((key) => !existingKeys.has(key)),
    updatedKeys: keys.filter((key) => existingKeys.has(key)),
    skippedKeys,
    prunedKeys: prunedKeysOf(requested, existingKeys),
    status: existing?.status,
    otherAgents: existing === undefined ? [] : others && agentsBinding(others, name),
    keepVersions,
    ...versionsOfSet(observation, requested, secretSets),
  };
}

/** The set from the list. Only the response about the set itself always shows whether it is referenced. */
function listedSet(
  name: string,
  secretSets: readonly ListedSecretSet[],
  observed: SecretSet | undefined,
): ListedSecretSet | undefined {
  const listed = secretSets.find((set) => set.name === name);
  return listed && { ...listed, referenced: listed.referenced || observed?.referenced === true };
}

function actionFor(
  isWrite: boolean,
  existing: ListedSecretSet | undefined,
): SecretSetPlan['action'] {
  if (!isWrite) return 'bind';
  return existing === undefined ? 'create' : 'update';
}

function checkWritable(
  name: string,
  existing: ListedSecretSet | undefined,
  region: Region,
  problems: PreflightProblem[],
): void {
  const about = `secret set ${name}`;
  if (existing?.referenced !== true) {
    checkSelfHosted(about, region, problems);
    return;
  }
  problems.push({
    about,
    message:
      'is a referenced set, a Kubernetes Secret of a self-hosted region: agents can bind it, but only its cluster can write it',
    next: 'Write the values in your cluster and omit the secrets inputs, or use another set.',
  });
}

function prunedKeysOf(
  { prune, pairs, skippedKeys }: RegionSecretSet,
  existing: ReadonlySet<string>,
): string[] {
  if (!prune) return [];
  const given = new Set([...pairs.map(({ key }) => key), ...skippedKeys]);
  return [...existing].filter((key) => !given.has(key));
}

/** The keys of a set after the release. A version has only the keys that are passed. */
function keysAfter(requested: RegionSecretSet, existing: ReadonlySet<string>): Set<string> {
  const pruned = prunedKeysOf(requested, existing);
  const kept =
    requested.template === undefined ? [...existing].filter((key) => !pruned.includes(key)) : [];
  return new Set([...kept, ...requested.pairs.map(({ key }) => key)]);
}

/** Finds the other versions of a set, and which of them to delete. */
function versionsOfSet(
  { settings, agent, bindings }: RegionObservation,
  { name, template, keepVersions }: RegionSecretSet,
  secretSets: readonly ListedSecretSet[],
): Pick<SecretSetPlan, 'olderVersions' | 'deletedVersions'> {
  if (template === undefined) return { olderVersions: [], deletedVersions: undefined };
  const versions = versionsOf(template);
  // If the release does not wait for the agent, the agent may still need the old versions.
  const older =
    settings.agent?.waitForReady === false
      ? []
      : secretSets.filter((set) => set.name !== name && versions.test(set.name));
  const deletedVersions =
    bindings === undefined || isVersioned(name)
      ? undefined
      : oldVersions({
          template,
          current: name,
          region: settings.region,
          previous: agent?.secretSets ?? [],
          keep: keepVersions,
          secretSets: older,
          // After the release, its agent binds only the new version.
          bindings: withoutAgent(bindings, settings.agent?.name),
        });
  return { olderVersions: older.map((set) => set.name), deletedVersions };
}

/** Whether a version is complete, so that nothing is written. A failed or partial version is written again. */
function isComplete(
  { template, pairs }: RegionSecretSet,
  { status, referenced }: ListedSecretSet,
  keys: ReadonlySet<string>,
): boolean {
  if (template === undefined || status === 'failed') return false;
  return referenced || pairs.every(({ key }) => keys.has(key));
}

/** Warns if the agent would bind another set that lacks keys of the one that it binds now. */
export function lostKeyWarnings({
  settings: { agent, secretSet: requested },
  secretSet: observed,
  replacedSets,
}: RegionObservation): string[] {
  // The keys of a reference cannot be read.
  if (agent === undefined || requested === undefined || observed?.referenced === true) return [];
  const { name, template } = requested;
  const keys = keysAfter(requested, new Set(observed?.keys));
  return replacedSets.flatMap((replaced) => {
    const lost = replaced.keys.filter((key) => !keys.has(key));
    if (lost.length === 0) return [];
    const what = lost.length === 1 ? 'it is' : 'they are';
    return `\`${agent.name}\` would lose ${listOf(lost, { most: 10 })}: ${what} in \`${replaced.name}\`, but not in \`${template ?? name}\`.`;
  });
}

/** Plans the image pull secret of one region. */
export function planImagePullSecret(
  { region, imagePullSecret }: RegionSettings,
  known: Region,
  secretSets: readonly ListedSecretSet[],
  problems: PreflightProblem[],
): SecretSetPlan | undefined {
  if (imagePullSecret === undefined) return undefined;
  const { name, registry } = imagePullSecret;
  const existing = secretSets.find((set) => set.name === name);
  const set = { name, kind: 'imagePullSecret', region, template: undefined } as const;
  const isGiven = registry !== undefined;
  checkSet(set, isGiven, existing, problems);
  if (isGiven) checkSelfHosted(`image pull secret ${name}`, known, problems);
  return {
    ...set,
    action: actionFor(isGiven, existing),
    pairs: [],
    registry,
    addedKeys: [],
    updatedKeys: [],
    skippedKeys: [],
    prunedKeys: [],
    status: existing?.status,
    // A changed pull secret has no effect on other agents before the next pull.
    otherAgents: undefined,
    olderVersions: [],
    deletedVersions: undefined,
    keepVersions: 0,
  };
}

function checkSelfHosted(
  about: string,
  { code, isSelfHosted }: Region,
  problems: PreflightProblem[],
): void {
  if (isSelfHosted !== true) return;
  problems.push({
    about,
    message: `cannot be written in ${code}: a self-hosted region has only referenced sets, which are Kubernetes Secrets of its cluster`,
    next: 'Create the Kubernetes Secret in the cluster, then set its name without its content.',
  });
}

/** Suggests a name for a region, if a set in another region has the wanted name. */
function proposedName(name: string, template: string | undefined, region: string): string {
  return template === undefined
    ? `${name}-${region}`
    : template.replace(versionPlaceholder, `${region}-${versionPlaceholder}`);
}

const inputOf = { secret: 'secret-set', imagePullSecret: 'image-credentials' } as const;

/**
 * Checks that apply to both kinds of set.
 *
 * @param isGiven whether the release has content to write
 */
function checkSet(
  { name, kind, region, template }: Pick<SecretSetPlan, 'name' | 'kind' | 'region' | 'template'>,
  isGiven: boolean,
  existing: ListedSecretSet | undefined,
  problems: PreflightProblem[],
): void {
  const about = `${secretSetKinds[kind]} ${name}`;
  if (!secretSetName.pattern.test(nameOfAnyVersion(name))) {
    problems.push({
      about,
      message: `is not a valid name in ${region} (${nameOfAnyVersion(name).length} characters); use ${secretSetName.rule}`,
      next: `Fix \`${inputOf[kind]}\`.`,
    });
    return;
  }
  if (existing === undefined) {
    if (isGiven || isVersioned(name)) return;
    problems.push({
      about,
      message: 'does not exist, and the release has no values to create it with',
      next:
        kind === 'secret'
          ? 'Fix `secret-set`, or pass secrets to create the set.'
          : 'Fix `image-credentials`, or set `registry`, `registry-username` and `registry-password`.',
    });
    return;
  }
  if (existing.kind !== kind) {
    problems.push({
      about,
      message: `already exists as another kind of set (${secretSetKinds[existing.kind]})`,
      next: 'Choose another name; the kind of a set cannot change.',
    });
    return;
  }
  if (existing.region !== region) {
    problems.push({
      about,
      message: `is in region ${existing.region}, but the release is for ${region}; the region of a set cannot change, and agents can bind only sets in their own region`,
      next: `Use another set for ${region} (such as ${proposedName(name, template, region)}), or release to ${existing.region}.`,
    });
  }
  if (!isGiven && existing.status === 'failed') {
    problems.push({
      about,
      message: `cannot be bound, because its provisioning failed${existing.errorMessage === undefined ? '' : `: ${quote(existing.errorMessage)}`}`,
      next: 'Pass the secrets of the set to write it again. If the error persists, contact support.',
    });
  }
}

function checkPruning(
  { name, prune }: RegionSecretSet,
  bindings: Bindings | undefined,
  released: string | undefined,
  problems: PreflightProblem[],
): void {
  const bound = prune && bindings ? boundByOthers(name, released, bindings) : undefined;
  if (bound === undefined) return;
  const agents = bound.agents.join(', ');
  problems.push({
    about: `secret set ${name}`,
    ...(bound.because === 'bound'
      ? {
          message: `cannot be pruned, because other agents also bind it: ${agents}`,
          next: 'Give each agent its own set, or omit `prune-secrets`.',
        }
      : {
          message: `cannot be pruned, because an earlier deployment of these agents may be serving and may bind it: ${agents}`,
          next: 'Release again when their rollouts have ended, or omit `prune-secrets`.',
        }),
  });
}

/** Each required key must be passed now, or exist and not be pruned. */
function checkRequiredKeys(
  { name, requiredKeys }: RegionSecretSet,
  existing: ListedSecretSet | undefined,
  after: ReadonlySet<string>,
  problems: PreflightProblem[],
): void {
  // The keys of a reference cannot be read.
  if (existing?.referenced === true) return;
  const missing = requiredKeys.filter(({ key }) => !after.has(key));
  if (missing.length === 0) return;
  const origins = [...new Set(missing.map(({ origin }) => origin))].join(', ');
  problems.push({
    about: `secret set ${name}`,
    message: `would lack ${missing.map(({ key }) => key).join(', ')} after the release, required by ${origins}`,
    next: `Pass ${missing.length === 1 ? 'it' : 'them'} with the release, or fix \`required-secrets\`.`,
  });
}
