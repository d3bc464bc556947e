import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

type Callback = Parameters<LookupFunction>[2];

const waiting = new Map<string, Callback[]>();

/**
 * Looks a host up as Node.js does, but only once at a time: a look-up that nobody answers occupies one of
 * the few threads of the process for many seconds, and cannot be ended.
 */
export const sharedLookup: LookupFunction = (hostname, options, callback) => {
  const key = JSON.stringify([hostname, options]);
  const others = waiting.get(key);
  if (others !== undefined) {
    others.push(callback);
    return;
  }
  const callbacks = [callback];
  waiting.set(key, callbacks);
  lookup(hostname, options, (...found) => {
    waiting.delete(key);
    for (const each of callbacks) each(...found);
  });
};
