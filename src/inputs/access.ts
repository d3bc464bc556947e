import { kindOfCredential, type CredentialKind } from '../pipecat/credential.js';
import { isConfidential } from '../http/confidential.js';
import type { AccessSettings, Credential } from '../plan/settings.js';
import { SecretValue } from '../secrecy/secret-value.js';
import type { InputName } from './declared.js';
import { emptyReasons, found, looksLikeCredential } from './problems.js';
import type { Environment, RawInputs } from './raw-inputs.js';
import type { InputReader } from './reader.js';

const defaultApiUrl = 'https://api.pipecat.daily.co';

/** Where a text was found: an input, or the variable that stands in for it. */
interface Origin {
  readonly input: InputName;
  readonly words: string;
}

function given(
  { raw, environment }: InputReader,
  input: InputName,
  variable?: string,
): { text: string; origin: Origin } | undefined {
  const text = raw.text(input);
  if (text !== undefined) return { text, origin: { input, words: `the input \`${input}\`` } };
  if (variable === undefined) return undefined;
  const value = environment[variable]?.trim() ?? '';
  if (value === '') return undefined;
  return { text: value, origin: { input, words: `the environment variable \`${variable}\`` } };
}

/** Everything that could be a credential, for masking; whatever becomes of it. */
export function givenCredentials(raw: RawInputs, environment: Environment): SecretValue[] {
  return [raw.text('api-key'), raw.text('pat'), environment['PIPECAT_TOKEN']?.trim()]
    .filter((text) => text !== undefined)
    .filter((text) => text !== '')
    .map((text) => new SecretValue(text));
}

/** Reads where the release goes and as whom. Undefined where that cannot be told, or a dry run has no credential. */
export function readAccess(reader: InputReader): AccessSettings | undefined {
  const { findings } = reader;
  const credential = readCredential(reader);
  const apiUrl = readApiUrl(reader);
  const organization = given(reader, 'organization', 'PIPECAT_ORG');
  if (
    organization !== undefined &&
    credential?.kind !== 'private-api-key' &&
    (!isOrganizationName(organization.text) || looksLikeCredential(organization.text))
  ) {
    findings.problem(
      'organization',
      `has to be the name, the id or the display name of an organization, on one line; ${organization.origin.words} holds something else, ${found(organization.text)}`,
    );
  }
  if (organization !== undefined && credential?.kind === 'private-api-key') {
    findings.warnings.push(
      `An API key belongs to one organization, so the key decides; what ${organization.origin.words} names is not used.`,
    );
  }
  if (credential === undefined || apiUrl === undefined) return undefined;
  return {
    apiUrl,
    credential,
    organization: organization && {
      name: organization.text,
      origin: organization.origin.words,
    },
  };
}

/** The platform's list decides which names there are, so this only keeps out what cannot be one. */
function isOrganizationName(text: string): boolean {
  return text.length <= 200 && !/[\p{Cc}=%<>\\{}|^`"$~@#?;*]/u.test(text);
}

function readCredential(reader: InputReader): Credential | undefined {
  const { isDryRun, findings } = reader;
  const apiKey = given(reader, 'api-key');
  const inputToken = given(reader, 'pat');
  if (apiKey !== undefined && inputToken !== undefined) {
    findings.problem('api-key', 'and `pat` are both given; a release acts with one of them');
    return undefined;
  }
  const token = given(reader, 'pat', 'PIPECAT_TOKEN');
  const credential = apiKey ?? token;
  if (credential === undefined) {
    // Forks and Dependabot get no secrets, and their plan is checked as far as it goes without.
    if (isDryRun) return undefined;
    findings.problem(
      'api-key',
      `is not given, and neither is \`pat\`; one of them is needed. Where the workflow does pass one, ${emptyReasons}`,
    );
    return undefined;
  }
  if (apiKey !== undefined && token !== undefined) {
    findings.remarks.push('`PIPECAT_TOKEN` in the environment is not used: an input beats it.');
  }
  const { input, words } = credential.origin;
  const value = new SecretValue(credential.text);
  if (!/^[\x21-\x7e]+$/.test(credential.text)) {
    findings.problem(
      input,
      `has to be one line of printable characters; ${words} holds blanks, line breaks or others`,
    );
    return undefined;
  }
  const expected = input === 'api-key' ? 'private-api-key' : 'personal-access-token';
  const kind = kindOfCredential(value);
  if (kind !== undefined && kind !== expected) {
    findings.problem(input, `${misplaced[kind]}; ${words} holds it`);
    return undefined;
  }
  if (kind === undefined) {
    findings.warnings.push(
      `${capitalized(words)} does not begin with \`${usualPrefix[expected]}\`, as ${expected === 'private-api-key' ? 'a private API key' : 'a personal access token'} usually does. The action uses it anyway.`,
    );
  }
  return { kind: expected, value, origin: words };
}

const usualPrefix = { 'private-api-key': 'sk_', 'personal-access-token': 'pcc_pat_' } as const;

const misplaced: Readonly<Record<CredentialKind, string>> = {
  'public-api-key':
    'has to be a private credential; a public API key (`pk_…`) can only start sessions, and the platform refuses it for secrets and deploys (create a private one in the dashboard under Settings → API Keys → Private)',
  'private-api-key':
    'is for a personal access token; a private API key (`sk_…`) goes into `api-key`',
  'personal-access-token':
    'is for a private API key; a personal access token (`pcc_pat_…`) goes into `pat`',
};

function capitalized(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function readApiUrl(reader: InputReader): string | undefined {
  const address = given(reader, 'api-url', 'PIPECAT_API_HOST');
  if (address === undefined) return defaultApiUrl;
  const url = parseUrl(address.text);
  const rule = url === undefined ? `has to be a URL such as ${defaultApiUrl}` : brokenRule(url);
  if (url !== undefined && rule === undefined) {
    return `${url.origin}${url.pathname.replace(/(?<!\/)\/+$/, '')}`;
  }
  // Of a URL that may hold a credential, only the part in front of it is shown.
  const shown = url === undefined ? 'something else' : `${url.protocol}//${url.host}`;
  reader.findings.problem('api-url', `${rule ?? ''}; ${address.origin.words} holds ${shown}`);
  return undefined;
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function brokenRule(url: URL): string | undefined {
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return 'has to be a URL without credentials, query and fragment';
  }
  if (!isConfidential(url)) {
    return 'has to begin with https:// (http:// is for loopback addresses only)';
  }
  return undefined;
}
