import type { Emulator } from '../../emulator/index.js';

/** Paths that the client requests to check whether something exists. A 404 is a normal response. */
const asksWhetherThere = /^\/v1\/organizations\/acme\/(services|secrets)\/[^/]+$/;

/** Requests that the emulator cannot answer, as `METHOD path status`. */
export function unanswered({ requests }: Emulator): string[] {
  return requests
    .filter(
      ({ method, path, status = 0 }) =>
        (status === 404 && !(method === 'GET' && asksWhetherThere.test(path))) ||
        status === 405 ||
        status >= 500 ||
        status === 0,
    )
    .map(({ method, path, status }) => `${method} ${path} ${status ?? 'no answer'}`);
}
