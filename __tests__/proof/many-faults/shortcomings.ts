import type { AskedRegion, Meddling, World } from './world.js';
import { agentNamed } from './world.js';

/**
 * What a successful release did not achieve; empty if it landed. It ignores everything that other users changed in the meantime.
 */
export function shortcomings(
  asked: readonly AskedRegion[],
  world: World,
  meddling: Meddling,
): string[] {
  return asked.flatMap((region) => [
    ...ofSecretSet(region, world, meddling),
    ...ofImagePullSecret(region, world, meddling),
    ...ofAgent(region, world, meddling),
  ]);
}

function ofSecretSet(
  { region, secretSet, agent }: AskedRegion,
  world: World,
  meddling: Meddling,
): string[] {
  if (secretSet?.values === undefined) return [];
  const { name, values, isWhole } = secretSet;
  if ([...meddling.secretSets].some((one) => name.test(one))) return [];
  const bound = agent === undefined ? undefined : agentNamed(world, agent.name)?.secretSet;
  const given = Object.entries(values);
  const holding = world.secretSets.filter(
    (set) =>
      name.test(set.name) &&
      set.region === region &&
      (agent === undefined || meddling.agents.has(agent.name) || set.name === bound) &&
      given.every(([key, value]) => set.values[key] === value) &&
      (!isWhole || Object.keys(set.values).length === given.length),
  );
  const [set] = holding;
  if (set === undefined) return [`no set in ${region} holds exactly what was given`];
  return set.status === 'ready' ? [] : [`${set.name} is ${set.status}`];
}

function ofImagePullSecret(
  { imagePullSecret }: AskedRegion,
  world: World,
  meddling: Meddling,
): string[] {
  if (imagePullSecret?.auth === undefined) return [];
  const { name, auth } = imagePullSecret;
  if (meddling.secretSets.has(name)) return [];
  const set = world.secretSets.find((one) => one.name === name);
  if (set?.auth !== auth) return [`${name} does not hold the credentials of the registry`];
  return set.status === 'ready' ? [] : [`${name} is ${set.status}`];
}

function ofAgent(
  { region, secretSet, imagePullSecret, agent: asked }: AskedRegion,
  world: World,
  meddling: Meddling,
): string[] {
  if (asked === undefined || meddling.agents.has(asked.name)) return [];
  const agent = agentNamed(world, asked.name);
  if (agent === undefined) return [`there is no agent ${asked.name}`];
  const { name } = agent;
  const build = world.builds.find(({ id }) => id === agent.buildId);
  const serving = world.serving.get(name);
  const desired = agent.deployments.at(-1);
  const isMeddledWith = [...meddling.secretSets].some((one) => secretSet?.name.test(one) === true);
  const values = isMeddledWith ? {} : (secretSet?.values ?? {});
  return [
    [agent.region === region, `is in ${agent.region}`],
    [asked.image === undefined || agent.image === asked.image, `runs ${agent.image ?? 'no image'}`],
    [
      asked.contextHash === undefined ||
        (build?.contextHash === asked.contextHash &&
          build.region === region &&
          build.status === 'success'),
      `runs the build ${agent.buildId ?? '(none)'}`,
    ],
    [
      secretSet === undefined || secretSet.name.test(agent.secretSet ?? ''),
      `binds ${agent.secretSet ?? 'no set'}`,
    ],
    [
      imagePullSecret === undefined || agent.imagePullSecretSet === imagePullSecret.name,
      `pulls with ${agent.imagePullSecretSet ?? 'nothing'}`,
    ],
    [
      asked.minAgents === undefined || agent.minAgents === asked.minAgents,
      `keeps ${agent.minAgents} warm`,
    ],
    [
      Object.entries(values).every(([key, value]) => desired?.secretValues[key] === value),
      'runs with other values than were given',
    ],
    [!asked.isAwaited || serving === agent.desiredDeploymentId, 'does not serve what is asked for'],
  ].flatMap(([holds, words]) => (holds === true ? [] : [`${name} ${String(words)}`]));
}
