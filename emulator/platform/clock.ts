/** Milliseconds since 1970. Nothing in the platform waits: what has come to pass is read off it. */
export type Clock = () => number;

/** A point in time as the API writes it. */
export const timestamp = (milliseconds: number) => new Date(milliseconds).toISOString();
