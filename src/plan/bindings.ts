import type { Agent } from '../pipecat/answers.js';
import { anyDeploymentServes } from '../pipecat/rollout-judgment.js';
import type { PipecatCloud } from '../pipecat/client.js';
import { UnreadableAnswerError } from '../pipecat/errors.js';

/**
 * The agents of a region and the sets that each binds, including its image pull secret. Undefined if
 * the response about an agent does not show all of them.
 */
export type Bindings = ReadonlyMap<string, readonly string[] | undefined>;

/** Reads each agent of a region, because their list shows no bindings. */
export async function readBindings(
  cloud: PipecatCloud,
  region: string,
  options: Parameters<PipecatCloud['agent']>[1] = {},
): Promise<Bindings> {
  const names = await cloud.agentNames(region, options);
  return new Map(
    await Promise.all(
      names.map(async (name, index) => {
        // An unreadable agent may bind any set.
        if (name === undefined) return [`entry ${index + 1} of the list`, undefined] as const;
        try {
          const agent = await cloud.agent(name, options);
          // An agent that was deleted since binds nothing.
          return [name, agent === undefined ? [] : shownSets(agent)] as const;
        } catch (error) {
          if (!(error instanceof UnreadableAnswerError)) throw error;
          return [name, undefined] as const;
        }
      }),
    ),
  );
}

/**
 * The response shows what the desired deployment binds. If that one is not serving, an earlier one may
 * be, and nothing shows what it binds.
 */
function shownSets(agent: Agent): readonly string[] | undefined {
  const { secretSets, desiredDeploymentId, reconciledDeploymentId, ready } = agent;
  const serves = ready && reconciledDeploymentId === desiredDeploymentId;
  if (!serves && anyDeploymentServes(agent)) return undefined;
  const { imagePullSecretSet } = agent.settings;
  // Names are unique across both kinds of set.
  return secretSets === undefined || typeof imagePullSecretSet !== 'string'
    ? secretSets
    : [...secretSets, imagePullSecretSet];
}

/** Names of the agents that bind a set or may bind it, sorted. */
export function agentsThatMayBind(bindings: Bindings, secretSet: string): string[] {
  return agentsWhose(bindings, (sets) => sets?.includes(secretSet) !== false);
}

/** Names of the agents that bind a set, sorted. */
export function agentsBinding(bindings: Bindings, secretSet: string): string[] {
  return agentsWhose(bindings, (sets) => sets?.includes(secretSet) === true);
}

/** The bindings without those of an agent. */
export function withoutAgent(bindings: Bindings, agent: string | undefined): Bindings {
  return new Map([...bindings].filter(([name]) => name !== agent));
}

/** Other agents that bind a set, or may bind it: their responses do not show what they bind. */
export interface BoundByOthers {
  readonly because: 'bound' | 'may-be-bound';
  readonly agents: readonly string[];
}

/** Checks whether other agents bind a set, so that it must be kept. */
export function boundByOthers(
  set: string,
  own: string | undefined,
  bindings: Bindings,
): BoundByOthers | undefined {
  const others = withoutAgent(bindings, own);
  const binding = agentsBinding(others, set);
  if (binding.length > 0) return { because: 'bound', agents: binding };
  const possible = agentsThatMayBind(others, set);
  return possible.length > 0 ? { because: 'may-be-bound', agents: possible } : undefined;
}

function agentsWhose(
  bindings: Bindings,
  matches: (sets: readonly string[] | undefined) => boolean,
): string[] {
  return [...bindings].flatMap(([name, sets]) => (matches(sets) ? [name] : [])).sort();
}
