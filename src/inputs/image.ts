import { imageReference } from '../pipecat/names.js';
import { looksLikeCredential, shown } from './problems.js';
import type { InputReader } from './reader.js';

/** Characters of the longest reference that registries accept. */
const longest = 512;

/** Reads the image to run. */
export function readImage({ raw, findings }: InputReader): string | undefined {
  const image = raw.text('image');
  if (image === undefined) return undefined;
  if (image.length > longest) {
    return findings.problem(
      'image',
      `has ${image.length} characters, but a reference has at most ${longest}`,
    );
  }
  const isAllowed = imageReference.pattern.test(image) && !isDigest(image) && !hasCapitals(image);
  if (isAllowed) return image;
  return findings.problem(
    'image',
    mistake(image) ?? `${shown(image)} is not ${imageReference.rule}`,
  );
}

interface ImageMistake {
  readonly matches: (image: string) => boolean;
  /** What is wrong, without the value. */
  readonly message: string;
  /** The value without the mistake, if that is clear. */
  readonly fix?: (image: string) => string;
}

/** Common mistakes; the first that matches is reported. */
const imageMistakes: readonly ImageMistake[] = [
  {
    matches: (image) => /[\n,]/.test(image),
    message:
      'names several images, but an agent runs one (`docker/metadata-action` may return several tags)',
    fix: (image) => image.split(/[\n,]/)[0]?.trim() ?? '',
  },
  {
    matches: (image) => /^["'“”‘’`]|["'“”‘’`]$/.test(image),
    message: 'has quotes around it',
    fix: (image) => image.replace(/^["'“”‘’`]+|["'“”‘’`]+$/g, ''),
  },
  {
    matches: (image) => /^[a-z][a-z0-9+.-]*:\/\//i.test(image),
    message: 'begins with the scheme of a URL, which an image does not have',
    fix: (image) => image.replace(/^[a-z][a-z0-9+.-]*:\/\//i, ''),
  },
  {
    matches: isDigest,
    message: 'is a digest alone; put the name before it, as in `ghcr.io/acme/agent@sha256:…`',
  },
  {
    matches: (image) => /:(?:@.*)?$/.test(image),
    message:
      'has an empty tag; an expression that the tag comes from is probably empty (such as the output of a step without its `id`)',
  },
  {
    matches: (image) => /^[^@\s]*:(?!\d+\/)[^/@\s]*\/[^@\s]*$/.test(image),
    message: 'has a slash in its tag, as the name of a branch has; a tag cannot contain a slash',
    fix: (image) => {
      const tag = image.search(/:(?!\d+\/)/);
      return image.slice(0, tag) + image.slice(tag).replaceAll('/', '-');
    },
  },
  {
    matches: hasCapitals,
    message: 'has capital letters in its name, but registries accept only lower-case names',
    fix: lowerCaseName,
  },
  {
    matches: (image) => /^[^\s@]+$/.test(image) && parts(image).version === '',
    message: 'has no tag or digest, so it does not say which version to deploy',
  },
];

function mistake(image: string): string | undefined {
  const one = imageMistakes.find(({ matches }) => matches(image));
  if (one === undefined) return undefined;
  const fixed = one.fix?.(image) ?? '';
  const isShown = imageReference.pattern.test(fixed) && !looksLikeCredential(fixed);
  return `${shown(image)} ${one.message}${isShown ? `. Use \`${fixed}\`` : ''}`;
}

/** A digest alone looks like the tag of an image named `sha256`. */
function isDigest(image: string): boolean {
  return /^@?sha256:/i.test(image);
}

function hasCapitals(image: string): boolean {
  return /^[^\s]+$/.test(image) && /[A-Z]/.test(parts(image).name);
}

/** The host with its slash, the name, and the tag and digest with their separators. */
function parts(image: string): { host: string; name: string; version: string } {
  const [, host = ''] = /^([^/]*[.:][^/]*\/|localhost\/)/i.exec(image) ?? [];
  const rest = image.slice(host.length);
  const end = rest.search(/[:@]/);
  return end === -1
    ? { host, name: rest, version: '' }
    : { host, name: rest.slice(0, end), version: rest.slice(end) };
}

/** Capitals are allowed in a tag. */
function lowerCaseName(image: string): string {
  const { host, name, version } = parts(image);
  return host + name.toLowerCase() + version;
}
