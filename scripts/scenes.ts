import type { Emulator, EmulatorState, LoggedRequest } from '../emulator/index.js';
import { contains, pathsIn } from './archives.js';
import type { ActionRun } from './runner.js';
import {
  agent,
  agentIn,
  builtAgent,
  builtAgentSecretSet,
  builtFiles,
  builtRelease,
  canaryRegion,
  canaryRelease,
  cancelledRotation,
  crashingBot,
  crashingRegion,
  crashingRelease,
  drainedRotation,
  endedPreview,
  firstRelease,
  largerProfile,
  invalidRelease,
  plannedRelease,
  preview,
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

/** A claim that must be true after a run. */
export interface Claim {
  readonly text: string;
  readonly isTrue: boolean;
}

/** A run of the action, its expected result, and claims about it. */
export interface Scene {
  readonly name: string;
  readonly title: string;
  readonly scenario: (emulator: Emulator) => Scenario;
  readonly expected: 'success' | 'failure';
  readonly claims: (sceneRun: SceneRun) => readonly Claim[];
}

/** A run, with the state of the platform before and after it, and with its requests. */
export interface SceneRun {
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

/** Each run uses the platform in the state that the previous runs left. */
export const scenes: readonly Scene[] = [
  {
    name: 'first-release',
    title: 'A first release with secrets',
    scenario: firstRelease,
    expected: 'success',
    claims: ({ state }) => [
      {
        text: `${agent} is serving with the 4 secrets that were passed`,
        isTrue: keysOf(state, agent).length === 4,
      },
      { text: `${agent} keeps one instance warm`, isTrue: state.agent(agent)?.minAgents === 1 },
    ],
  },
  {
    name: 'cancelled',
    title: 'A rotation that is cancelled after the new value was written',
    scenario: cancelledRotation,
    expected: 'failure',
    claims: (sceneRun) => [
      {
        text: 'no other write followed the write of the set',
        // A status check may still be in progress when the signal arrives.
        isTrue: sceneRun.requests.findLast(({ method }) => method !== 'GET')?.method === 'PUT',
      },
      {
        text: 'the summary lists what is done, what is still running, and what was not started',
        isTrue: ['Done', 'Still running', 'Not started'].every((part) =>
          sceneRun.run.summary.includes(`**${part}**`),
        ),
      },
      { text: `${agent} is serving as before`, isTrue: isUntouched(sceneRun, agent) },
    ],
  },
  {
    name: 'rotation',
    title: 'The same rotation again, with a personal access token',
    scenario: rotation,
    expected: 'success',
    claims: (sceneRun) => [
      {
        text: `a new deployment of ${agent}, forced by this release, is serving`,
        isTrue:
          servesNewDeployment(sceneRun, agent) && sceneRun.state.serving(agent)?.forced === true,
      },
      {
        text: `it runs with the new value of ${rotatedKey}`,
        isTrue: runsRotated(sceneRun, agent),
      },
      {
        text: `the other keys of ${secretSet} are unchanged`,
        isTrue: keysOf(sceneRun.state, agent).length === 4,
      },
    ],
  },
  {
    name: 'crash-loop',
    title: 'A new image that crashes when it starts',
    scenario: crashingRelease,
    expected: 'failure',
    claims: (sceneRun) => [
      {
        text: `the previous deployment of ${agent} is still serving`,
        isTrue: stillServes(sceneRun, agent),
      },
    ],
  },
  {
    name: 'mistakes',
    title: 'Several input mistakes, reported together',
    scenario: invalidRelease,
    expected: 'failure',
    claims: ({ requests }) => [{ text: 'nothing was sent', isTrue: requests.length === 0 }],
  },
  {
    name: 'four-regions',
    title: 'A first release to four regions, each with a separate set',
    scenario: regionalRelease,
    expected: 'success',
    claims: ({ state }) => [
      ...regions.map((region) => ({
        text: `${agentIn(region)} is serving in ${region} with the 3 secrets of ${secretSetIn(region)}`,
        isTrue:
          state.agent(agentIn(region))?.region === region &&
          state.secretSet(secretSetIn(region))?.region === region &&
          state.serving(agentIn(region))?.secretSet === secretSetIn(region) &&
          keysOf(state, agentIn(region)).length === 3,
      })),
      {
        text: 'us-west keeps one instance warm, and the other regions keep none',
        isTrue: regions.every(
          (region) => state.agent(agentIn(region))?.minAgents === (region === 'us-west' ? 1 : 0),
        ),
      },
    ],
  },
  {
    name: 'failing-set-in-one-region',
    title: 'A release to four regions: in one of them, the secret set fails',
    scenario: unprovisionedRegion,
    expected: 'failure',
    claims: (sceneRun) => [
      {
        text: `only the set in ${regionWithoutRoom} failed`,
        isTrue: regions.every(
          (region) =>
            sceneRun.state.secretSet(secretSetIn(region))?.status ===
            (region === regionWithoutRoom ? 'failed' : 'ready'),
        ),
      },
      {
        text: 'no agent was written, in any region',
        isTrue: writes(sceneRun).every(({ path }) => !path.includes('/agents')),
      },
      {
        text: 'no agent has changed',
        isTrue: regions.every((region) => isUntouched(sceneRun, agentIn(region))),
      },
    ],
  },
  {
    name: 'crash-in-one-region',
    title: 'The same release again: the agent crashes in one region and is serving in the others',
    scenario: crashingRegion,
    expected: 'failure',
    claims: (sceneRun) =>
      regions.map((region) => {
        const name = agentIn(region);
        return region === regionThatCrashes
          ? {
              text: `the previous deployment of ${name} is still serving, with its old values`,
              isTrue: stillServes(sceneRun, name) && !runsRotated(sceneRun, name),
            }
          : {
              text: `a new deployment of ${name} is serving, with the new value of ${rotatedKey}`,
              isTrue: servesNewDeployment(sceneRun, name) && runsRotated(sceneRun, name),
            };
      }),
  },
  {
    name: 'version',
    title: 'A versioned secret set',
    scenario: versionedRelease,
    expected: 'success',
    claims: (sceneRun) => [
      {
        text: `a new deployment of ${agent} is serving and binds the versioned set`,
        isTrue: servesNewDeployment(sceneRun, agent) && versionedSecretSet.test(boundSet(sceneRun)),
      },
      {
        text: 'it runs with the 3 secrets that were passed',
        isTrue: keysOf(sceneRun.state, agent).length === 3 && runsRotated(sceneRun, agent),
      },
      {
        text: `${secretSet}, which it bound before, was not written`,
        isTrue: writes(sceneRun).every(({ path }) => !path.includes(secretSet)),
      },
    ],
  },
  {
    name: 'same-version',
    title: 'The same version again: nothing to write, nothing to replace',
    scenario: versionedRelease,
    expected: 'success',
    claims: (sceneRun) => [
      {
        text: `the only write was an update of ${agent}`,
        isTrue: writes(sceneRun).every(
          ({ method, path }) => method === 'POST' && path === `/v1/agents/${agent}`,
        ),
      },
      {
        text: `${agent} has not changed`,
        isTrue: isUntouched(sceneRun, agent),
      },
    ],
  },
  {
    name: 'cloud-build',
    title: 'A first release with a cloud build',
    scenario: builtRelease,
    expected: 'success',
    claims: (sceneRun) => [
      {
        text: `${builtAgent} is serving with the build of its files and the 3 secrets that were passed`,
        isTrue: servesBuild(sceneRun) && keysOf(sceneRun.state, builtAgent).length === 3,
      },
      {
        text: `only these files were uploaded: ${builtFiles.join(', ')}`,
        isTrue: uploaded(sceneRun).flatMap(pathsIn).join() === builtFiles.join(),
      },
      {
        text: 'the upload contains no secret value',
        isTrue: uploaded(sceneRun).every((archive) =>
          secretValues.every((value) => !contains(archive, value)),
        ),
      },
      {
        text: 'the upload was sent without the credential',
        isTrue:
          uploads(sceneRun).length === 1 &&
          uploads(sceneRun).every(({ headers }) => headers['authorization'] === undefined),
      },
      {
        text: 'the secrets were provisioned while the image was built',
        isTrue: provisionsWhileBuilding(sceneRun),
      },
    ],
  },
  {
    name: 'same-files',
    title: 'The same files with a larger profile: the build is reused',
    scenario: rebuiltRelease,
    expected: 'success',
    claims: (sceneRun) => [
      { text: 'nothing was uploaded', isTrue: uploads(sceneRun).length === 0 },
      {
        text: `a new deployment of ${builtAgent} is serving, with ${largerProfile} and the existing build`,
        isTrue:
          servesNewDeployment(sceneRun, builtAgent) &&
          servesBuild(sceneRun) &&
          sceneRun.state.agent(builtAgent)?.agentProfile === largerProfile,
      },
    ],
  },
  {
    name: 'failing-build',
    title: 'A cloud build that fails',
    scenario: unlockedRelease,
    expected: 'failure',
    claims: (sceneRun) => [
      {
        text: `${builtAgent} has not changed`,
        isTrue: isUntouched(sceneRun, builtAgent),
      },
      {
        text: 'the summary shows why the build failed, and the end of its log',
        isTrue: ['did not complete successfully', '#12 ERROR', 'State: FAILED'].every((words) =>
          sceneRun.run.summary.includes(words),
        ),
      },
    ],
  },
  {
    name: 'dry-run',
    title: 'A dry run: what a release to four regions would change',
    scenario: plannedRelease,
    expected: 'success',
    claims: (sceneRun) => [
      {
        text: 'nothing was written to the platform',
        isTrue: sceneRun.requests.length > 0 && writes(sceneRun).length === 0,
      },
      {
        text: 'no agent has changed',
        isTrue: regions.every((region) => isUntouched(sceneRun, agentIn(region))),
      },
      { text: 'the output `plan` is JSON', isTrue: isJson(sceneRun.run.outputs['plan']) },
    ],
  },
  {
    name: 'crash-at-first-session',
    title: 'A bot that becomes ready, crashes at its first session, and is rolled back',
    scenario: crashingBot,
    expected: 'failure',
    claims: (sceneRun) => [
      { text: 'its only session has ended', isTrue: sessionsEnded(sceneRun) },
      {
        text: 'the summary names the smoke test and shows the log of the bot',
        isTrue:
          sceneRun.run.summary.includes('Smoke test: the session ended with') &&
          sceneRun.run.summary.includes('MENU_URL'),
      },
      {
        text: 'a new deployment of the previous image is serving',
        isTrue:
          sceneRun.run.summary.includes('Rolled back: `order-desk`') &&
          servesNewDeployment(sceneRun, agent) &&
          sceneRun.state.serving(agent)?.image !== 'ghcr.io/acme/order-desk:1.3.0',
      },
    ],
  },
  {
    name: 'ended-preview',
    title: 'A teardown: the sessions, the agent and the secret set of a preview are deleted',
    scenario: endedPreview,
    expected: 'success',
    claims: ({ run, state }) => [
      {
        text: 'the agent and its secret set are deleted',
        isTrue:
          state.agent(preview) === undefined && state.secretSet(`${preview}-secrets`) === undefined,
      },
      {
        text: 'none of its sessions is running',
        isTrue: state.sessions().every((one) => one.agent !== preview || !one.isActive),
      },
      {
        text: 'the pull secret that another agent uses is kept, and the summary says why',
        isTrue:
          state.secretSet(`${preview}-registry`) !== undefined &&
          run.summary.includes('because `order-desk-copy` uses it'),
      },
    ],
  },
  {
    name: 'canary',
    title: 'The same bot in four regions, one after the other: the first failure stops the release',
    scenario: canaryRelease,
    expected: 'failure',
    claims: (sceneRun) => [
      { text: 'its session has ended', isTrue: sessionsEnded(sceneRun) },
      {
        text: `every region except ${canaryRegion} is serving as before`,
        isTrue: regions
          .filter((region) => region !== canaryRegion)
          .every((region) => isUntouched(sceneRun, agentIn(region))),
      },
    ],
  },
  {
    name: 'drained-rotation',
    title: 'A rotation that waits for the last session with the old key',
    scenario: drainedRotation,
    expected: 'success',
    claims: (sceneRun) => [
      {
        text: `${agent} runs with the new value of ${rotatedKey}`,
        isTrue: servesNewDeployment(sceneRun, agent) && runsRotated(sceneRun, agent),
      },
      {
        text: 'no session runs on an older deployment, so the old key can be revoked',
        isTrue:
          sessionsEnded(sceneRun) && sceneRun.run.log.includes('sessions on older deployments: 1'),
      },
    ],
  },
];

/** Whether the log, the summary or the outputs of a run contain a secret value. */
export function showsSecret({ raw, summary, outputs }: ActionRun): boolean {
  // The commands that mask values contain these values.
  const log = raw.replace(/^::add-mask::.*$/gm, '');
  const left = [log, summary, ...Object.values(outputs)].join('\n');
  return secretValues.some((value) => left.includes(value));
}

/** Whether there were sessions, and all have ended. */
function sessionsEnded({ state }: SceneRun): boolean {
  const sessions = state.sessions();
  return sessions.length > 0 && sessions.every(({ isActive }) => !isActive);
}

/** Requests to the storage. */
const uploads = ({ requests }: SceneRun) => requests.filter(({ form }) => form !== undefined);

/** The archives in the storage. */
const uploaded = ({ state }: SceneRun) =>
  state.uploads().flatMap(({ id }) => state.archive(id) ?? []);

/** Whether the agent runs the only existing build. */
function servesBuild({ state }: SceneRun): boolean {
  const [build, another] = state.builds();
  return (
    build?.status === 'success' &&
    another === undefined &&
    state.serving(builtAgent)?.buildId === build.id
  );
}

/** Whether the action waited for the set and for the build at the same time. */
function provisionsWhileBuilding({ requests }: SceneRun): boolean {
  const paths = requests.map(({ method, path }) => `${method} ${path}`);
  const written = paths.indexOf(`PUT /v1/secrets/${builtAgentSecretSet}`);
  const started = paths.indexOf('POST /v1/builds');
  const lastSetCheck = paths.findLastIndex((path) => path.startsWith('GET /v1/secrets'));
  const lastBuildCheck = paths.findLastIndex((path) => path.startsWith('GET /v1/builds/'));
  return written !== -1 && started !== -1 && written < lastBuildCheck && started < lastSetCheck;
}

/** The keys of the secrets of an agent that is serving. */
const keysOf = (state: EmulatorState, name: string) =>
  Object.keys(state.serving(name)?.secretValues ?? {});

const boundSet = ({ state }: SceneRun) => state.serving(agent)?.secretSet ?? '';

const writes = ({ requests }: SceneRun) => requests.filter(({ method }) => method !== 'GET');

/** Whether the previous deployment is still serving. */
function stillServes({ before, state }: SceneRun, name: string): boolean {
  const previous = before.get(name)?.serving;
  return previous !== undefined && state.serving(name)?.id === previous;
}

/** Whether a new deployment is serving. */
function servesNewDeployment({ before, state }: SceneRun, name: string): boolean {
  const current = state.serving(name)?.id;
  return current !== undefined && current !== before.get(name)?.serving;
}

const isUntouched = (sceneRun: SceneRun, name: string) =>
  stillServes(sceneRun, name) &&
  sceneRun.state.agent(name)?.desiredDeploymentId === sceneRun.before.get(name)?.desired;

const runsRotated = ({ state }: SceneRun, name: string) =>
  state.serving(name)?.secretValues[rotatedKey] === rotatedValue;

function isJson(text: string | undefined): boolean {
  try {
    return typeof JSON.parse(text ?? '') === 'object';
  } catch {
    return false;
  }
}
