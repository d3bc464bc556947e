/** Milliseconds since 1970. The platform never waits: it derives its state from the current time. */
export type Clock = () => number;

/** A time in the format of the API. */
export const timestamp = (milliseconds: number) => new Date(milliseconds).toISOString();
