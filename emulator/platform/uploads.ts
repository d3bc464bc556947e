import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.js';
import type { Organization } from './organizations.js';
import { badRequest } from './refusal.js';
import type { Regions } from './regions.js';

/** A file in the storage, in chunks, because it may be large. */
export interface StoredArchive {
  readonly chunks: readonly Buffer[];
  readonly bytes: number;
  /** In hexadecimal digits. */
  readonly md5: string;
}

/** A place in the storage, for one build context. */
export interface Upload {
  readonly id: string;
  readonly organization: string;
  readonly region: string;
  readonly bucket: string;
  /** Name of the file in its bucket. */
  readonly key: string;
  readonly createdAt: number;
  /** From then on, nothing can be stored there. */
  readonly expiresAt: number;
  /** Maximum size of the file in bytes. */
  readonly limit: number;
  /** The file that was stored last. */
  archive: StoredArchive | undefined;
}

/** Milliseconds for which an upload is valid. */
const validity = 15 * 60_000;

/** The hash that identifies a build context: the first 16 hexadecimal digits of its MD5. */
export const contextHashOf = ({ md5 }: StoredArchive) => md5.slice(0, 16);

/** All uploads of build contexts, with one bucket for each region. */
export class Uploads {
  /** Maximum size of a build context in bytes. */
  readonly limit: number;
  readonly #uploads = new Map<string, Upload>();
  readonly #now: Clock;
  readonly #regions: Regions;

  constructor(now: Clock, limit: number, regions: Regions) {
    this.#now = now;
    this.limit = limit;
    this.#regions = regions;
  }

  all(): Upload[] {
    return [...this.#uploads.values()];
  }

  identified(id: string): Upload | undefined {
    return this.#uploads.get(id);
  }

  /** The upload with this id, if it belongs to the organization. */
  find(organization: string, id: string): Upload | undefined {
    const upload = this.#uploads.get(id);
    return upload?.organization === organization ? upload : undefined;
  }

  hasBucket(name: string): boolean {
    return this.#regions.codes().some((code) => bucketOf(code) === name);
  }

  /** The upload whose file has this name. */
  at(bucket: string, key: string): Upload | undefined {
    return this.all().find((upload) => upload.bucket === bucket && upload.key === key);
  }

  create(organization: Organization, regionCode: string): Upload {
    const region = this.#regions.named(regionCode);
    if (region.selfHosted)
      throw badRequest(`Cloud builds are not enabled in region '${region.code}'`);
    const id = randomUUID();
    const now = this.#now();
    const upload: Upload = {
      id,
      organization: organization.name,
      region: region.code,
      bucket: bucketOf(region.code),
      key: `${organization.id}/${id}.tar.gz`,
      createdAt: now,
      expiresAt: now + validity,
      limit: this.limit,
      archive: undefined,
    };
    this.#uploads.set(id, upload);
    return upload;
  }
}

const bucketOf = (region: string) => `build-contexts-${region}`;
