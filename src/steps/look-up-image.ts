import type { ReleaseSettings } from '../plan/settings.js';
import type { DockerLoginOptions, RegistryLogin } from '../registry/docker-login.js';
import type { ImageLookup, lookUpImage } from '../registry/look-up.js';
import { parseImageReference, registryName, type ImageReference } from '../registry/reference.js';
import { SecretValue } from '../secrecy/secret-value.js';
import { version } from '../version.js';

/** Looks an image up in its registry. */
export type LookUpImage = typeof lookUpImage;

/** What a look-up needs besides the settings. */
export interface ImageLookupContext extends DockerLoginOptions {
  /** Aborted when the run is cancelled. */
  readonly signal: AbortSignal;
  /** The real one if undefined. */
  readonly lookUpImage?: LookUpImage | undefined;
}

/** Looks up the image of a release; undefined if there is none, or the inputs turn it off. */
export function imageLookup(
  settings: ReleaseSettings,
  context: ImageLookupContext,
): (() => Promise<ImageLookup>) | undefined {
  const image = settings.agent?.settings.image;
  const { imageLookup: asked } = settings;
  if (image === undefined || asked === undefined) return undefined;
  return async () => {
    const reference = parseImageReference(image);
    const { clock, signal } = context;
    // Loaded only when used, because most releases do not need it.
    const lookUp = context.lookUpImage ?? (await import('../registry/look-up.js')).lookUpImage;
    return lookUp(reference, {
      login: loginOf(settings, reference) ?? (await dockerLogin(reference, context)),
      wantsPlatforms: asked.check !== 'never',
      clock,
      signal,
      userAgent: `pipecat-cloud-release/${version}`,
    });
  };
}

/** The login in the inputs, if it is for the registry of the image. */
function loginOf(
  { imagePullSecret }: ReleaseSettings,
  { registry }: ImageReference,
): RegistryLogin | undefined {
  const credentials = imagePullSecret?.registry;
  if (credentials === undefined || registryName(credentials.host) !== registry) return undefined;
  const [username = '', ...rest] = Buffer.from(credentials.authentication.reveal(), 'base64')
    .toString('utf8')
    .split(':');
  const password = rest.join(':');
  // A plan continues without a password.
  if (password === '') return undefined;
  return {
    origin: 'inputs',
    username,
    secret: new SecretValue(password),
    isIdentityToken: false,
  };
}

async function dockerLogin(
  { registry }: ImageReference,
  context: ImageLookupContext,
): Promise<RegistryLogin | undefined> {
  const { readDockerLogin } = await import('../registry/docker-login.js');
  return readDockerLogin(registry, context);
}
