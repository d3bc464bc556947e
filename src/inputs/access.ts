import { credentialKinds, kindOfCredential, type CredentialKind } from '../pipecat/credential.js';
import { isConfidential } from '../http/confidential.js';
import type { AccessSettings, Credential } from '../plan/settings.js';
import { SecretValue } from '../secrecy/secret-value.js';
import type { InputName } from './declared.js';
import {
  emptyReasons,
  looksLikeCredential,
  shown,
  type Findings,
  type InputProblem,
} from './problems.js';
import { variableOf } from './raw-inputs.js';
import type { InputReader } from './reader.js';

const defaultApiUrl = 'https://api.pipecat.daily.co';

/** A text, and where it comes from: an input, or the environment variable that replaces it. */
interface Given {
  readonly input: InputName;
  readonly text: string;
  /** Its origin, for messages. */
  readonly origin: string;
}

export function given(
  { raw, environment }: InputReader,
  input: InputName,
  replacement?: string,
): Given | undefined {
  const text = raw.text(input);
  if (text !== undefined) return { input, text, origin: `the input \`${input}\`` };
  const value = replacement && variableOf(environment, replacement);
  return value === undefined
    ? undefined
    : { input, text: value, origin: `the environment variable \`${replacement}\`` };
}

/** The secrets of the action itself, to be masked even if they are not valid or not used. */
export function givenOwnSecrets({ raw, environment }: InputReader): SecretValue[] {
  return [
    raw.text('api-key'),
    raw.text('pat'),
    variableOf(environment, 'PIPECAT_TOKEN'),
    raw.text('github-token'),
    raw.text('public-api-key'),
  ].flatMap((text) => (text === undefined ? [] : [new SecretValue(text)]));
}

/** The mistake in a dry run without a credential. Only some events explain that. */
export function missingCredential(reader: InputReader): InputProblem | undefined {
  const credential = given(reader, 'api-key') ?? given(reader, 'pat', 'PIPECAT_TOKEN');
  if (!reader.isDryRun || credential !== undefined) return undefined;
  return {
    input: 'api-key',
    message:
      'is empty, and so is `pat`; a plan needs one of them. Likely reasons: the name of the secret is misspelled, ' +
      'it is not set for this repository or organization, or the job lacks the `environment:` that holds it. ' +
      'Only runs from forks and Dependabot, which get no secrets, need no credential',
  };
}

/** Reads the platform's address, the credential and the organization. Undefined if one is missing. */
export function readAccess(reader: InputReader): AccessSettings | undefined {
  const { findings } = reader;
  const credential = readCredential(reader);
  const apiUrl = readApiUrl(reader);
  const organization = given(reader, 'organization', 'PIPECAT_ORG');
  if (organization !== undefined) {
    const { text, origin } = organization;
    if (credential?.kind === 'private-api-key') {
      findings.warnings.push(`Ignored ${origin}, because an API key belongs to one organization.`);
    } else if (!isOrganizationName(text) || looksLikeCredential(text)) {
      findings.problem(
        'organization',
        `${shown(text)} in ${origin} is not the name, the ID or the display name of an organization`,
      );
    }
  }
  if (credential === undefined || apiUrl === undefined) return undefined;
  return {
    apiUrl,
    credential,
    organization: organization && { name: organization.text, origin: organization.origin },
  };
}

/** Only keeps out what cannot be a name; the platform's list decides which names exist. */
function isOrganizationName(text: string): boolean {
  return text.length <= 200 && !/[\p{Cc}=%<>\\{}|^`"$~@#?;*]/u.test(text);
}

function readCredential(reader: InputReader): Credential | undefined {
  const { isDryRun, findings } = reader;
  const apiKey = given(reader, 'api-key');
  if (apiKey !== undefined && given(reader, 'pat') !== undefined) {
    return findings.problem('api-key', 'and `pat` are both set; set only one of them');
  }
  const token = given(reader, 'pat', 'PIPECAT_TOKEN');
  if (apiKey !== undefined && token !== undefined) {
    findings.remarks.push('Ignored `PIPECAT_TOKEN`, because inputs take precedence.');
  }
  const credential = apiKey ?? token;
  if (credential === undefined) {
    // Forks and Dependabot get no secrets; their plan is checked without a credential.
    if (isDryRun) return undefined;
    return findings.problem(
      'api-key',
      `is not set, and neither is \`pat\`; set one of them. Likely reasons if the workflow sets one: ${emptyReasons}`,
    );
  }
  const kind = apiKey === undefined ? 'personal-access-token' : 'private-api-key';
  const value = checkCredential(findings, credential, kind);
  return value && { kind, value, origin: credential.origin };
}

/** Where to put a credential of each kind, or how to replace it. */
const advice: Readonly<Record<CredentialKind, string>> = {
  'private-api-key': 'put it into `api-key`',
  'personal-access-token': 'put it into `pat`',
  'public-api-key':
    'create a private one in the dashboard under Settings → API Keys → Private (a public key can only start sessions)',
};

const adviceForPublicKey =
  'create a public one in the dashboard under Settings → API Keys → Public';

/** A credential of the kind that an input is for; undefined, with a finding, if it is another one. */
export function checkCredential(
  findings: Findings,
  { input, text, origin }: Given,
  expected: CredentialKind,
): SecretValue | undefined {
  if (!/^[\x21-\x7e]+$/.test(text)) {
    return findings.problem(
      input,
      `${origin} contains blanks, line breaks or characters that are not ASCII; set it to one line without blanks`,
    );
  }
  const value = new SecretValue(text);
  const kind = kindOfCredential(value);
  const { prefix, words } = credentialKinds[expected];
  if (kind !== undefined && kind !== expected) {
    const fix = expected === 'public-api-key' ? adviceForPublicKey : advice[kind];
    return findings.problem(
      input,
      `${origin} holds ${credentialKinds[kind].words} (\`${credentialKinds[kind].prefix}…\`) in place of ${words} (\`${prefix}…\`); ${fix}`,
    );
  }
  if (kind === undefined) {
    findings.warnings.push(
      `${capitalized(origin)} does not begin with \`${prefix}\`, as ${words} usually does. The action uses it anyway.`,
    );
  }
  return value;
}

function capitalized(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function readApiUrl(reader: InputReader): string | undefined {
  const address = given(reader, 'api-url', 'PIPECAT_API_HOST');
  if (address === undefined) return defaultApiUrl;
  const { text, origin } = address;
  if (!URL.canParse(text)) {
    return reader.findings.problem(
      'api-url',
      `${origin} is not a URL; set one such as ${defaultApiUrl}`,
    );
  }
  const url = new URL(text);
  const breach = breachOf(url);
  if (breach === undefined) return `${url.origin}${url.pathname.replace(/(?<!\/)\/+$/, '')}`;
  // The rest of the URL may hold a credential.
  const start = `\`${url.protocol}//${url.host}\``;
  return reader.findings.problem('api-url', `${start} in ${origin} ${breach}`);
}

function breachOf(url: URL): string | undefined {
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return 'has a credential, a query or a fragment; remove it';
  }
  return isConfidential(url)
    ? undefined
    : 'does not begin with `https://` (`http://` is for loopback addresses only)';
}
