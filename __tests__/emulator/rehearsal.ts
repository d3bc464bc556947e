import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/index.js';

/** An answer: its status and its body, parsed where it is JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Requests of one surface, with its credential; paths begin at the surface. */
export interface Requests {
  get(path: string): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  delete(path: string): Promise<Answer>;
}

/** An emulator whose clock stands still until it is told to go on. */
export interface Rehearsal {
  readonly emulator: Emulator;
  /** The key surface of `acme`. */
  readonly key: Requests;
  /** The organization surface of `acme`. */
  readonly acme: Requests;
  /** The organization surface of `globex`. */
  readonly globex: Requests;
  /** Lets so many milliseconds pass on the emulator's clock. */
  readonly pass: (milliseconds: number) => void;
}

/** Midnight of a day of no importance. */
export const start = Date.UTC(2026, 0, 1);

/** Sends a request as it is, with any credential or none. */
export async function send(
  url: string,
  {
    method = 'GET',
    credential,
    body,
  }: { method?: string; credential?: string; body?: unknown } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, body: isJson ? JSON.parse(text) : text };
}

/** Starts an emulator; a set takes 5 s, a deployment 4 s, reconciled after one, and a build 6 s. */
export async function rehearse(options: EmulatorOptions = {}): Promise<Rehearsal> {
  let time = start;
  const emulator = await startEmulator({ now: () => time, ...options });
  const requests = (root: string, credential: string): Requests => {
    const sender = (method: string) => (path: string, body?: unknown) =>
      send(`${emulator.url}${root}${path}`, { method, credential, body });
    return {
      get: sender('GET'),
      put: sender('PUT'),
      post: sender('POST'),
      delete: sender('DELETE'),
    };
  };
  const { privateKey, token } = emulator.credentials;
  return {
    emulator,
    key: requests('/v1', privateKey),
    acme: requests('/v1/organizations/acme', token),
    globex: requests('/v1/organizations/globex', token),
    pass: (milliseconds) => {
      time += milliseconds;
    },
  };
}

/** The pairs of a write on the key surface. */
export const pairs = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([secretKey, secretValue]) => ({ secretKey, secretValue }));

/** A refusal as the platform words it. */
export const refusal = (status: number, error: string, code = 'GENERIC_BAD_REQUEST'): Answer => ({
  status,
  body: { error, code },
});
