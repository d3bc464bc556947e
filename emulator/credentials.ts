import { acme, globex, type Organization } from './platform/organizations.js';

/** The credentials that the emulator knows; they are fixed, and open nothing else. */
export const credentials = {
  /** Private API key of `acme`. */
  privateKey: 'sk_emulator',
  /** Public API key of `acme`: starts sessions, and nothing else. */
  publicKey: 'pk_emulator',
  /** Personal access token of a member of `acme` and `globex`. */
  token: 'pcc_pat_emulator',
} as const;

/** The user that the token acts as. */
export const user = {
  userId: 'user_emulator',
  emails: [{ emailAddress: 'release@acme.example' }],
} as const;

/** What an organization starts sessions at Daily with; nothing here takes it. */
export const dailyKey = 'daily_emulator';

/** Who a request comes from, and the organizations that it may act in. */
export interface Caller {
  readonly kind: 'privateKey' | 'publicKey' | 'token';
  readonly organizations: readonly Organization[];
}

const callers = new Map<string, Caller>([
  [credentials.privateKey, { kind: 'privateKey', organizations: [acme] }],
  [credentials.publicKey, { kind: 'publicKey', organizations: [acme] }],
  [credentials.token, { kind: 'token', organizations: [acme, globex] }],
]);

/** Who sends this `Authorization` header; undefined where nobody known does. */
export function callerOf(authorization: string | undefined): Caller | undefined {
  const bearer = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
  return bearer === undefined ? undefined : callers.get(bearer);
}
