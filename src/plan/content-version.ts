import { createHmac } from 'node:crypto';
import type { SecretPair } from '../pipecat/surface.js';
import type { SecretValue } from '../secrecy/secret-value.js';

/**
 * The version of a secret set's content: eight hex digits of an HMAC-SHA-256 over its pairs, sorted by
 * key. The key of the HMAC is the credential, so that people who see the name cannot guess values.
 */
export function contentVersion(pairs: readonly SecretPair[], credential: SecretValue): string {
  const sorted = pairs
    .map(({ key, value }) => [key, value.reveal()] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return createHmac('sha256', credential.reveal())
    .update(JSON.stringify(sorted))
    .digest('hex')
    .slice(0, 8);
}
