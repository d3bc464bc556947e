import * as v from 'valibot';
import { SecretValue } from '../secrecy/secret-value.js';
import { count, flag, parser, shown, text } from './answers.js';

/** A session that the platform started. */
export interface StartedSession {
  readonly sessionId: string;
  /** Tokens and passwords from the response, which must be masked. The action does not use them. */
  readonly credentials: readonly SecretValue[];
}

const started = v.object({ sessionId: v.pipe(v.string(), v.nonEmpty()) });
const parseStarted = parser(started);

/** Fields of the response to a start that are not secret. */
const publicFields: readonly string[] = ['sessionId', 'dailyRoom', 'wsUrl', 'urls', 'url'];
/** Shorter texts are not credentials, and may be part of a word. */
const shortestCredential = 8;

export function parseStartedSession(answer: unknown): StartedSession {
  const { sessionId } = parseStarted(answer);
  return {
    sessionId,
    credentials: [...new Set(textsIn(answer))]
      .filter((value) => value.length >= shortestCredential && value !== sessionId)
      .map((value) => new SecretValue(value)),
  };
}

/** Every text of a response at any depth, except in public fields. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const item of value) yield* textsIn(item);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, field] of Object.entries(value))
      if (!publicFields.includes(name)) yield* textsIn(field);
  }
}

const session = v.pipe(
  v.object({
    sessionId: v.string(),
    deploymentId: text,
    endedAt: v.nullish(v.unknown()),
    botStartSeconds: count,
    coldStart: flag,
    /** Such as `HTTP_COMPLETED` or an HTTP status; undefined until the session has ended. */
    completionStatus: shown(v.pipe(v.union([v.string(), v.number()]), v.transform(String))),
  }),
  v.transform(({ endedAt, botStartSeconds, ...shownAsIs }) => ({
    ...shownAsIs,
    hasEnded: endedAt !== undefined && endedAt !== null,
    /** Seconds from the request to the start of the bot; undefined until the bot has started. */
    startSeconds: botStartSeconds,
  })),
);

export type Session = Readonly<v.InferOutput<typeof session>>;

export const parseSession = parser(session);

/** A page of the sessions of an agent, newest first, without entries that cannot be read. */
export const parseSessions = parser(
  v.pipe(
    v.object({ sessions: v.array(v.fallback(v.nullable(session), null)) }),
    v.transform(({ sessions }) => ({
      /** Number of entries, readable or not. */
      entries: sessions.length,
      sessions: sessions.filter((one) => one !== null),
    })),
  ),
);

const named = v.pipe(v.string(), v.nonEmpty());

/** The response to a stop may be empty, but must not be about something else. */
export const parseStop = parser(
  v.pipe(
    v.optional(v.union([v.object({ status: named }), v.object({ session_id: named })])),
    v.transform((): undefined => undefined),
  ),
);
