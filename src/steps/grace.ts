/**
 * Milliseconds for which a read may not show yet what this run has just made: a read may come from
 * elsewhere than the write went to.
 */
export const graceLimit = 10_000;
