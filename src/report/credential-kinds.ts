import type { ActingAs } from '../record/record.js';

/** The kinds of credential in words. */
export const credentialKinds: Readonly<Record<ActingAs['credentialKind'], string>> = {
  'private-api-key': 'a private API key',
  'personal-access-token': 'a personal access token',
};
