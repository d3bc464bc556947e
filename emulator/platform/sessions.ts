import { randomUUID } from 'node:crypto';
import type { Agent } from './agents.js';
import type { Clock } from './clock.js';
import { type Deployment, servingDeployment } from './deployment.js';
import { Refusal, type RefusalStatus } from './refusal.js';
import { type Repeatable, Scripted } from './scripted.js';

/** How a session of an agent goes; times in milliseconds. */
export interface SessionScript extends Repeatable {
  /** From the request until the bot has started; 1000 by default, `Infinity` for a bot that never starts. */
  readonly startDelay?: number | undefined;
  /** Whether an instance had to be started for it; true by default if no instance is kept warm. */
  readonly coldStart?: boolean | undefined;
  /** From the request until it ends by itself; by default, it runs until the session limit. */
  readonly endsAfter?: number | undefined;
  /** How it ends by itself; `HTTP_COMPLETED` by default. */
  readonly completionStatus?: string | undefined;
  /** Whether it runs on the deployment before the one that is serving. */
  readonly onPrevious?: boolean | undefined;
  /** Whether the platform never reports that the bot has started. */
  readonly isSilent?: boolean | undefined;
  /** Statuses of the bot's own endpoints, by path, such as `healthz`; 404 for any other path. */
  readonly paths?: Readonly<Record<string, number>> | undefined;
  /** Log of the bot, oldest first. */
  readonly logs?: readonly string[] | undefined;
  /** If given, the platform rejects the start, and there is no session. */
  readonly refusal?:
    { readonly status: RefusalStatus; readonly message: string; readonly code: string } | undefined;
}

/** A session that is running or has ended. It continues if its agent is deleted. */
export interface Session {
  readonly id: string;
  readonly organization: string;
  readonly agent: string;
  readonly agentId: string;
  readonly deploymentId: string;
  readonly createdAt: number;
  /** When the bot starts; `Infinity` for never. */
  readonly startsAt: number;
  /** When it ends by itself. */
  readonly endsAt: number;
  readonly completionStatus: string;
  stoppedAt: number | undefined;
  readonly coldStart: boolean;
  readonly isSilent: boolean;
  readonly paths: Readonly<Record<string, number>>;
  readonly logs: readonly string[];
}

/** A session that exists from the start. */
export interface SeededSession extends Omit<SessionScript, 'every' | 'refusal' | 'onPrevious'> {
  readonly agent: string;
  /** By default, the deployment that is serving. */
  readonly deploymentId?: string | undefined;
}

const defaultStartDelay = 1000;
/** Seconds; the platform's default of `maxSessionDuration`. */
const defaultDuration = 7200;

/** The sessions of all agents, oldest first. */
export class Sessions {
  readonly starting = new Scripted<SessionScript>();
  readonly #sessions: Session[] = [];
  readonly #now: Clock;

  constructor(now: Clock) {
    this.#now = now;
  }

  all(): readonly Session[] {
    return this.#sessions;
  }

  of(organization: string, agent: string): Session[] {
    return this.#sessions.filter(
      (session) => session.organization === organization && session.agent === agent,
    );
  }

  find(organization: string, agent: string, id: string): Session | undefined {
    return this.of(organization, agent).find((session) => session.id === id);
  }

  isActive(session: Session): boolean {
    return this.endedAt(session) === undefined;
  }

  /** When it ended, if it has. */
  endedAt({ stoppedAt = Infinity, endsAt }: Session): number | undefined {
    const end = Math.min(stoppedAt, endsAt);
    return end <= this.#now() ? end : undefined;
  }

  /** Starts a session on the deployment that is serving. */
  start(agent: Agent): Session {
    const script = this.starting.take(agent.name) ?? {};
    const { refusal } = script;
    if (refusal) throw new Refusal(refusal.status, refusal.message, refusal.code);
    const serving = servingDeployment(agent.deployments, this.#now());
    if (!serving)
      throw new Refusal(
        503,
        'Attempt to start agent when deployment is not in ready state. Is your image pull secret valid?',
        'PCC-1001',
      );
    const active = this.of(agent.organization, agent.name).filter((one) => this.isActive(one));
    if (active.length >= agent.maxAgents)
      throw new Refusal(429, 'The agent is at capacity', 'PCC-AGENT-AT-CAPACITY');
    const previous = agent.deployments[agent.deployments.indexOf(serving) - 1];
    return this.#add(agent, script.onPrevious === true ? (previous ?? serving) : serving, script);
  }

  stop(session: Session): void {
    session.stoppedAt ??= this.#now();
  }

  seed(agent: Agent, deployment: Deployment, script: SessionScript): Session {
    return this.#add(agent, deployment, { startDelay: 0, ...script });
  }

  #add(agent: Agent, deployment: Deployment, script: SessionScript): Session {
    const now = this.#now();
    const { maxSessionDuration = defaultDuration } = deployment;
    const session: Session = {
      id: randomUUID(),
      organization: agent.organization,
      agent: agent.name,
      agentId: agent.id,
      deploymentId: deployment.id,
      createdAt: now,
      startsAt: now + (script.startDelay ?? defaultStartDelay),
      endsAt: now + (script.endsAfter ?? maxSessionDuration * 1000),
      completionStatus: script.completionStatus ?? 'HTTP_COMPLETED',
      stoppedAt: undefined,
      coldStart: script.coldStart ?? agent.minAgents === 0,
      isSilent: script.isSilent ?? false,
      paths: script.paths ?? {},
      logs: script.logs ?? [],
    };
    this.#sessions.push(session);
    return session;
  }
}
