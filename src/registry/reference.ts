import { isLoopback } from '../http/confidential.js';

/** The address of Docker Hub under which Docker and Kubernetes keep its login. */
export const dockerHubUrl = 'https://index.docker.io/v1/';
/** The name of Docker Hub that people use. */
export const dockerHub = 'docker.io';
/** All of its names. */
const dockerHubHosts: readonly string[] = [
  dockerHub,
  'index.docker.io',
  'registry-1.docker.io',
  'hub.docker.com',
];

/** An image reference, taken apart. */
export interface ImageReference {
  /** Host and port of the registry; `docker.io` if the reference names none. */
  readonly registry: string;
  /** Such as `acme/voice`, or `library/python` for an official image of Docker Hub. */
  readonly repository: string;
  readonly tag: string | undefined;
  /** Such as `sha256:…`. */
  readonly digest: string | undefined;
}

/** Takes apart a reference that has a tag, a digest or both. */
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

/** The name of a registry by any of its addresses: a host, a URL, or one of Docker Hub's names. */
export function registryName(address: string): string {
  const host = address
    .replace(/^https?:\/\//i, '')
    .replace(/\/.*$/s, '')
    .toLowerCase();
  return dockerHubHosts.includes(host) ? dockerHub : host;
}

/** Where the API of a registry is: over https, and on this machine over http. */
export function registryUrl(registry: string): URL {
  if (registry === dockerHub) return new URL('https://registry-1.docker.io');
  const secure = new URL(`https://${registry}`);
  return isLoopback(secure.hostname) ? new URL(`http://${registry}`) : secure;
}

/** Whether both are the same repository at the same digest, whatever their tags are. */
export function isSameContent(one: string, other: string): boolean {
  const [first, second] = [parseImageReference(one), parseImageReference(other)];
  return (
    first.digest !== undefined &&
    first.digest === second.digest &&
    first.registry === second.registry &&
    first.repository === second.repository
  );
}

/** The reference with the digest that its tag points at now. */
export function pinned(image: string, digest: string): string {
  return image.includes('@') ? image : `${image}@${digest}`;
}
