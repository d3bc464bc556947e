import type { Clock } from './clock.js';
import { badRequest, notFound } from './refusal.js';
import type { Regions } from './regions.js';
import { type Repeatable, Scripted } from './scripted.js';

export type SecretSetKind = 'secret' | 'imagePullSecret';
/** `unknown`: the region cannot be reached. */
export type SecretSetStatus = 'pending' | 'ready' | 'failed' | 'unknown';

/** How the provisioning of a set goes. */
export interface ProvisioningScript extends Repeatable {
  /** Milliseconds until the outcome. */
  readonly delay?: number | undefined;
  /** `pending` never ends. */
  readonly outcome?: SecretSetStatus | undefined;
  readonly errorMessage?: string | undefined;
}

interface Provisioning {
  readonly settlesAt: number;
  readonly outcome: SecretSetStatus;
  readonly errorMessage: string;
}

/** A secret set or an image pull secret, in one region. */
export interface SecretSet {
  readonly name: string;
  readonly organization: string;
  readonly region: string;
  readonly kind: SecretSetKind;
  /** A Kubernetes Secret of a self-hosted region. Agents can bind it, but nobody can write it. */
  readonly referenced: boolean;
  readonly values: Map<string, string>;
  /** For an image pull secret: the registry, with a trailing slash. */
  host: string | undefined;
  /** For an image pull secret: `base64(username:token)`, as it was sent. */
  auth: string | undefined;
  /** Time of the last write. Earlier deployments do not have its values. */
  writtenAt: number;
  provisioning: Provisioning;
}

/** A set that exists from the start, or from the time when it is seeded. */
export interface SeededSecretSet {
  readonly name: string;
  readonly region?: string | undefined;
  readonly organization?: string | undefined;
  readonly status?: SecretSetStatus | undefined;
  readonly errorMessage?: string | undefined;
  /** Milliseconds until it is ready. */
  readonly readyAfter?: number | undefined;
}

const namePattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const keyPattern = /^[a-zA-Z0-9_-]{1,64}$/;
const defaultErrorMessage =
  'The secret set could not be provisioned. Please try again, or contact support.';

/** All secret sets of the platform; their names are unique across its organizations. */
export class SecretSets {
  readonly provisioning = new Scripted<ProvisioningScript>();
  readonly #sets = new Map<string, SecretSet>();
  readonly #now: Clock;
  /** Milliseconds that provisioning takes, unless a script says otherwise. */
  readonly #delay: number;
  readonly #regions: Regions;

  constructor(now: Clock, delay: number, regions: Regions) {
    this.#now = now;
    this.#delay = delay;
    this.#regions = regions;
  }

  all(): SecretSet[] {
    return [...this.#sets.values()];
  }

  named(name: string): SecretSet | undefined {
    return this.#sets.get(name);
  }

  /** The set with this name, if it belongs to the organization. */
  find(organization: string, name: string): SecretSet | undefined {
    const set = this.#sets.get(name);
    return set?.organization === organization ? set : undefined;
  }

  status(set: SecretSet): SecretSetStatus {
    const { settlesAt, outcome } = set.provisioning;
    return this.#now() >= settlesAt ? outcome : 'pending';
  }

  /** Adds pairs to a set, and creates the set if it does not exist. Other keys stay. */
  writeSecrets(
    organization: string,
    name: string,
    pairs: readonly { readonly secretKey: string; readonly secretValue: string }[],
    region: string,
    requestedRegion: string | undefined,
  ): SecretSet {
    for (const { secretKey } of pairs)
      if (!keyPattern.test(secretKey))
        throw badRequest(`Invalid request format: '${secretKey}' is not a valid secret key`);
    const set = this.#writable(organization, name, 'secret', region, requestedRegion);
    for (const { secretKey, secretValue } of pairs) set.values.set(secretKey, secretValue);
    return this.#provision(set);
  }

  /** Writes the credentials of a registry, and replaces existing ones. */
  writeImagePullSecret(
    organization: string,
    name: string,
    { host, auth }: { readonly host: string; readonly auth: string },
    region: string,
    requestedRegion: string | undefined,
  ): SecretSet {
    const set = this.#writable(organization, name, 'imagePullSecret', region, requestedRegion);
    set.host = withSlash(host);
    set.auth = auth;
    return this.#provision(set);
  }

  deleteKey(organization: string, name: string, key: string): void {
    const set = this.find(organization, name);
    if (!set) throw notFound('Set not found');
    if (set.referenced) throw referencedSet(name);
    if (!set.values.delete(key)) throw notFound('Secret not found');
    this.#provision(set);
  }

  delete(organization: string, name: string): void {
    if (!this.find(organization, name)) throw notFound('Set not found');
    this.#sets.delete(name);
  }

  seed(
    seeded: SeededSecretSet,
    contents: Pick<SecretSet, 'kind' | 'referenced' | 'values' | 'host' | 'auth'>,
    defaults: { readonly organization: string; readonly region: string },
  ): void {
    const { readyAfter, status } = seeded;
    const outcome = readyAfter !== undefined && status === 'pending' ? 'ready' : status;
    this.#sets.set(seeded.name, {
      name: seeded.name,
      organization: seeded.organization ?? defaults.organization,
      region: seeded.region ?? defaults.region,
      ...contents,
      host: contents.host === undefined ? undefined : withSlash(contents.host),
      writtenAt: this.#now(),
      provisioning: {
        settlesAt: readyAfter === undefined ? -Infinity : this.#now() + readyAfter,
        outcome: outcome ?? 'ready',
        errorMessage: seeded.errorMessage ?? defaultErrorMessage,
      },
    });
  }

  #writable(
    organization: string,
    name: string,
    kind: SecretSetKind,
    region: string,
    requestedRegion: string | undefined,
  ): SecretSet {
    if (name.length < 3 || name.length > 63 || !namePattern.test(name))
      throw badRequest(`Invalid request format: '${name}' is not a valid secret set name`);
    const existing = this.#sets.get(name);
    if (!existing) {
      const set: SecretSet = {
        name,
        organization,
        region: this.#regions.named(region).code,
        kind,
        referenced: false,
        values: new Map(),
        host: undefined,
        auth: undefined,
        writtenAt: this.#now(),
        provisioning: { settlesAt: Infinity, outcome: 'pending', errorMessage: '' },
      };
      this.#sets.set(name, set);
      return set;
    }
    // The response does not reveal the owner or the region.
    if (existing.organization !== organization)
      throw badRequest('Secret set name is already taken');
    if (existing.referenced) throw referencedSet(name);
    if (
      requestedRegion !== undefined &&
      this.#regions.named(requestedRegion).code !== existing.region
    )
      throw badRequest(
        `Secret already exists in region '${existing.region}'. Cannot change region to '${requestedRegion}'.`,
      );
    if (existing.kind !== kind)
      throw badRequest(
        kind === 'imagePullSecret'
          ? 'Cannot update existing regular secrets to image pull secrets'
          : 'Must provide isImagePullSecret, host, and secretValue to update an image pull secret',
      );
    return existing;
  }

  #provision(set: SecretSet): SecretSet {
    const script = this.provisioning.take(set.name);
    set.writtenAt = this.#now();
    set.provisioning = {
      settlesAt: this.#now() + (script?.delay ?? this.#delay),
      outcome: script?.outcome ?? 'ready',
      errorMessage: script?.errorMessage ?? defaultErrorMessage,
    };
    return set;
  }
}

const withSlash = (host: string) => (host.endsWith('/') ? host : `${host}/`);

const referencedSet = (name: string) =>
  badRequest(
    `Secret set '${name}' is a referenced secret set. Its contents are managed in your cluster.`,
  );
