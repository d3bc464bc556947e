import { isConfidential } from '../http/confidential.js';
import { secretSetName } from '../pipecat/names.js';
import { regionPlaceholder } from '../plan/name-template.js';
import type { RegistryCredentials } from '../pipecat/client.js';
import type { ImagePullSecretSettings } from '../plan/settings.js';
import {
  dockerHub,
  dockerHubUrl,
  parseImageReference,
  registryName,
} from '../registry/reference.js';
import { SecretValue } from '../secrecy/secret-value.js';
import { emptyReasons, type Findings } from './problems.js';
import type { RawInputs } from './raw-inputs.js';
import type { InputReader } from './reader.js';

/** The password of the registry and what is made of it, for masking. */
export function givenRegistrySecrets(raw: RawInputs): SecretValue[] {
  const password = readPassword(raw);
  const username = raw.text('registry-username');
  return [
    ...(password === '' ? [] : [new SecretValue(password)]),
    // Somebody may give user and password in one.
    ...(username?.includes(':') === true
      ? [new SecretValue(username.slice(username.indexOf(':') + 1))]
      : []),
    ...(password === '' || username === undefined ? [] : [authenticationOf(username, password)]),
  ];
}

/** Reads the image pull secret to bind, and its credentials where it is to be written. */
export function readImagePullSecret(reader: InputReader): ImagePullSecretSettings | undefined {
  const { raw, regions, findings } = reader;
  const name = regions.name('image-credentials', secretSetName, [regionPlaceholder]);
  const registry = readRegistry(reader);
  if (raw.isGiven('image-credentials')) {
    if (!raw.isGiven('agent-name') && !raw.isGiven('registry')) {
      findings.problem(
        'image-credentials',
        'has no effect without `agent-name` (to bind it) or `registry` (to write it); set one of them',
      );
    }
  } else if (raw.isGiven('registry')) {
    findings.problem('registry', 'needs `image-credentials`, the name of the image pull secret');
  }
  return name === undefined ? undefined : { name, registry };
}

function readRegistry({
  raw,
  fields,
  isDryRun,
  findings,
}: InputReader): RegistryCredentials | undefined {
  if (!raw.isGiven('registry')) {
    fields.noEffectWithout('registry', ['registry-username', 'registry-password']);
    return undefined;
  }
  const host = readHost(raw.text('registry') ?? '', findings);
  const username = raw.text('registry-username');
  const password = readPassword(raw);
  if (username === undefined) {
    findings.problem('registry-username', 'is needed with `registry`');
  } else if (/[:\s]/.test(username)) {
    findings.problem(
      'registry-username',
      'cannot hold a colon or blanks: a colon separates it from the password',
    );
  }
  if (password === '' && isDryRun) {
    findings.notices.push(
      '`registry-password` is empty. The plan continues without it; a release would fail.',
    );
  } else if (password === '') {
    findings.problem(
      'registry-password',
      `is needed with \`registry\`, and is empty. Likely reasons: ${emptyReasons}`,
    );
  }
  if (host === undefined || username === undefined) return undefined;
  if (password === '' && !isDryRun) return undefined;
  const shortLived = shortLivedCredentials.find(({ matches: matches }) =>
    matches({ host, username, password }),
  );
  if (shortLived !== undefined) {
    findings.warnings.push(
      `${shortLived.what}. The platform pulls the image again whenever an instance starts, and will fail then. ${shortLived.advice}`,
    );
  }
  const image = raw.text('image');
  const source = image === undefined ? undefined : parseImageReference(image).registry;
  if (source !== undefined && source !== registryName(host)) {
    findings.warnings.push(
      `\`registry\` is \`${registryName(host)}\`, but \`image\` is in \`${source}\`: the image pull secret does not help to pull it.`,
    );
  }
  return { host, authentication: authenticationOf(username, password) };
}

interface PullCredentials {
  /** URL of the registry. */
  readonly host: string;
  readonly username: string;
  readonly password: string;
}

/** Credentials that end soon after the release, and what to use instead. */
const shortLivedCredentials: readonly {
  readonly matches: (credentials: PullCredentials) => boolean;
  readonly what: string;
  readonly advice: string;
}[] = [
  {
    matches: ({ password }) => password.startsWith('ghs_'),
    what: '`registry-password` is a token of this job (`ghs_…`) and ends with it',
    advice: 'Use a token that lasts, such as a fine-grained one with `read:packages`.',
  },
  {
    matches: ({ host, username }) =>
      username === 'AWS' || /\.dkr\.ecr[.-].*\.amazonaws\.com(\.cn)?$/.test(new URL(host).hostname),
    what: 'A password for Amazon ECR ends after 12 hours',
    advice:
      'Renew the image pull secret on a schedule, at least every 6 hours (docs/images.md has the workflow), or let the platform build the image with `cloud-build`.',
  },
  {
    matches: ({ username }) => username === 'oauth2accesstoken',
    what: 'An access token for Google Artifact Registry (`oauth2accesstoken`) ends after 1 hour',
    advice:
      'Use the key of a service account that may only read: `registry-username: _json_key_base64` and the key in base64 as `registry-password` (docs/images.md).',
  },
  {
    matches: ({ username }) => username === '00000000-0000-0000-0000-000000000000',
    what: 'A token for Azure Container Registry with the all-zero user ends after 3 hours',
    advice:
      'Use a token of the registry with a scope map, or a service principal that may only pull (docs/images.md).',
  },
];

function readHost(text: string, findings: Findings): string | undefined {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  let url: URL;
  try {
    url = new URL(withScheme);
  } catch {
    findings.problem('registry', 'has to be the address of a registry, such as `ghcr.io`');
    return undefined;
  }
  const isPlain =
    isConfidential(url) &&
    // Anything may be made a URL; so there is no `@`, `?` and `#` in it. And one registry serves all
    // regions, so there are no braces.
    /^[\w.:/[\]-]+$/.test(text);
  if (!isPlain) {
    findings.problem(
      'registry',
      'has to be the https address of a registry, without credentials, query and placeholders, such as `ghcr.io`',
    );
    return undefined;
  }
  if (registryName(url.host) === dockerHub) return dockerHubUrl;
  return url.pathname === '/' ? url.origin : url.href;
}

/** Blanks are part of a password; the line break that a paste brings along is not. */
function readPassword(raw: RawInputs): string {
  return raw.verbatim('registry-password').replace(/(?<![\r\n])[\r\n]+$/, '');
}

function authenticationOf(username: string, password: string): SecretValue {
  return new SecretValue(Buffer.from(`${username}:${password}`, 'utf8').toString('base64'));
}
