import type { Caller, CallOptions } from './caller.js';
import type { PlainOptions } from './client.js';
import {
  parseSession,
  parseSessions,
  parseStartedSession,
  parseStop,
  type Session,
  type StartedSession,
} from './session-answers.js';
import type { Surface } from './surface.js';

/** How a session is started. */
export interface SessionStart {
  readonly transport: 'daily' | 'webrtc' | undefined;
  /** What the bot gets as its body. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  /** When a room that is made for it expires; seconds since the epoch. */
  readonly expiresAt: number;
}

/** Sessions on a page: the most that the platform gives. */
const pageSize = 100;
/** Sessions that are counted at most. */
const maxCounted = 1000;

/** How many sessions run, by deployment; undefined is a deployment that the answer does not show. */
export interface SessionCount {
  readonly byDeployment: ReadonlyMap<string | undefined, number>;
  /** Whether there are more than were counted. */
  readonly isCut: boolean;
}

/** Sessions of agents, as a private credential reaches them. */
export class Sessions {
  readonly #caller: Caller;
  readonly #surface: Surface;

  constructor(caller: Caller, surface: Surface) {
    this.#caller = caller;
    this.#surface = surface;
  }

  /** A session; undefined if the platform does not know it. */
  session(agent: string, id: string, options: PlainOptions = {}): Promise<Session | undefined> {
    return this.#caller.call<Session | undefined>(
      {
        request: { method: 'GET', path: this.#path(agent, `/${encodeURIComponent(id)}`) },
        parse: parseSession,
        absent: { status: 404, result: undefined },
      },
      options,
    );
  }

  /** Stops a session. One that has ended or is not known counts as stopped. */
  stop(agent: string, id: string, options: CallOptions<undefined> = {}): Promise<undefined> {
    return this.#caller.call<undefined>(
      {
        request: { method: 'DELETE', path: this.#path(agent, `/${encodeURIComponent(id)}`) },
        parse: parseStop,
        absent: { status: 404, result: undefined },
      },
      options,
    );
  }

  /** The ids of sessions that run, one page of them. */
  async running(agent: string, offset: number, options: PlainOptions = {}): Promise<Session[]> {
    const page = await this.#page(agent, offset, options);
    return page === undefined ? [] : [...page.sessions];
  }

  /** The ids of all sessions that run now, newest first. */
  async allRunning(agent: string, options: PlainOptions = {}): Promise<string[]> {
    const ids = new Set<string>();
    for (let offset = 0; ; offset += pageSize) {
      const page = await this.#page(agent, offset, options);
      const known = ids.size;
      for (const { sessionId } of page?.sessions ?? []) ids.add(sessionId);
      // A page without anything new would come again and again.
      if (page === undefined || page.entries < pageSize || ids.size === known) return [...ids];
    }
  }

  /** Counts the sessions that run now, up to a thousand. */
  async count(agent: string, options: PlainOptions = {}): Promise<SessionCount> {
    const byDeployment = new Map<string | undefined, number>();
    for (let offset = 0; offset < maxCounted; offset += pageSize) {
      const page = await this.#page(agent, offset, options);
      for (const { deploymentId } of page?.sessions ?? []) {
        byDeployment.set(deploymentId, (byDeployment.get(deploymentId) ?? 0) + 1);
      }
      if (page === undefined || page.entries < pageSize) return { byDeployment, isCut: false };
    }
    return { byDeployment, isCut: true };
  }

  #page(agent: string, offset: number, options: PlainOptions) {
    const query = new URLSearchParams({
      status: 'active',
      limit: String(pageSize),
      offset: String(offset),
    });
    return this.#caller.call<ReturnType<typeof parseSessions> | undefined>(
      {
        request: { method: 'GET', path: this.#path(agent, `?${query.toString()}`) },
        parse: parseSessions,
        absent: { status: 404, result: undefined },
      },
      options,
    );
  }

  #path(agent: string, rest: string): string {
    return this.#surface.agents(`/${encodeURIComponent(agent)}/sessions${rest}`);
  }
}

/** What a public API key reaches: it starts sessions, and calls bots in them. */
export class PublicSurface {
  readonly #caller: Caller;

  /** @param caller sends with the public key */
  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /**
   * Starts a session, with one request: one whose answer is lost may have started a session that
   * nobody can identify.
   */
  start(agent: string, how: SessionStart, options: PlainOptions): Promise<StartedSession> {
    const { transport, body, expiresAt } = how;
    return this.#caller.call(
      {
        request: {
          method: 'POST',
          path: `/v1/public/${encodeURIComponent(agent)}/start`,
          body: {
            ...(transport === undefined ? {} : { transport }),
            ...(transport === 'daily'
              ? { createDailyRoom: true, dailyRoomProperties: { exp: expiresAt } }
              : {}),
            ...(body === undefined ? {} : { body }),
          },
        },
        parse: parseStartedSession,
      },
      { ...options, attempts: 1 },
    );
  }

  /**
   * Calls an endpoint of the bot's own; resolves if it answered 2xx.
   *
   * @param path without a slash at its beginning
   */
  ask(agent: string, sessionId: string, path: string, options: PlainOptions): Promise<undefined> {
    const session = encodeURIComponent(sessionId);
    return this.#caller.call<undefined>(
      {
        request: {
          method: 'GET',
          path: `/v1/public/${encodeURIComponent(agent)}/sessions/${session}/${path}`,
        },
        parse: () => undefined,
        ignoresBody: true,
      },
      { ...options, attempts: 1 },
    );
  }
}
