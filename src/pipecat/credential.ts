import type { SecretValue } from '../secrecy/secret-value.js';

/** The kinds of credentials: how each begins, and what it is called. */
export const credentialKinds = {
  'private-api-key': { prefix: 'sk_', words: 'a private API key' },
  'public-api-key': { prefix: 'pk_', words: 'a public API key' },
  'personal-access-token': { prefix: 'pcc_pat_', words: 'a personal access token' },
} as const;

export type CredentialKind = keyof typeof credentialKinds;

/** Finds the kind of a credential; undefined if its prefix is not one of the platform's. */
export function kindOfCredential(credential: SecretValue): CredentialKind | undefined {
  const kinds = Object.keys(credentialKinds) as CredentialKind[];
  return kinds.find((kind) => credential.reveal().startsWith(credentialKinds[kind].prefix));
}
