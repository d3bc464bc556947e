import * as v from 'valibot';
import { SecretValue } from '../secrecy/secret-value.js';
import { parser } from './answers.js';

/** A session that was started, and what its answer lets people do in it. */
export interface StartedSession {
  readonly sessionId: string;
  /** Tokens and passwords that the answer carries. Nobody needs them here, and nobody may see them. */
  readonly credentials: readonly SecretValue[];
}

const started = v.object({ sessionId: v.pipe(v.string(), v.nonEmpty()) });
const parseStarted = parser(started);

/** Fields of an answer to a start that are no secret. */
const shown: readonly string[] = ['sessionId', 'dailyRoom', 'wsUrl', 'urls', 'url'];
/** Characters; anything shorter may be part of a word. */
const shortestCredential = 8;

export function parseStartedSession(answer: unknown): StartedSession {
  const { sessionId } = parseStarted(answer);
  return {
    sessionId,
    credentials: [...new Set(textsIn(answer))]
      .filter((text) => text.length >= shortestCredential && text !== sessionId)
      .map((text) => new SecretValue(text)),
  };
}

/** Every text of an answer at any depth, except in fields that are no secret. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const item of value) yield* textsIn(item);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, field] of Object.entries(value))
      if (!shown.includes(name)) yield* textsIn(field);
  }
}

/** A session as a look at it shows it. */
export interface Session {
  readonly sessionId: string;
  readonly deploymentId: string | undefined;
  readonly hasEnded: boolean;
  /** Seconds from the request to the start of the bot; undefined until that is known. */
  readonly startSeconds: number | undefined;
  readonly coldStart: boolean | undefined;
  /** Such as `HTTP_COMPLETED` or an HTTP status; undefined until it has ended. */
  readonly completionStatus: string | undefined;
}

/** What is only shown, and so may have any other type. */
const shownFlag = v.fallback(v.optional(v.boolean()), undefined);
const shownText = v.fallback(v.optional(v.string()), undefined);

const session = v.pipe(
  v.object({
    sessionId: v.string(),
    deploymentId: shownText,
    endedAt: v.nullish(v.unknown()),
    botStartSeconds: v.fallback(v.optional(v.number()), undefined),
    coldStart: shownFlag,
    completionStatus: v.fallback(
      v.optional(v.pipe(v.union([v.string(), v.number()]), v.transform(String))),
      undefined,
    ),
  }),
  v.transform(
    ({
      sessionId,
      deploymentId,
      endedAt,
      botStartSeconds,
      coldStart,
      completionStatus,
    }): Session => ({
      sessionId,
      deploymentId,
      hasEnded: endedAt !== undefined && endedAt !== null,
      startSeconds: botStartSeconds,
      coldStart,
      completionStatus,
    }),
  ),
);

export const parseSession = parser(session);

/** A page of the sessions of an agent, newest first; what cannot be read is left out. */
export interface SessionPage {
  readonly total: number | undefined;
  /** Entries that the page had, read or not. */
  readonly entries: number;
  readonly sessions: readonly Session[];
}

export const parseSessions = parser(
  v.pipe(
    v.object({
      total_count: v.fallback(v.optional(v.number()), undefined),
      sessions: v.array(v.fallback(v.nullable(session), null)),
    }),
    v.transform(({ total_count, sessions }): SessionPage => ({
      total: total_count,
      entries: sessions.length,
      sessions: sessions.filter((one) => one !== null),
    })),
  ),
);

const named = v.pipe(v.string(), v.nonEmpty());

/** The answer to a stop: it may be empty, but not be about something else. */
export const parseStop = parser(
  v.pipe(
    v.optional(v.union([v.object({ status: named }), v.object({ session_id: named })])),
    v.transform((): undefined => undefined),
  ),
);
