import type { Agent } from '../pipecat/answers.js';
import { anyDeploymentServes } from '../pipecat/rollout-judgement.js';
import type { PipecatCloud } from '../pipecat/client.js';
import { UnreadableAnswerError } from '../pipecat/errors.js';

/**
 * The agents of a region and the sets that each binds, its image pull secret included; undefined where its answer does not
 * show all of them.
 */
export type Bindings = ReadonlyMap<string, readonly string[] | undefined>;

/** Reads each agent of a region, as their list shows no bindings. */
export async function readBindings(
  cloud: PipecatCloud,
  region: string,
  options: Parameters<PipecatCloud['agent']>[1] = {},
): Promise<Bindings> {
  const names = await cloud.agentNames(region, options);
  return new Map(
    await Promise.all(
      names.map(async (name, index) => {
        // An agent that cannot be read may bind anything.
        if (name === undefined) return [`entry ${index + 1} of the list`, undefined] as const;
        try {
          const agent = await cloud.agent(name, options);
          // An agent that is gone since it was listed binds nothing.
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
 * The answer shows what the deployment binds that was asked for. Where that does not serve (yet), an
 * earlier one may, of which it is not known what it binds.
 */
function shownSets(agent: Agent): readonly string[] | undefined {
  const { secretSets, desiredDeploymentId, reconciledDeploymentId, ready } = agent;
  const serves = ready && reconciledDeploymentId === desiredDeploymentId;
  if (!serves && anyDeploymentServes(agent)) return undefined;
  const { imagePullSecretSet } = agent.settings;
  // Names are unique, whatever kind of set they name.
  return secretSets === undefined || typeof imagePullSecretSet !== 'string'
    ? secretSets
    : [...secretSets, imagePullSecretSet];
}

/** Names of the agents of which it is not known that they do not bind a set, in order. */
export function agentsThatMayBind(bindings: Bindings, secretSet: string): string[] {
  return [...bindings]
    .filter(([, sets]) => sets === undefined || sets.includes(secretSet))
    .map(([name]) => name)
    .sort();
}

/** Names of the agents that bind a set, in order. */
export function agentsBinding(bindings: Bindings, secretSet: string): string[] {
  return [...bindings]
    .filter(([, sets]) => sets?.includes(secretSet) === true)
    .map(([name]) => name)
    .sort();
}
