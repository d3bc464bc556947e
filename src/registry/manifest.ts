import * as v from 'valibot';
import { readJson } from './json.js';

const indexTypes: readonly string[] = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const manifestTypes: readonly string[] = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const configTypes: readonly string[] = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
];

/** The media types for the `Accept` header of a lookup. */
export const acceptedManifests = [...indexTypes, ...manifestTypes].join(', ');

/** Why the platforms of an image are unknown. */
export type Unreadable = 'nested-index' | 'artifact' | 'no-architecture' | 'unreadable';

/** What a manifest says about platforms: an index lists them, and an image has them in its config. */
export type Manifest =
  | { readonly kind: 'index'; readonly platforms: readonly string[] }
  | { readonly kind: 'image'; readonly configDigest: string }
  | { readonly kind: 'unknown'; readonly because: Unreadable };

const platform = v.object({
  os: v.string(),
  architecture: v.string(),
  variant: v.optional(v.string()),
});
const entry = v.object({ mediaType: v.optional(v.string()), platform: v.optional(platform) });
const document = v.object({
  mediaType: v.optional(v.string()),
  artifactType: v.optional(v.string()),
  manifests: v.optional(v.array(v.unknown())),
  config: v.optional(v.object({ mediaType: v.optional(v.string()), digest: v.string() })),
});
const config = v.object({
  os: v.optional(v.string(), 'linux'),
  architecture: v.pipe(v.string(), v.nonEmpty()),
  variant: v.optional(v.string()),
});

/** Reads an index, a manifest list or the manifest of one image. */
export function readManifest(text: string): Manifest {
  const { artifactType, manifests, config: configEntry } = readJson(document, text) ?? {};
  if (manifests !== undefined) return readIndex(manifests);
  if (configEntry === undefined) return { kind: 'unknown', because: 'unreadable' };
  const { mediaType, digest } = configEntry;
  const isImage = artifactType === undefined && configTypes.includes(mediaType ?? '');
  return isImage
    ? { kind: 'image', configDigest: digest }
    : { kind: 'unknown', because: 'artifact' };
}

function readIndex(manifests: readonly unknown[]): Manifest {
  const platforms: string[] = [];
  for (const found of manifests) {
    const parsed = v.safeParse(entry, found);
    if (!parsed.success) return { kind: 'unknown', because: 'unreadable' };
    const { mediaType, platform: built } = parsed.output;
    if (indexTypes.includes(mediaType ?? '')) return { kind: 'unknown', because: 'nested-index' };
    // An image without a platform may be for any platform.
    if (built === undefined) return { kind: 'unknown', because: 'no-architecture' };
    // Attestations are listed next to their images, for the platform `unknown`.
    if (built.os !== 'unknown') platforms.push(platformName(built));
  }
  return { kind: 'index', platforms: [...new Set(platforms)] };
}

/** Reads the platform from the config of an image; undefined if it names none. */
export function readConfigPlatform(text: string): string | undefined {
  const found = readJson(config, text);
  return found && platformName(found);
}

/** Such as `linux/arm64` or `linux/arm/v7`; every arm64 is v8. */
function platformName({ os, architecture, variant }: v.InferOutput<typeof platform>): string {
  const isCommon = variant === undefined || variant === '' || architecture === 'arm64';
  return isCommon ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
}
