import { isConfidential } from '../http/confidential.js';
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

/** The password of the registry and what contains it, to be masked even if it is not valid. */
export function givenRegistrySecrets(raw: RawInputs): SecretValue[] {
  const password = readPassword(raw);
  const username = raw.text('registry-username');
  return [
    ...(password === '' ? [] : [new SecretValue(password)]),
    // Somebody may put user and password into one input.
    ...(username?.includes(':') === true
      ? [new SecretValue(username.slice(username.indexOf(':') + 1))]
      : []),
    ...(password === '' || username === undefined ? [] : [authenticationOf(username, password)]),
  ];
}

/** Reads the image pull secret to bind, and its credentials if `registry` is set. */
export function readImagePullSecret(reader: InputReader): ImagePullSecretSettings | undefined {
  const { raw, fields, findings } = reader;
  const name = fields.template('image-credentials');
  const registry = readRegistry(reader);
  const [isNamed, isWritten] = [raw.isGiven('image-credentials'), raw.isGiven('registry')];
  if (isWritten && !isNamed) {
    findings.problem('registry', 'needs `image-credentials`, the name of the image pull secret');
  }
  if (isNamed && !isWritten && !raw.isGiven('agent-name')) {
    findings.problem(
      'image-credentials',
      'has no effect without `agent-name` (to bind it) or `registry` (to write it); set one of them',
    );
  }
  return name === undefined ? undefined : { name, registry };
}

function readRegistry(reader: InputReader): RegistryCredentials | undefined {
  const { raw, fields, isDryRun, findings } = reader;
  if (!raw.isGiven('registry')) {
    fields.noEffectWithout('registry', ['registry-username', 'registry-password']);
    return undefined;
  }
  const host = readHost(raw.text('registry') ?? '', findings);
  const username = raw.text('registry-username');
  const password = readPassword(raw);
  if (username === undefined) {
    findings.problem('registry-username', 'is not set, but `registry` needs it');
  } else if (/[:\s]/.test(username)) {
    findings.problem(
      'registry-username',
      'contains a colon or blanks; remove them (a colon separates it from the password)',
    );
  }
  if (password === '') {
    if (!isDryRun) {
      return findings.problem(
        'registry-password',
        `is empty, but \`registry\` needs it. Likely reasons: ${emptyReasons}`,
      );
    }
    findings.notices.push(
      '`registry-password` is empty. The plan continues without it; a release would fail.',
    );
  }
  if (host === undefined || username === undefined) return undefined;
  warnOfUnfit(reader, { host, username, password });
  return { host, authentication: authenticationOf(username, password) };
}

/** Warns of credentials that will not pull the image for long, or not at all. */
function warnOfUnfit({ raw, findings }: InputReader, credentials: PullCredentials): void {
  const shortLived = shortLivedCredentials.find(({ matches }) => matches(credentials));
  if (shortLived !== undefined) {
    findings.warnings.push(
      `${shortLived.what}. The platform pulls the image again whenever an instance starts, and will fail then. ${shortLived.advice}`,
    );
  }
  const image = raw.text('image');
  const name = registryName(credentials.host);
  if (image === undefined || parseImageReference(image).registry === name) return;
  findings.warnings.push(
    `\`registry\` is \`${name}\`, but \`image\` is in \`${parseImageReference(image).registry}\`. The image pull secret does not help to pull it.`,
  );
}

interface PullCredentials {
  /** URL of the registry. */
  readonly host: string;
  readonly username: string;
  readonly password: string;
}

/** Credentials that expire soon after the release, and what to use instead. */
const shortLivedCredentials: readonly {
  readonly matches: (credentials: PullCredentials) => boolean;
  readonly what: string;
  readonly advice: string;
}[] = [
  {
    matches: ({ password }) => password.startsWith('ghs_'),
    what: '`registry-password` is a token of this job (`ghs_…`) and expires with it',
    advice: 'Use a token that lasts, such as a fine-grained one with `read:packages`.',
  },
  {
    matches: ({ host, username }) =>
      username === 'AWS' || /\.dkr\.ecr[.-].*\.amazonaws\.com(\.cn)?$/.test(new URL(host).hostname),
    what: 'A password for Amazon ECR expires after 12 hours',
    advice:
      'Renew the image pull secret on a schedule, at least every 6 hours (docs/images.md has the workflow), or let the platform build the image with `cloud-build`.',
  },
  {
    matches: ({ username }) => username === 'oauth2accesstoken',
    what: 'An access token for Google Artifact Registry (`oauth2accesstoken`) expires after 1 hour',
    advice:
      'Use the key of a service account that may only read: `registry-username: _json_key_base64` and the key in base64 as `registry-password` (docs/images.md).',
  },
  {
    matches: ({ username }) => username === '00000000-0000-0000-0000-000000000000',
    what: 'A token for Azure Container Registry with the all-zero user expires after 3 hours',
    advice:
      'Use a token of the registry with a scope map, or a service principal that may only pull (docs/images.md).',
  },
];

function readHost(text: string, findings: Findings): string | undefined {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(withScheme)) {
    return findings.problem('registry', 'is not the address of a registry, such as `ghcr.io`');
  }
  const url = new URL(withScheme);
  // Almost anything can be parsed as a URL. `@`, `?` and `#` show a credential or a query; braces show a
  // placeholder, but one registry serves all regions.
  if (!isConfidential(url) || !/^[\w.:/[\]-]+$/.test(text)) {
    return findings.problem(
      'registry',
      'is not the https address of a registry; set one such as `ghcr.io`, without credentials, query or placeholders',
    );
  }
  if (registryName(url.host) === dockerHub) return dockerHubUrl;
  return url.pathname === '/' ? url.origin : url.href;
}

/** Blanks are part of a password; line breaks at its end come from pasting it. */
function readPassword(raw: RawInputs): string {
  return raw.verbatim('registry-password').replace(/(?<![\r\n])[\r\n]+$/, '');
}

function authenticationOf(username: string, password: string): SecretValue {
  return new SecretValue(Buffer.from(`${username}:${password}`, 'utf8').toString('base64'));
}
