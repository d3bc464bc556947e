import type { SecretValue } from '../secrecy/secret-value.js';

/** What a credential is, as its prefix tells. */
export type CredentialKind = 'private-api-key' | 'public-api-key' | 'personal-access-token';

const prefixes: readonly (readonly [string, CredentialKind])[] = [
  ['sk_', 'private-api-key'],
  ['pk_', 'public-api-key'],
  ['pcc_pat_', 'personal-access-token'],
];

/** The kind of a credential; undefined where it has no prefix that the platform gives out. */
export function kindOfCredential(credential: SecretValue): CredentialKind | undefined {
  return prefixes.find(([prefix]) => credential.reveal().startsWith(prefix))?.[1];
}
