import type { Emulator, EmulatorState, LoggedRequest } from '../emulator/index.js';
import { holds, pathsIn } from './archives.js';
import type { ActionRun } from './runner.js';
import {
  agent,
  agentIn,
  builtAgent,
  builtAgentSecretSet,
  builtFiles,
  builtRelease,
  cancelledRotation,
  crashingRegion,
  crashingRelease,
  firstRelease,
  largerProfile,
  mistakenRelease,
  plannedRelease,
  rebuiltRelease,
  regionalRelease,
  regions,
  regionThatCrashes,
  regionWithoutRoom,
  rotatedKey,
  rotatedValue,
  rotation,
  type Scenario,
  secretSet,
  secretSetIn,
  secretValues,
  unlockedRelease,
  unprovisionedRegion,
  versionedRelease,
  versionedSecretSet,
} from './scenarios.js';

/** Something that has to be so after a run. */
export interface Claim {
  readonly text: string;
  readonly holds: boolean;
}

/** A run of the action, how it has to end, and what has to be so then. */
export interface Scene {
  readonly name: string;
  readonly title: string;
  readonly scenario: (emulator: Emulator) => Scenario;
  readonly ends: 'success' | 'failure';
  readonly claims: (course: Course) => readonly Claim[];
}

/** The course of a run: how it found the platform, what it asked, and how it left it. */
export interface Course {
  readonly before: AgentDeployments;
  readonly requests: readonly LoggedRequest[];
  readonly run: ActionRun;
  readonly state: EmulatorState;
}

/** The deployments of each agent, by its name. */
export type AgentDeployments = ReadonlyMap<
  string,
  { readonly desired: string; readonly serving: string | undefined }
>;

export function agentDeployments(state: EmulatorState): AgentDeployments {
  return new Map(
    state
      .agents()
      .map(({ name, desiredDeploymentId }) => [
        name,
        { desired: desiredDeploymentId, serving: state.serving(name)?.id },
      ]),
  );
}

/** Each run finds the platform as those before have left it. */
export const scenes: readonly Scene[] = [
  {
    name: 'first-release',
    title: 'A first release: secrets, and an agent that uses them',
    scenario: firstRelease,
    ends: 'success',
    claims: ({ state }) => [
      {
        text: `${agent} serves, with the 4 secrets that were given`,
        holds: keysOf(state, agent).length === 4,
      },
      { text: `${agent} keeps one instance warm`, holds: state.agent(agent)?.minAgents === 1 },
    ],
  },
  {
    name: 'cancelled',
    title: 'A rotation that is cancelled once the new value is written',
    scenario: cancelledRotation,
    ends: 'failure',
    claims: (course) => [
      {
        text: 'nothing was begun after the set was written',
        // A look may be on its way while the signal is.
        holds: course.requests.findLast(({ method }) => method !== 'GET')?.method === 'PUT',
      },
      {
        text: 'the summary tells what is done, what is under way and what was not begun',
        holds: ['Done', 'Under way', 'Not begun'].every((part) =>
          course.run.summary.includes(`**${part}**`),
        ),
      },
      { text: `${agent} serves as before`, holds: isUntouched(course, agent) },
    ],
  },
  {
    name: 'rotation',
    title: 'The rotation again: one secret gets a new value, released with a personal access token',
    scenario: rotation,
    ends: 'success',
    claims: (course) => [
      {
        text: `a new deployment of ${agent} serves, forced by this release`,
        holds: servesAnew(course, agent) && course.state.serving(agent)?.forced === true,
      },
      {
        text: `it runs with the new value of ${rotatedKey}`,
        holds: runsRotated(course, agent),
      },
      {
        text: `the other keys of ${secretSet} are as they were`,
        holds: keysOf(course.state, agent).length === 4,
      },
    ],
  },
  {
    name: 'crash-loop',
    title: 'A new image that crashes when it starts',
    scenario: crashingRelease,
    ends: 'failure',
    claims: (course) => [
      {
        text: `the previous deployment of ${agent} keeps serving`,
        holds: servesOn(course, agent),
      },
    ],
  },
  {
    name: 'mistakes',
    title: 'Several mistakes in the inputs, told at once',
    scenario: mistakenRelease,
    ends: 'failure',
    claims: ({ requests }) => [{ text: 'nothing was sent', holds: requests.length === 0 }],
  },
  {
    name: 'four-regions',
    title: 'A first release to four regions, each with a set of its own',
    scenario: regionalRelease,
    ends: 'success',
    claims: ({ state }) => [
      ...regions.map((region) => ({
        text: `${agentIn(region)} serves in ${region}, with the 3 secrets of ${secretSetIn(region)}`,
        holds:
          state.agent(agentIn(region))?.region === region &&
          state.secretSet(secretSetIn(region))?.region === region &&
          state.serving(agentIn(region))?.secretSet === secretSetIn(region) &&
          keysOf(state, agentIn(region)).length === 3,
      })),
      {
        text: 'one instance is kept warm in us-west, and none elsewhere',
        holds: regions.every(
          (region) => state.agent(agentIn(region))?.minAgents === (region === 'us-west' ? 1 : 0),
        ),
      },
    ],
  },
  {
    name: 'failing-set-in-one-region',
    title: 'A release to four regions, one of which cannot take its secrets',
    scenario: unprovisionedRegion,
    ends: 'failure',
    claims: (course) => [
      {
        text: `only the set in ${regionWithoutRoom} failed`,
        holds: regions.every(
          (region) =>
            course.state.secretSet(secretSetIn(region))?.status ===
            (region === regionWithoutRoom ? 'failed' : 'ready'),
        ),
      },
      {
        text: 'no agent was written, in any region',
        holds: writes(course).every(({ path }) => !path.includes('/agents')),
      },
      {
        text: 'every agent is asked to be, and serves, what it was',
        holds: regions.every((region) => isUntouched(course, agentIn(region))),
      },
    ],
  },
  {
    name: 'crash-in-one-region',
    title: 'The same release once more: the agent crashes in one region, and serves in the others',
    scenario: crashingRegion,
    ends: 'failure',
    claims: (course) =>
      regions.map((region) => {
        const name = agentIn(region);
        return region === regionThatCrashes
          ? {
              text: `the previous deployment of ${name} keeps serving, with its old values`,
              holds: servesOn(course, name) && !runsRotated(course, name),
            }
          : {
              text: `a new deployment of ${name} serves, with the new value of ${rotatedKey}`,
              holds: servesAnew(course, name) && runsRotated(course, name),
            };
      }),
  },
  {
    name: 'version',
    title: 'A set for each version of the secrets',
    scenario: versionedRelease,
    ends: 'success',
    claims: (course) => [
      {
        text: `a new deployment of ${agent} serves, and binds a set that is named by its values`,
        holds: servesAnew(course, agent) && versionedSecretSet.test(boundSet(course)),
      },
      {
        text: 'it runs with the 3 secrets that were given',
        holds: keysOf(course.state, agent).length === 3 && runsRotated(course, agent),
      },
      {
        text: `${secretSet}, which it was bound to before, was not written`,
        holds: writes(course).every(({ path }) => !path.includes(secretSet)),
      },
    ],
  },
  {
    name: 'same-version',
    title: 'The same version once more: nothing to write, nothing to replace',
    scenario: versionedRelease,
    ends: 'success',
    claims: (course) => [
      {
        text: `nothing was written, but for an update of ${agent}`,
        holds: writes(course).every(
          ({ method, path }) => method === 'POST' && path === `/v1/agents/${agent}`,
        ),
      },
      {
        text: `${agent} is asked to be, and serves, what it was`,
        holds: isUntouched(course, agent),
      },
    ],
  },
  {
    name: 'cloud-build',
    title: 'A first release of a checkout: its image is built in the cloud',
    scenario: builtRelease,
    ends: 'success',
    claims: (course) => [
      {
        text: `${builtAgent} serves, with the build of its files and the 3 secrets that were given`,
        holds: servesBuild(course) && keysOf(course.state, builtAgent).length === 3,
      },
      {
        text: `what was uploaded is ${builtFiles.join(', ')}, and nothing else`,
        holds: uploaded(course).flatMap(pathsIn).join() === builtFiles.join(),
      },
      {
        text: 'no value of a secret is in it',
        holds: uploaded(course).every((archive) =>
          secretValues.every((value) => !holds(archive, value)),
        ),
      },
      {
        text: 'the upload went without the credential',
        holds:
          uploads(course).length === 1 &&
          uploads(course).every(({ headers }) => headers['authorization'] === undefined),
      },
      {
        text: 'the secrets were provisioned while the image was built',
        holds: provisionsWhileBuilding(course),
      },
    ],
  },
  {
    name: 'same-files',
    title: 'The same files with a larger profile: the build is used again',
    scenario: rebuiltRelease,
    ends: 'success',
    claims: (course) => [
      { text: 'nothing was uploaded', holds: uploads(course).length === 0 },
      {
        text: `a new deployment of ${builtAgent} serves, with ${largerProfile} and the build that there is`,
        holds:
          servesAnew(course, builtAgent) &&
          servesBuild(course) &&
          course.state.agent(builtAgent)?.agentProfile === largerProfile,
      },
    ],
  },
  {
    name: 'failing-build',
    title: 'Files of which no image can be built',
    scenario: unlockedRelease,
    ends: 'failure',
    claims: (course) => [
      {
        text: `${builtAgent} is asked to be, and serves, what it was`,
        holds: isUntouched(course, builtAgent),
      },
      {
        text: 'the summary shows why the build failed, and the end of its log',
        holds: ['did not complete successfully', '#12 ERROR', 'State: FAILED'].every((words) =>
          course.run.summary.includes(words),
        ),
      },
    ],
  },
  {
    name: 'dry-run',
    title: 'A dry run: what a release to four regions would do',
    scenario: plannedRelease,
    ends: 'success',
    claims: (course) => [
      {
        text: 'the platform was only read',
        holds: course.requests.length > 0 && writes(course).length === 0,
      },
      {
        text: 'every agent is asked to be, and serves, what it was',
        holds: regions.every((region) => isUntouched(course, agentIn(region))),
      },
      { text: 'the output plan is JSON', holds: isJson(course.run.outputs['plan']) },
    ],
  },
];

/** Whether a value of a secret can be read in what the run left behind. */
export function showsSecret({ raw, summary, outputs }: ActionRun): boolean {
  // Masking a value takes telling the runner which one.
  const log = raw.replace(/^::add-mask::.*$/gm, '');
  const left = [log, summary, ...Object.values(outputs)].join('\n');
  return secretValues.some((value) => left.includes(value));
}

/** What was sent to the storage. */
const uploads = ({ requests }: Course) => requests.filter(({ form }) => form !== undefined);

/** The archives that the storage holds. */
const uploaded = ({ state }: Course) =>
  state.uploads().flatMap(({ id }) => state.archive(id) ?? []);

/** Whether the agent runs the only build that there is. */
function servesBuild({ state }: Course): boolean {
  const [build, another] = state.builds();
  return (
    build?.status === 'success' &&
    another === undefined &&
    state.serving(builtAgent)?.buildId === build.id
  );
}

/** Whether the set was looked at while the build was under way, and the other way round. */
function provisionsWhileBuilding({ requests }: Course): boolean {
  const paths = requests.map(({ method, path }) => `${method} ${path}`);
  const written = paths.indexOf(`PUT /v1/secrets/${builtAgentSecretSet}`);
  const started = paths.indexOf('POST /v1/builds');
  const lastLookAtSet = paths.findLastIndex((path) => path.startsWith('GET /v1/secrets'));
  const lastLookAtBuild = paths.findLastIndex((path) => path.startsWith('GET /v1/builds/'));
  return written !== -1 && started !== -1 && written < lastLookAtBuild && started < lastLookAtSet;
}

/** The keys of the secrets that an agent runs with. */
const keysOf = (state: EmulatorState, name: string) =>
  Object.keys(state.serving(name)?.secretValues ?? {});

const boundSet = ({ state }: Course) => state.serving(agent)?.secretSet ?? '';

const writes = ({ requests }: Course) => requests.filter(({ method }) => method !== 'GET');

/** Whether the deployment that served before does so still. */
function servesOn({ before, state }: Course, name: string): boolean {
  const previous = before.get(name)?.serving;
  return previous !== undefined && state.serving(name)?.id === previous;
}

/** Whether a deployment serves that was not there before. */
function servesAnew({ before, state }: Course, name: string): boolean {
  const current = state.serving(name)?.id;
  return current !== undefined && current !== before.get(name)?.serving;
}

const isUntouched = (course: Course, name: string) =>
  servesOn(course, name) &&
  course.state.agent(name)?.desiredDeploymentId === course.before.get(name)?.desired;

const runsRotated = ({ state }: Course, name: string) =>
  state.serving(name)?.secretValues[rotatedKey] === rotatedValue;

function isJson(text: string | undefined): boolean {
  try {
    return typeof JSON.parse(text ?? '') === 'object';
  } catch {
    return false;
  }
}
