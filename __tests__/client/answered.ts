import type { Emulator } from '../../emulator/index.js';

/** Paths that the client asks for to find out whether there is something: 404 says that there is not. */
const asksWhetherThere = /^\/v1\/organizations\/acme\/(services|secrets)\/[^/]+$/;

/** Requests that the emulator does not know how to answer, as `METHOD path status`. */
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
