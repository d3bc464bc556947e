import { isLoopback } from '../http/confidential.js';

/** The address under which Docker and Kubernetes store a login for Docker Hub. */
export const dockerHubUrl = 'https://index.docker.io/v1/';
/** The common name of Docker Hub. */
export const dockerHub = 'docker.io';
/** All names of Docker Hub. */
const dockerHubHosts: readonly string[] = [
  dockerHub,
  'index.docker.io',
  'registry-1.docker.io',
  'hub.docker.com',
];

/** The parts of an image reference. */
export interface ImageReference {
  /** Host and port of the registry; `docker.io` if the reference names none. */
  readonly registry: string;
  /** Such as `acme/voice`, or `library/python` for an official image of Docker Hub. */
  readonly repository: string;
  readonly tag: string | undefined;
  /** Such as `sha256:…`. */
  readonly digest: string | undefined;
}

/** Parses a reference with a tag, a digest or both. */
export function parseImageReference(image: string): ImageReference {
  const [named = '', digest] = image.split('@');
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const name = hasTag ? named.slice(0, colon) : named;
  const tag = hasTag ? named.slice(colon + 1) : undefined;
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(0, slash));
  // A first part that cannot be a host is part of a repository on Docker Hub.
  const hasHost = /[.:]/.test(first) || first === 'localhost';
  const registry = hasHost ? registryName(first) : dockerHub;
  const path = hasHost ? name.slice(slash + 1) : name;
  const repository = registry === dockerHub && !path.includes('/') ? `library/${path}` : path;
  return { registry, repository, tag, digest };
}

/** Finds the name of a registry from a host, a URL, or any name of Docker Hub. */
export function registryName(address: string): string {
  const host = address
    .replace(/^https?:\/\//i, '')
    .replace(/\/.*$/s, '')
    .toLowerCase();
  return dockerHubHosts.includes(host) ? dockerHub : host;
}

/** The URL of a registry's API, with http only on this machine. */
export function registryUrl(registry: string): URL {
  if (registry === dockerHub) return new URL('https://registry-1.docker.io');
  const secure = new URL(`https://${registry}`);
  return isLoopback(secure.hostname) ? new URL(`http://${registry}`) : secure;
}

/** Whether two references have the same repository and digest. Their tags may differ. */
export function isSameContent(one: string, other: string): boolean {
  const [first, second] = [parseImageReference(one), parseImageReference(other)];
  return (
    first.digest !== undefined &&
    first.digest === second.digest &&
    first.registry === second.registry &&
    first.repository === second.repository
  );
}

/** Adds the digest to a reference that has none. */
export function pinned(image: string, digest: string): string {
  return image.includes('@') ? image : `${image}@${digest}`;
}
