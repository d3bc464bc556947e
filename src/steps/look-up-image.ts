import type { ReleaseSettings } from '../plan/settings.js';
import type { RegistryLogin } from '../registry/docker-login.js';
import type { ImageLookup, LookUpOptions } from '../registry/look-up.js';
import { parseImageReference, registryName, type ImageReference } from '../registry/reference.js';
import { SecretValue } from '../secrecy/secret-value.js';
import type { Clock } from '../time/clock.js';
import { version } from '../version.js';

/** Looks an image up in its registry. */
export type LookUpImage = (
  reference: ImageReference,
  options: LookUpOptions,
) => Promise<ImageLookup>;

/** What a look-up depends on, besides the settings. */
export interface ImageLookupContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => Promise<string>;
  readonly clock: Clock;
  /** Aborted when the run is cancelled. */
  readonly signal: AbortSignal;
  /** The real one unless a test has another. */
  readonly lookUpImage: LookUpImage | undefined;
}

/** The look-up of the image of a release; undefined if it has none, or nobody wants to know. */
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
    // Loaded on use only: most of it is needed for no other release.
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

/** The login that this step was given, if it is for the registry of the image. */
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
  // A plan goes on without a password.
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
