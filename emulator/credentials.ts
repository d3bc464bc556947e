import { acme, globex, type Organization } from './platform/organizations.js';

/** The credentials that the emulator accepts. They are fixed, and give access to nothing else. */
export const credentials = {
  /** Private API key of `acme`. */
  privateKey: 'sk_emulator',
  /** Public API key of `acme`. It can only start sessions. */
  publicKey: 'pk_emulator',
  /** Personal access token of a member of `acme` and `globex`. */
  token: 'pcc_pat_emulator',
} as const;

/** The owner of the token. */
export const user = {
  userId: 'user_emulator',
  emails: [{ emailAddress: 'release@acme.example' }],
} as const;

/** The organization's key for sessions at Daily. The emulator does not accept it. */
export const dailyKey = 'daily_emulator';

/** The sender of a request, and the organizations that it can access. */
export interface Caller {
  readonly kind: 'privateKey' | 'publicKey' | 'token';
  readonly organizations: readonly Organization[];
}

const callers = new Map<string, Caller>([
  [credentials.privateKey, { kind: 'privateKey', organizations: [acme] }],
  [credentials.publicKey, { kind: 'publicKey', organizations: [acme] }],
  [credentials.token, { kind: 'token', organizations: [acme, globex] }],
]);

/** The sender with this `Authorization` header; undefined if it is unknown. */
export function callerOf(authorization: string | undefined): Caller | undefined {
  const bearer = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
  return bearer === undefined ? undefined : callers.get(bearer);
}
