import { isDeepStrictEqual } from 'node:util';
import type { AgentState, BuildState, EmulatorState } from '../../../emulator/index.js';

/** The expected state of the platform after a release has landed. */
export interface Given {
  readonly organization: string;
  readonly region: string;
  readonly secretSet: {
    readonly name: string;
    /** All keys: those that were passed, and those that existed before. */
    readonly values: Readonly<Record<string, string>>;
  };
  /** Undefined if the image is public or is built. */
  readonly imagePullSecret:
    { readonly name: string; readonly host: string; readonly auth: string } | undefined;
  readonly agent: {
    readonly name: string;
    /** Undefined if the platform builds it. */
    readonly image: string | undefined;
  };
  /** Whether there is a smoke test. */
  readonly isTested: boolean;
}

/** The state before the release. */
export interface Before {
  readonly deployments: readonly string[];
  readonly builds: readonly string[];
}

/** Reads the state before a release. */
export function beforeRelease(state: EmulatorState, agent: string): Before {
  return {
    deployments: (state.agent(agent)?.deployments ?? []).map(({ id }) => id),
    builds: state.builds().map(({ id }) => id),
  };
}

/** The result of a release. */
export interface Landing {
  /** Why it has not landed correctly; empty if it has. */
  readonly shortfalls: readonly string[];
  /** Number of new deployments. One is expected. */
  readonly deployments: number;
  /** Number of new builds. One is expected with a cloud build, none otherwise. */
  readonly builds: number;
}

/**
 * Decides from the state of the platform whether a release has landed: the sets have the passed values and are ready, the agent
 * runs the released image with the newest values, and nothing else was made. The caller checks the number of deployments and
 * builds.
 */
export function judgeLanding(state: EmulatorState, given: Given, before: Before): Landing {
  const agent = state.agent(given.agent.name);
  const builds = newBuilds(state, before);
  return {
    shortfalls: [
      ...setShortfalls(state, given),
      ...pullSecretShortfalls(state, given),
      ...differences('the sets', namesOf(state.secretSets()), expectedSets(given)),
      ...differences('the agents', namesOf(state.agents()), [given.agent.name]),
      ...buildShortfalls(builds, given),
      ...(agent === undefined ? [] : agentShortfalls(agent, given, builds)),
      ...(agent === undefined ? [] : servingShortfalls(state, agent, given)),
    ],
    deployments: (agent?.deployments.length ?? 0) - before.deployments.length,
    builds: builds.length,
  };
}

/** The report of a run. */
export interface Told {
  readonly succeeded: boolean;
  readonly outputs: Readonly<Record<string, string>>;
  readonly secretSets: readonly Record<string, unknown>[];
  readonly agents: readonly Record<string, unknown>[];
  /** Whether a warning says that a session may run that nobody can identify. */
  readonly warnsOfLostSession?: boolean;
}

/** Contradictions between the report of a run and the platform; empty if there are none. */
export function untruths(state: EmulatorState, told: Told, given: Given, before: Before): string[] {
  const { name } = given.agent;
  const agent = state.agent(name);
  const isNew = before.deployments.length === 0;
  const { outputs } = told;
  return [
    ...differences('the success that is told', told.succeeded, true),
    ...differences('the output `service-name`', outputs['service-name'], name),
    ...differences(
      'the output `deployment-id`',
      outputs['deployment-id'],
      agent?.desiredDeploymentId,
    ),
    ...differences('the output `build-id`', outputs['build-id'], agent?.buildId ?? ''),
    ...differences('the output `region`', outputs['region'], given.region),
    ...sessionUntruths(state, told, given),
    ...previousUntruths(told, before),
    ...differences('the output `agents`', told.agents.map(withoutOthers), [
      {
        name,
        region: given.region,
        outcome: isNew ? 'created' : 'updated',
        deploymentId: agent?.desiredDeploymentId,
        ready: true,
        image: agent?.image ?? null,
      },
    ]),
    ...differences(
      'the sets of the output `secret-sets`, and whether they are ready',
      told.secretSets.map((set) => [set['name'], set['status']]).sort(),
      expectedSets(given).map((set) => [set, 'ready']),
    ),
  ];
}

/** Checks the smoke test: it passed, and no session is left. */
function sessionUntruths(state: EmulatorState, told: Told, { isTested }: Given): string[] {
  const [agent] = told.agents;
  const smokeTest = agent?.['smokeTest'] as { readonly outcome?: string } | null | undefined;
  const isLost = (lost: number): boolean => lost > 0 && lost <= 3;
  const active = state.sessions().filter(({ isActive }) => isActive).length;
  const older = agent?.['sessionsOnOlder'];
  return [
    ...differences('the smoke test', smokeTest?.outcome, isTested ? 'passed' : undefined),
    ...(active === 0 || (isTested && told.warnsOfLostSession === true && isLost(active))
      ? []
      : [`sessions that run on: ${active}`]),
    // The count may be unknown, but never wrong.
    ...(older === null || older === 0
      ? []
      : ['sessions on older deployments are told, and there are none']),
  ];
}

/** Checks the previous state in the outputs, which a rollback by hand needs. */
function previousUntruths(told: Told, { deployments }: Before): string[] {
  const previous = told.agents[0]?.['previous'] as { readonly deploymentId?: string } | null;
  return differences('what ran before', previous?.deploymentId, deployments.at(-1));
}

function withoutOthers(agent: Record<string, unknown>): Record<string, unknown> {
  const others = ['previous', 'smokeTest', 'sessionsOnOlder'];
  return Object.fromEntries(Object.entries(agent).filter(([field]) => !others.includes(field)));
}

function newBuilds(state: EmulatorState, before: Before): BuildState[] {
  return state.builds().filter(({ id }) => !before.builds.includes(id));
}

function expectedSets({ secretSet, imagePullSecret }: Given): string[] {
  return [secretSet.name, ...(imagePullSecret === undefined ? [] : [imagePullSecret.name])].sort();
}

function setShortfalls(state: EmulatorState, given: Given): string[] {
  const set = state.secretSet(given.secretSet.name);
  if (set === undefined) return ['the set is not there'];
  return [
    ...differences('the values of the set', sorted(set.values), sorted(given.secretSet.values)),
    ...differences('the kind of the set', set.kind, 'secret'),
    ...differences('the status of the set', set.status, 'ready'),
    ...placeShortfalls('set', set, given),
  ];
}

function pullSecretShortfalls(state: EmulatorState, given: Given): string[] {
  const { imagePullSecret } = given;
  if (imagePullSecret === undefined) return [];
  const set = state.secretSet(imagePullSecret.name);
  if (set === undefined) return ['the image pull secret is not there'];
  return [
    ...differences('the kind of the image pull secret', set.kind, 'imagePullSecret'),
    ...differences('the registry of the image pull secret', set.host, imagePullSecret.host),
    ...differences('the credentials of the image pull secret', set.auth, imagePullSecret.auth),
    ...differences('the status of the image pull secret', set.status, 'ready'),
    ...placeShortfalls('image pull secret', set, given),
  ];
}

function buildShortfalls(made: readonly BuildState[], given: Given): string[] {
  const dockerfiles = new Set(made.map(({ dockerfilePath }) => dockerfilePath));
  return [
    ...made.flatMap(({ status }) => differences('the state of a build', status, 'success')),
    ...made.flatMap((build) => placeShortfalls('build', build, given)),
    // A repeated build is a build of the same context.
    ...(new Set(made.map(({ contextHash }) => contextHash)).size > 1 || dockerfiles.size > 1
      ? ['builds of several contexts were made']
      : []),
  ];
}

function agentShortfalls(agent: AgentState, given: Given, made: readonly BuildState[]): string[] {
  return [
    ...differences('the image of the agent', agent.image, given.agent.image),
    ...(given.agent.image === undefined && !made.some(({ id }) => id === agent.buildId)
      ? ['the agent does not run a build that was made']
      : []),
    ...(given.agent.image !== undefined && agent.buildId !== undefined
      ? ['the agent runs a build']
      : []),
    ...differences('the set of the agent', agent.secretSet, given.secretSet.name),
    ...differences(
      'the image pull secret of the agent',
      agent.imagePullSecretSet,
      given.imagePullSecret?.name,
    ),
    ...placeShortfalls('agent', agent, given),
  ];
}

function servingShortfalls(state: EmulatorState, agent: AgentState, given: Given): string[] {
  const serving = state.serving(agent.name);
  if (serving === undefined) return ['no deployment of the agent serves'];
  const { createdAt, secretValues } = serving;
  const writtenAt = expectedSets(given).map((name) => state.secretSet(name)?.writtenAt ?? Infinity);
  return [
    ...differences('the deployment that serves', serving.id, agent.desiredDeploymentId),
    ...differences('the deployment that is taken up', agent.reconciledDeploymentId, serving.id),
    ...differences('whether the agent is ready', agent.ready, true),
    ...differences(
      'the values that the agent runs with',
      sorted(secretValues),
      sorted(given.secretSet.values),
    ),
    ...(createdAt > Math.max(...writtenAt)
      ? []
      : ['a set was written after the deployment that serves was made']),
  ];
}

function placeShortfalls(
  what: string,
  found: { readonly region: string; readonly organization: string },
  { region, organization }: Given,
): string[] {
  return [
    ...differences(`the region of the ${what}`, found.region, region),
    ...differences(`the organization of the ${what}`, found.organization, organization),
  ];
}

/** The difference between two values in words. The values are from the test, so they are not secret. */
function differences(what: string, found: unknown, due: unknown): string[] {
  if (isDeepStrictEqual(found, due)) return [];
  const words = (value: unknown): string => (value === undefined ? 'none' : JSON.stringify(value));
  return [`${what}: ${words(found)} instead of ${words(due)}`];
}

function namesOf(things: readonly { readonly name: string }[]): string[] {
  return things.map(({ name }) => name).sort();
}

function sorted(values: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1));
}
