import { CallError } from '../pipecat/errors.js';
import { withSubject, StepError } from '../record/errors.js';
import type { TeardownTargetRecord } from '../record/teardown-record.js';
import type { Deadline } from '../time/deadline.js';
import { pollingDelay } from '../time/polling-delay.js';
import type { TeardownContext } from './context.js';
import { agentSubject } from './subjects.js';

/** Number of sessions to stop at once. */
const mostAtOnce = 5;

/** Stops the running sessions. If that fails, the action tries again after the agent is deleted. */
export async function stopOnce(
  context: TeardownContext,
  target: TeardownTargetRecord,
  deadline: Deadline,
): Promise<void> {
  const { agent, region } = target;
  if (agent.sessions === 0) return;
  const { journal } = context;
  try {
    await journal.span(region, `stop sessions of ${agent.name}`, () =>
      stopRunning(context, target, deadline),
    );
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    journal.log.info(
      `Could not stop all sessions of ${agent.name} in ${region}, because ${error.reason}. Trying again later.`,
    );
  }
}

/** Stops sessions until none is running. */
export async function stopAll(
  context: TeardownContext,
  target: TeardownTargetRecord,
  deadline: Deadline,
): Promise<void> {
  const { agent, region } = target;
  const { clock, log } = context.journal;
  await withSubject(agentSubject(agent), async () => {
    const startedAt = clock.now();
    for (;;) {
      const count = await stopRunning(context, target, deadline);
      if (count === 0) break;
      if (deadline.hasPassed()) throw new StepError('sessions-running', { count, deadline });
      const step = pollingDelay(clock.now() - startedAt, () => clock.random());
      await clock.sleep(Math.min(step, deadline.remaining()));
    }
  });
  if (agent.stopped.size > 0) {
    log.info(`Stopped sessions of ${agent.name} in ${region}: ${agent.stopped.size}.`);
  }
}

/** @returns how many sessions were running */
async function stopRunning(
  { sessions }: TeardownContext,
  { agent }: TeardownTargetRecord,
  deadline: Deadline,
): Promise<number> {
  const running = await sessions.allRunning(agent.name, { deadline });
  for (let first = 0; first < running.length; first += mostAtOnce) {
    const some = running.slice(first, first + mostAtOnce);
    const results = await Promise.allSettled(
      some.map(async (id) => {
        await sessions.stop(agent.name, id, { deadline });
        agent.stopped.add(id);
      }),
    );
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }
  return running.length;
}
