import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

type Callback = Parameters<LookupFunction>[2];

const waiting = new Map<string, Callback[]>();

/**
 * Resolves a host name as Node.js does, but shares lookups that run at the same time: a lookup that gets
 * no answer blocks one of the process's few threads for many seconds, and cannot be cancelled.
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
