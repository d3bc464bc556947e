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

/** How to start a session. */
interface SessionStart {
  readonly transport: 'daily' | 'webrtc' | undefined;
  /** The body that the bot gets. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  /** When the session's room expires; seconds since the epoch. */
  readonly expiresAt: number;
}

/** The largest page that the platform returns. */
const pageSize = 100;
/** The most sessions to count. */
const maxCounted = 1000;

/** How many sessions are running, by deployment; undefined if the response does not show that. */
export interface SessionCount {
  readonly byDeployment: ReadonlyMap<string | undefined, number>;
  /** Whether there may be more sessions than were counted. */
  readonly isCut: boolean;
}

/** Sessions of agents, with a private credential. */
export class Sessions {
  readonly #caller: Caller;
  readonly #surface: Surface;

  constructor(caller: Caller, surface: Surface) {
    this.#caller = caller;
    this.#surface = surface;
  }

  /** Reads a session; undefined if the platform does not know it. */
  session(agent: string, id: string, options: PlainOptions = {}): Promise<Session | undefined> {
    const path = this.#path(agent, `/${encodeURIComponent(id)}`);
    return this.#caller.find(path, parseSession, options);
  }

  /** Stops a session. A session that has ended or is unknown counts as stopped. */
  stop(agent: string, id: string, options: CallOptions<undefined> = {}): Promise<undefined> {
    const path = this.#path(agent, `/${encodeURIComponent(id)}`);
    const absent = { status: 404, result: undefined };
    return this.#caller.call<undefined>(
      { request: { method: 'DELETE', path }, parse: parseStop, absent },
      options,
    );
  }

  /** The ids of all running sessions, newest first. */
  async allRunning(agent: string, options: PlainOptions = {}): Promise<string[]> {
    const ids = new Set<string>();
    for (let offset = 0; ; offset += pageSize) {
      const page = await this.#page(agent, offset, options);
      const known = ids.size;
      for (const { sessionId } of page.sessions) ids.add(sessionId);
      // If a page has nothing new, more pages would not end.
      if (page.entries < pageSize || ids.size === known) return [...ids];
    }
  }

  /** Counts the running sessions, up to a thousand. */
  async count(agent: string, options: PlainOptions = {}): Promise<SessionCount> {
    const byDeployment = new Map<string | undefined, number>();
    for (let offset = 0; offset < maxCounted; offset += pageSize) {
      const page = await this.#page(agent, offset, options);
      for (const { deploymentId } of page.sessions) {
        byDeployment.set(deploymentId, (byDeployment.get(deploymentId) ?? 0) + 1);
      }
      if (page.entries < pageSize) return { byDeployment, isCut: false };
    }
    return { byDeployment, isCut: true };
  }

  /** Without an agent, there are no sessions. */
  async #page(agent: string, offset: number, options: PlainOptions) {
    const query = new URLSearchParams({
      status: 'active',
      limit: String(pageSize),
      offset: String(offset),
    });
    const path = this.#path(agent, `?${query.toString()}`);
    return (await this.#caller.find(path, parseSessions, options)) ?? { entries: 0, sessions: [] };
  }

  #path(agent: string, rest: string): string {
    return this.#surface.agents(`/${encodeURIComponent(agent)}/sessions${rest}`);
  }
}

/** The API for a public API key: it starts sessions, and calls bots in them. */
export class PublicSurface {
  readonly #caller: Caller;

  /** @param caller sends with the public key */
  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /**
   * Starts a session, without retries: a request whose response is lost may have started a session that
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
   * Calls an endpoint of the bot; resolves if it answers 2xx.
   *
   * @param path without a leading slash
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
