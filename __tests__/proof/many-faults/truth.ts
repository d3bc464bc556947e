import type { LoggedRequest } from '../../../emulator/index.js';
import { failureKinds, type FailureKind } from '../../../src/report/failures.js';
import { shortcomings } from './shortcomings.js';
import type { Told, ToldAgent, ToldBuild, ToldSet } from './told.js';
import { isAnswered, isDone, isLost, isRefused, purposeOf, type Purpose } from './traffic.js';
import { agentNamed, setNamed, type Evidence, type World } from './world.js';

/*
 * What a report may call unconfirmed. Nobody can ask the platform later whether it carried out a write: a set does not show its
 * values, a missing key or set does not show who deleted it, and a list of builds does not show who started them. So if the
 * response to a request was lost and reading the platform does not help, the report must say that the result of this call is
 * unknown. Other users may change things during the release. Everything else must be reported correctly.
 */

/** False or missing statements in the report of a run; empty if the report is correct. */
export function lies(told: Told, evidence: Evidence): string[] {
  const account = new Account(told, evidence);
  return [
    ...account.ofTheEnd(),
    ...told.secretSets.flatMap((set) => account.ofSet(set)),
    ...account.ofSetsNotTold(),
    ...told.agents.flatMap((agent) => account.ofAgent(agent)),
    ...account.ofAgentsNotTold(),
    ...told.builds.flatMap((build) => account.ofBuild(build)),
    ...account.ofBuildsNotTold(),
    ...account.ofSteps(),
    ...account.ofFailures(),
    ...account.ofSessions(),
    ...ofTables(told),
    ...ofSingleOutputs(told),
    ...(evidence.isDryRun ? account.ofDryRun() : []),
    ...(told.succeeded && !evidence.isDryRun
      ? shortcomings(evidence.asked, evidence.after, evidence.meddling).map(
          (one) => `it succeeded, but ${one}`,
        )
      : []),
  ];
}

/** The kinds of failures of a run. */
export function endingOf({ succeeded, summary, errors }: Told): string {
  if (succeeded) return 'landed';
  const found = kindsIn(`${summary}\n${errors.map(({ title }) => title).join('\n')}`);
  return found.length === 0 ? 'no known failure' : found.join(' + ');
}

function kindsIn(text: string): FailureKind[] {
  const kinds = Object.keys(failureKinds) as FailureKind[];
  return kinds.filter((kind) => text.includes(failureKinds[kind].title));
}

const doubt = /Whether (it|an earlier attempt) was carried out is not known/;

type Check = readonly [holds: boolean, otherwise: string];

const failing = (checks: readonly Check[], about: string): string[] =>
  checks.flatMap(([holds, otherwise]) => (holds ? [] : [`${about}: ${otherwise}`]));

const same = (one: readonly string[], other: readonly string[]): boolean =>
  JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());

class Account {
  readonly #told: Told;
  readonly #evidence: Evidence;
  readonly #requests: readonly { readonly request: LoggedRequest; readonly purpose: Purpose }[];

  constructor(told: Told, evidence: Evidence) {
    this.#told = told;
    this.#evidence = evidence;
    this.#requests = evidence.requests.map((request) => ({
      request,
      purpose: purposeOf(request),
    }));
  }

  /** Checks success and failure in all parts of the report. */
  ofTheEnd(): string[] {
    const { succeeded, errors, headline, outputs } = this.#told;
    return failing(
      [
        [errors.length === (succeeded ? 0 : 1), `there are ${errors.length} error annotations`],
        [(succeeded ? /^## (✅|📋) / : /^## ❌ /).test(headline), `the headline is "${headline}"`],
        [
          ['secret-sets', 'agents', 'builds'].every((name) => (outputs[name] ?? '') !== ''),
          'an output is missing',
        ],
        [
          !this.#told.summary.includes(failureKinds.unexpected.title) &&
            errors.every(({ title }) => title !== failureKinds.unexpected.title),
          'the action itself failed',
        ],
      ],
      succeeded ? 'success' : 'failure',
    );
  }

  /** Checks that started sessions have ended, or that the report says that one may still be running. */
  ofSessions(): string[] {
    const isSaid = /Could not stop the session|nobody can identify/.test(this.#told.summary);
    return this.#evidence.after.sessions === 0 || isSaid
      ? []
      : [`${this.#evidence.after.sessions} sessions run on, and nobody is told`];
  }

  ofSet(set: ToldSet): string[] {
    const { name, outcome, status, added, updated, pruned } = set;
    const { before, after, meddling } = this.#evidence;
    const wasThere = setNamed(before, name);
    const is = setNamed(after, name);
    const isOurs = !meddling.secretSets.has(name);
    const writes = this.#of('write', (purpose) => purpose.set === name);
    const written = [
      ...new Set(
        writes.filter(({ request }) => isDone(request)).flatMap(({ purpose }) => purpose.keys),
      ),
    ];
    const deletions = this.#of('delete-key', (purpose) => purpose.set === name);
    const deleted = deletions
      .filter(({ request }) => isDone(request) || (isAnswered(request) && request.status === 404))
      .map(({ purpose }) => purpose.key);
    const given = this.#given(set);
    const isWritten = writes.some(({ request }) => isDone(request));
    const claimed = [...added, ...updated];
    const unclaimed = Object.keys(given).filter(
      (key) =>
        !claimed.includes(key) &&
        is?.values[key] === given[key] &&
        wasThere?.values[key] !== given[key],
    );
    const isGone = (key: string): boolean =>
      wasThere?.values[key] !== undefined && is?.values[key] === undefined;
    const goneUntold = Object.keys(wasThere?.values ?? {}).filter(
      (key) => isGone(key) && !pruned.includes(key) && is !== undefined,
    );
    return failing(
      [
        [
          same(claimed, written),
          `${claimed.join()} told as written, answered were ${written.join()}`,
        ],
        [same(pruned, deleted), `${pruned.join()} told as pruned, answered were ${deleted.join()}`],
        [
          !isOurs || claimed.every((key) => pruned.includes(key) || is?.values[key] === given[key]),
          'a key that is told as written does not hold what was given',
        ],
        [!isOurs || pruned.every(isGone), 'a key that is told as pruned is there'],
        [
          !isOurs ||
            (added.every((key) => wasThere?.values[key] === undefined) &&
              updated.every((key) => wasThere?.values[key] !== undefined)),
          'added is told as updated, or the other way round',
        ],
        [
          !isOurs ||
            unclaimed.length === 0 ||
            outcome === 'cancelled' ||
            this.#isDoubted('PUT', `/secrets/${name}`),
          `${unclaimed.join()} was written, which is neither told nor left open`,
        ],
        [
          !isOurs ||
            this.#isLeftUnderWay('Prune the secret set') ||
            goneUntold.every((key) => this.#isDoubted('DELETE', `/secrets/${name}/${key}`)),
          `${goneUntold.join()} was deleted, which is neither told nor left open`,
        ],
        [
          !isOurs || status === null || status === 'pending' || is?.status === status,
          `is told ${String(status)}, but is ${is?.status ?? 'not there'}`,
        ],
        [
          !isOurs || status !== 'pending' || is !== undefined || outcome === 'deleted',
          'is told pending, but is not there',
        ],
        [outcome !== 'created' || !isOurs || wasThere === undefined, 'was there before'],
        [outcome !== 'updated' || !isOurs || wasThere !== undefined, 'was not there before'],
        [
          !['created', 'updated'].includes(outcome) ||
            (isWritten &&
              (!isOurs || is !== undefined) &&
              same(claimed, set.kind === 'secret' ? Object.keys(given) : [])),
          `is told ${outcome}, but was not written as a whole`,
        ],
        [
          !['existing', 'skipped'].includes(outcome) ||
            writes.length === 0 ||
            (this.#evidence.isCancelled && writes.every(({ request }) => isRefused(request))),
          `is told ${outcome}, but was written`,
        ],
        [
          outcome !== 'existing' || !isOurs || (wasThere !== undefined && is !== undefined),
          'is told as existing, but is not there',
        ],
        [
          outcome !== 'deleted' || (wasThere !== undefined && (is === undefined || !isOurs)),
          'is told as deleted, but is there, or never was',
        ],
        [
          set.kind !== 'imagePullSecret' ||
            !isOurs ||
            ['created', 'updated'].includes(outcome) ||
            isWritten ||
            is?.auth === wasThere?.auth ||
            outcome === 'cancelled' ||
            this.#isDoubted('PUT', `/secrets/${name}`),
          'was written, which is neither told nor left open',
        ],
        [!this.#told.succeeded || outcome !== 'failed', 'failed in a release that succeeded'],
      ],
      `set ${name}`,
    );
  }

  /** Checks that every change is reported. */
  ofSetsNotTold(): string[] {
    const { before, after, meddling } = this.#evidence;
    const told = new Set(this.#told.secretSets.map(({ name }) => name));
    const names = [...before.secretSets, ...after.secretSets].map(({ name }) => name);
    const left = [...new Set(names)].filter(
      (name) => !told.has(name) && !meddling.secretSets.has(name),
    );
    return left.flatMap((name) => {
      const was = setNamed(before, name);
      const is = setNamed(after, name);
      if (was !== undefined && is === undefined) {
        const isLeftOpen = this.#told.warnings.some(
          (warning) => doubt.test(warning) && warning.startsWith('Could not delete older versions'),
        );
        return isLeftOpen ||
          this.#isLeftUnderWay('Delete older versions') ||
          this.#isDoubted('DELETE', `/secrets/${name}`)
          ? []
          : [`set ${name}: was deleted, which is neither told nor left open`];
      }
      const isChanged =
        JSON.stringify([was?.values, was?.auth]) !== JSON.stringify([is?.values, is?.auth]);
      return isChanged ? [`set ${name}: was written, which is not told`] : [];
    });
  }

  ofAgent({ name, outcome, deploymentId, ready }: ToldAgent): string[] {
    const { before, after, meddling } = this.#evidence;
    const wasThere = agentNamed(before, name);
    const is = agentNamed(after, name);
    const isOurs = !meddling.agents.has(name);
    const deploys = this.#of('deploy', (purpose) => purpose.agent === name);
    const made = this.#deploymentsMade(name);
    const untold = made.filter((id) => id !== deploymentId);
    const isScaled = is?.minAgents !== wasThere?.minAgents || is?.maxAgents !== wasThere?.maxAgents;
    const known = is?.deployments.map(({ id }) => id) ?? [];
    const [row] = this.#told.agentTable.filter(({ Agent }) => Agent === `\`${name}\``);
    return failing(
      [
        [
          !isOurs || deploymentId === null || known.includes(deploymentId),
          'its deployment is not there',
        ],
        [
          !ready || !isOurs || after.serving.get(name) === deploymentId,
          'is told to serve, but does not',
        ],
        [!ready || deploymentId !== null, 'is told to serve without a deployment'],
        [!ready || ['created', 'updated', 'unchanged'].includes(outcome), `${outcome} and ready`],
        [outcome !== 'created' || !isOurs || wasThere === undefined, 'was there before'],
        [outcome !== 'updated' || !isOurs || wasThere !== undefined, 'was not there before'],
        [
          outcome !== 'updated' || !isOurs || made.length > 0 || isScaled,
          'is told as updated, but nothing of it changed',
        ],
        [
          !['created', 'updated', 'unchanged'].includes(outcome) || deploys.length > 0,
          `is told ${outcome}, but nothing was asked of it`,
        ],
        [
          outcome !== 'unchanged' || !isOurs || (made.length === 0 && !isScaled),
          'is told as unchanged, but changed',
        ],
        [
          outcome !== 'unchanged' || !isOurs || deploymentId === is?.desiredDeploymentId,
          'is told as unchanged, with another deployment than it has',
        ],
        [
          outcome !== 'skipped' || (deploys.length === 0 && deploymentId === null),
          'is told as skipped, but was deployed',
        ],
        [outcome !== 'superseded' || !isOurs, 'is told as superseded, but nobody else deployed'],
        // If somebody else deployed before the action read the agent, the two deployments cannot be distinguished.
        [
          untold.length === 0 ||
            (!isOurs && deploys.some(({ request }) => isLost(request))) ||
            outcome === 'cancelled' ||
            this.#isDeployDoubted(name),
          `${untold.join()} was made, which is neither told nor left open`,
        ],
        [
          !isOurs ||
            row?.['Outcome']?.includes('the previous deployment serves') !== true ||
            (after.serving.has(name) && after.serving.get(name) !== deploymentId),
          'the previous deployment is told to serve, but does not',
        ],
        [
          !isOurs ||
            !['created', 'updated', 'unchanged'].includes(outcome) ||
            row?.['Image or build'] ===
              (is?.buildId === undefined ? `\`${is?.image ?? ''}\`` : `build \`${is.buildId}\``),
          `is told to run ${row?.['Image or build'] ?? 'nothing'}`,
        ],
        [
          !this.#told.succeeded || !['failed', 'superseded', 'skipped'].includes(outcome),
          `${outcome} in a release that succeeded`,
        ],
      ],
      `agent ${name}`,
    );
  }

  ofAgentsNotTold(): string[] {
    const told = new Set(this.#told.agents.map(({ name }) => name));
    return this.#evidence.after.agents
      .map(({ name }) => name)
      .filter((name) => !told.has(name) && this.#deploymentsMade(name).length > 0)
      .map((name) => `agent ${name}: was deployed, which is not told`);
  }

  ofBuild({ region, id, outcome }: ToldBuild): string[] {
    const is = this.#evidence.after.builds.find((build) => build.id === id);
    const wasThere = this.#evidence.before.builds.find((build) => build.id === id);
    const ended = { built: ['success'], reused: ['success'], failed: ['failed', 'timeout'] };
    return failing(
      [
        [id === null || is?.region === region, 'is not there'],
        [
          id !== null || ['failed', 'cancelled', 'skipped'].includes(outcome),
          `is told ${outcome} without an id`,
        ],
        [outcome !== 'skipped' || id === null, 'is told as skipped, with an id'],
        [
          id === null ||
            outcome === 'running' ||
            outcome === 'cancelled' ||
            outcome === 'skipped' ||
            ended[outcome].includes(is?.status ?? ''),
          `is told ${outcome}, but is ${is?.status ?? 'not there'}`,
        ],
        [
          outcome !== 'built' || wasThere?.status !== 'success',
          'is told as built, but was there before',
        ],
      ],
      `build in ${region}`,
    );
  }

  ofBuildsNotTold(): string[] {
    const { before, after } = this.#evidence;
    const known = new Set([
      ...before.builds.map(({ id }) => id),
      ...this.#told.builds.map(({ id }) => id),
    ]);
    return after.builds
      .filter(({ id }) => !known.has(id))
      .filter(({ region, status }) => {
        const isLostHere = this.#of('build', (purpose) => purpose.region === region).some(
          ({ request }) => isLost(request),
        );
        // A build that failed before the action looked for it may be from anybody.
        const isLeftOpen = this.#told.builds.some(
          (told) => told.region === region && told.outcome === 'cancelled',
        );
        return !(
          isLostHere &&
          (isLeftOpen || this.#isDoubted('POST', '/builds') || status === 'failed')
        );
      })
      .map(({ id }) => `build ${id}: was started, which is neither told nor left open`);
  }

  /** Checks that a step that was not started sent nothing, and that a finished step left nothing unconfirmed. */
  ofSteps(): string[] {
    const outcomes = new Map(
      this.#told.stepTable.map((row) => [row['Step'] ?? '', row['Outcome'] ?? '']),
    );
    const isNotBegun = (title: string): boolean =>
      outcomes.get(title) === undefined || outcomes.get(title) === '➖ not started';
    const isDoneStep = (title: string): boolean => outcomes.get(title) === '✅ done';
    const asks = (kind: Purpose['kind']): boolean => this.#of(kind, () => true).length > 0;
    const { succeeded, agents, secretSets } = this.#told;
    const { isCancelled } = this.#evidence;
    const all = [...outcomes.values()];
    return failing(
      [
        [
          !isNotBegun('Write the secret sets') || !asks('write'),
          'no set is told to be written, but one was',
        ],
        [
          !isNotBegun('Deploy the agent') || !asks('deploy'),
          'no agent is told to be deployed, but one was',
        ],
        [!isNotBegun('Build the image') || !asks('build'), 'nothing is told as built, but it was'],
        [
          !isNotBegun('Prune the secret set') || !asks('delete-key'),
          'nothing is told as pruned, but it was',
        ],
        [
          !isNotBegun('Delete older versions') || !asks('delete-set'),
          'nothing is told as deleted, but it was',
        ],
        [
          !isDoneStep('Deploy the agent') ||
            agents.every(
              ({ deploymentId, outcome }) => deploymentId !== null || outcome === 'skipped',
            ),
          'deploying is told as done, but an agent has no deployment',
        ],
        [
          !isDoneStep('Wait for the deployment') ||
            agents.every(({ ready, deploymentId }) => ready || deploymentId === null),
          'the deployment is told as awaited, but an agent is not ready',
        ],
        [
          !isDoneStep('Wait for the secret sets') ||
            !isDoneStep('Write the secret sets') ||
            secretSets.every(
              ({ status, outcome }) => status === 'ready' || outcome === 'deleted' || !succeeded,
            ),
          'the sets are told as awaited, but one is not ready',
        ],
        [!succeeded || all.every((outcome) => outcome === '✅ done'), 'not all of them are done'],
        [succeeded || isCancelled || all.includes('❌ failed'), 'none of them failed'],
      ],
      'steps',
    );
  }

  /** Checks that calls in the error are in the log of requests, and that a failed call is named. */
  ofFailures(): string[] {
    const { succeeded, errors, summary } = this.#told;
    if (succeeded) return [];
    const message = errors[0]?.message ?? '';
    const kinds = kindsIn(`${message}\n${errors[0]?.title ?? ''}`);
    const named = [...message.matchAll(/Call: (\w+) (\S+)/g)].flatMap(
      ([, method = '', paths = '']) => paths.split(',').map((path) => ({ method, path })),
    );
    const ofACall = kinds.filter((kind) => failuresOfCalls.includes(kind));
    return failing(
      [
        [kinds.length > 0, 'is of no known kind'],
        [
          ofACall.length === 0 ||
            named.length > 0 ||
            message.includes('No status check of the set'),
          `${ofACall.join()} names no call`,
        ],
        [
          named.every(({ method, path }) => this.#hasFailed(method, path)),
          `names a call that did not fail (${named.map(({ method, path }) => `${method} ${path}`).join(', ')})`,
        ],
        [ofACall.length > 0 || /\bNext: ./.test(message), 'does not say what to do'],
        [
          !kinds.includes('rollout-failed') || message.includes('Deployment: '),
          'a failed rollout without its deployment',
        ],
        [
          !['rollout-failed', 'provisioning-failed', 'build-failed'].some((kind) =>
            kinds.some((one) => one === kind),
          ) || /The platform (says|gives|ended)|Reason: /.test(message),
          "does not tell the platform's reason",
        ],
        [
          !summary.includes('Nothing was changed.') ||
            this.#requests.every(
              ({ request, purpose: { kind } }) =>
                kind === 'read' || kind === 'upload' || isRefused(request),
            ),
          'says that nothing was written, but something was',
        ],
      ],
      'failure',
    );
  }

  ofDryRun(): string[] {
    const { before, after, meddling } = this.#evidence;
    const written = this.#requests.filter(({ purpose }) => purpose.kind !== 'read');
    return failing(
      [
        [written.length === 0, `${written.length} requests write`],
        [meddling.isAny || settled(before) === settled(after), 'the platform is not as it was'],
      ],
      'dry run',
    );
  }

  #of<Kind extends Purpose['kind']>(
    kind: Kind,
    fits: (purpose: Extract<Purpose, { kind: Kind }>) => boolean,
  ): { readonly request: LoggedRequest; readonly purpose: Extract<Purpose, { kind: Kind }> }[] {
    const isOfKind = (purpose: Purpose): purpose is Extract<Purpose, { kind: Kind }> =>
      purpose.kind === kind;
    return this.#requests.flatMap(({ request, purpose }) =>
      isOfKind(purpose) && fits(purpose) ? [{ request, purpose }] : [],
    );
  }

  /** The intended contents of a set. */
  #given({ name, kind }: ToldSet): Readonly<Record<string, string>> {
    if (kind !== 'secret') return {};
    const asked = this.#evidence.asked.find(({ secretSet }) => secretSet?.name.test(name) === true);
    return asked?.secretSet?.values ?? {};
  }

  /** Deployments that this run made. */
  #deploymentsMade(name: string): string[] {
    const { before, after, meddling } = this.#evidence;
    const old = new Set(agentNamed(before, name)?.deployments.map(({ id }) => id));
    const all = agentNamed(after, name)?.deployments.map(({ id }) => id) ?? [];
    return all.filter((id) => !old.has(id) && !meddling.deployments.has(id));
  }

  /** Whether the summary says that the result of this call is unknown. */
  #isDoubted(method: string, path: string): boolean {
    return this.#told.summary
      .split('**What failed:**')
      .some(
        (section) =>
          doubt.test(section) &&
          [...section.matchAll(/\*\*Call\*\* `(\w+) ([^\s`]+)/g)].some(
            ([, told, at = '']) => told === method && at.endsWith(path),
          ),
      );
  }

  /** Whether a step of a cancelled run is reported as neither done nor failed. */
  #isLeftUnderWay(step: string): boolean {
    return (
      this.#evidence.isCancelled &&
      this.#told.stepTable.some(
        (row) => row['Step'] === step && row['Outcome'] === '⏳ in progress',
      )
    );
  }

  #isDeployDoubted(name: string): boolean {
    return ['agents', 'services'].some(
      (root) =>
        this.#isDoubted('POST', `/${root}/${name}`) ||
        // These two name the agent in their body, so the error names it next to the call.
        ((this.#isDoubted('POST', `/${root}`) || this.#isDoubted('PUT', `/${root}`)) &&
          this.#told.summary.includes(`**Agent** \`${name}\``)),
    );
  }

  #hasFailed(method: string, path: string): boolean {
    return this.#evidence.requests.some((request) => {
      if (request.method !== method) return false;
      // The report shows only the host of an upload.
      const isThis = /^https?:/.test(path)
        ? request.path.startsWith('/storage/')
        : request.path === path.split('?')[0];
      return isThis && !isDone(request);
    });
  }
}

/** Failures of one call, which must name the call. */
const failuresOfCalls: readonly FailureKind[] = [
  'credential-refused',
  'permission-denied',
  'request-refused',
  'platform-unavailable',
  'rate-limited',
  'answer-unreadable',
  'redirected',
  'concurrent-write',
  'secret-set-not-ready',
  'upload-failed',
];

/** The part of the state that does not change with time alone. */
function settled({ secretSets, agents, builds }: World): string {
  return JSON.stringify([
    secretSets.map(({ name, values, auth }) => [name, values, auth]),
    agents.map(({ name, desiredDeploymentId, minAgents, maxAgents }) => [
      name,
      desiredDeploymentId,
      minAgents,
      maxAgents,
    ]),
    builds.map(({ id }) => id),
  ]);
}

/** Checks that the tables of the summary match the outputs. */
function ofTables(told: Told): string[] {
  const code = (text: string | null): string => (text === null ? '–' : `\`${text}\``);
  const keyCell = ({ added, updated, pruned }: ToldSet): string => {
    const groups = { added, updated, pruned };
    const cells = Object.entries(groups).flatMap(([label, keys]) =>
      keys.length === 0 ? [] : [`${label}: ${keys.map(code).join(', ')}`],
    );
    return cells.length === 0 ? '–' : cells.join('<br>');
  };
  const kinds = { secret: 'secret set', imagePullSecret: 'image pull secret' };
  const buildWords = {
    built: 'built',
    reused: 'reused: this context was built before',
    failed: 'failed',
    running: 'still running',
    cancelled: 'cancelled while starting',
    skipped: 'not started',
  };
  const rows = (table: Told['setTable'], heads: readonly string[]): string =>
    JSON.stringify(table.map((row) => heads.map((head) => row[head])));
  const outcome = (text = ''): string =>
    text
      .replace(/(, serving|; the previous .*|, not started)$/, '')
      .replace('rolled back', 'rolled-back');
  const serves = (text = ''): boolean => text.endsWith(', serving');
  return failing(
    [
      [
        rows(told.setTable, ['Secret set', 'Kind', 'Region', 'Outcome', 'Status', 'Keys']) ===
          JSON.stringify(
            told.secretSets.map((set) => [
              code(set.name),
              kinds[set.kind],
              code(set.region),
              set.outcome,
              set.status ?? '–',
              keyCell(set),
            ]),
          ),
        'sets are told in two ways',
      ],
      [
        JSON.stringify(
          told.agentTable.map((row) => [
            row['Agent'],
            row['Region'],
            outcome(row['Outcome']),
            serves(row['Outcome']),
            row['Deployment'],
          ]),
        ) ===
          JSON.stringify(
            told.agents.map((agent) => [
              code(agent.name),
              code(agent.region),
              agent.outcome,
              agent.ready,
              code(agent.deploymentId),
            ]),
          ),
        'agents are told in two ways',
      ],
      [
        rows(told.buildTable, ['Build', 'Region', 'Outcome']) ===
          JSON.stringify(
            told.builds.map(({ id, region, outcome: one }) => [
              code(id),
              code(region),
              buildWords[one],
            ]),
          ),
        'builds are told in two ways',
      ],
    ],
    'summary',
  );
}

/** Checks that outputs with a single value are for the first region. */
function ofSingleOutputs({ outputs, agents: [agent], builds: [build] }: Told): string[] {
  return failing(
    [
      [outputs['service-name'] === (agent?.name ?? ''), 'service-name is that of no agent'],
      [
        outputs['deployment-id'] === (agent?.deploymentId ?? ''),
        'deployment-id is not that of the agent',
      ],
      [
        build === undefined || outputs['build-id'] === (build.id ?? ''),
        'build-id is not that of the build',
      ],
    ],
    'outputs',
  );
}
