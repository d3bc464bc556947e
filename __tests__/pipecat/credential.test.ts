import { expect, test } from '@jest/globals';
import { kindOfCredential } from '../../src/pipecat/credential.js';
import { SecretValue } from '../../src/secrecy/secret-value.js';

test.each([
  { credential: 'sk_emulator', kind: 'private-api-key' },
  { credential: 'pk_emulator', kind: 'public-api-key' },
  { credential: 'pcc_pat_emulator', kind: 'personal-access-token' },
  { credential: 'pcc_emulator', kind: undefined },
  { credential: 'ghp_sk_emulator', kind: undefined },
  { credential: 'SK_emulator', kind: undefined },
  { credential: 'emulator', kind: undefined },
  { credential: '', kind: undefined },
])(
  'what begins as `$credential` does is a credential of the kind $kind',
  ({ credential, kind }) => {
    expect(kindOfCredential(new SecretValue(credential))).toBe(kind);
  },
);
