import type { SecretValue } from '../secrecy/secret-value.js';

/** The kind of a credential, which its prefix shows. */
export type CredentialKind = 'private-api-key' | 'public-api-key' | 'personal-access-token';

const prefixes: readonly (readonly [string, CredentialKind])[] = [
  ['sk_', 'private-api-key'],
  ['pk_', 'public-api-key'],
  ['pcc_pat_', 'personal-access-token'],
];

/** Finds the kind of a credential; undefined if its prefix is not one of the platform's. */
export function kindOfCredential(credential: SecretValue): CredentialKind | undefined {
  return prefixes.find(([prefix]) => credential.reveal().startsWith(prefix))?.[1];
}
