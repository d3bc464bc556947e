import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/index.js';

/** A response: its status and its body, parsed if it is JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Sends requests to one surface, with its credential. Paths are relative to the surface. */
export interface Requests {
  get(path: string): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  delete(path: string): Promise<Answer>;
}

/** An emulator whose clock moves only when a test moves it. */
export interface Rehearsal {
  readonly emulator: Emulator;
  /** The key surface of `acme`. */
  readonly key: Requests;
  /** The organization surface of `acme`. */
  readonly acme: Requests;
  /** The organization surface of `globex`. */
  readonly globex: Requests;
  /** Moves the emulator's clock by this many milliseconds. */
  readonly pass: (milliseconds: number) => void;
}

/** Midnight of an arbitrary day. */
export const start = Date.UTC(2026, 0, 1);

/** Sends a request unchanged, with any credential or none. */
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

/** Starts an emulator. A set takes 5 s, a deployment 4 s (reconciled after 1 s), and a build 6 s. */
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

/** A rejection in the words of the platform. */
export const refusal = (status: number, error: string, code = 'GENERIC_BAD_REQUEST'): Answer => ({
  status,
  body: { error, code },
});
