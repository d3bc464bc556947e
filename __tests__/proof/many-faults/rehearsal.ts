import type { RequestMatch } from '../../../emulator/index.js';
import { CancelledError } from '../../../src/time/cancellation.js';
import type { Checkout } from '../../support/checkout.js';
import { credentials, type Stage } from '../../support/release-run.js';
import { regionCodes, type Scenario, type ScriptedMeddling, type TargetName } from './scenario.js';
import { read, type Told } from './told.js';
import { Meddling, worldOf, type AskedRegion, type Evidence } from './world.js';

const image = 'ghcr.io/acme/voice:2.0.0';
const registryAuth = Buffer.from('acme-bot:registry-token').toString('base64');

/** Milliseconds. No script takes longer. */
const slowest = 700_000;

/** The intended contents of the set. Only this release has these values. */
const valuesOf = ({ keys }: Scenario): Readonly<Record<string, string>> =>
  Object.fromEntries(
    ['KEY_A', 'KEY_B', 'KEY_C'].slice(0, keys).map((key) => [key, `new-value-of-${key}`]),
  );

const regionsOf = ({ regions }: Scenario): readonly string[] => regionCodes.slice(0, regions);
const agentIn = (region: string): string => `voice-${region}`;
const pullSecretIn = (region: string): string => `registry-${region}`;

const isWritten = ({ secretSet }: Scenario): boolean => ['plain', 'versioned'].includes(secretSet);
const prunes = (scenario: Scenario): boolean =>
  scenario.prunes && scenario.secretSet === 'plain' && scenario.waitsForReady;
const hasPullSecret = ({ imagePullSecret, agent }: Scenario): boolean =>
  imagePullSecret !== 'none' && agent !== 'none';

/** The inputs of the release. */
export function inputsOf(scenario: Scenario): Readonly<Record<string, string>> {
  const { agent, secretSet, imagePullSecret } = scenario;
  return {
    ...credentials[scenario.credential],
    region: regionsOf(scenario).join(),
    ...(secretSet === 'none'
      ? {}
      : { 'secret-set': secretSet === 'versioned' ? 'keys-{region}-{version}' : 'keys-{region}' }),
    ...(isWritten(scenario)
      ? {
          secrets: Object.entries(valuesOf(scenario))
            .map(([key, value]) => `${key}=${value}`)
            .join('\n'),
        }
      : {}),
    ...(secretSet === 'versioned' && agent !== 'none' && scenario.waitsForReady
      ? { 'keep-versions': '1' }
      : {}),
    ...(prunes(scenario) ? { 'prune-secrets': 'true' } : {}),
    ...(agent === 'none'
      ? {}
      : {
          'agent-name': 'voice-{region}',
          ...(agent === 'image' ? { image } : { 'cloud-build': 'true' }),
          ...(scenario.scales ? { 'min-agents': '2' } : {}),
          ...(scenario.waitsForReady ? {} : { 'wait-for-ready': 'false' }),
          ...(scenario.isTested && scenario.waitsForReady ? testInputs : {}),
        }),
    ...(hasPullSecret(scenario) ? { 'image-credentials': 'registry-{region}' } : {}),
    ...(hasPullSecret(scenario) && imagePullSecret === 'written'
      ? {
          registry: 'ghcr.io',
          'registry-username': 'acme-bot',
          'registry-password': 'registry-token',
        }
      : {}),
    ...(scenario.regions > 1 && agent !== 'none' ? { rollout: scenario.rollout } : {}),
    ...(scenario.isDryRun ? { 'dry-run': 'true' } : {}),
  };
}

const testInputs = {
  'smoke-test': 'true',
  'public-api-key': 'pk_emulator',
  'smoke-test-duration': '1',
  'wait-for-drain': 'true',
} as const;

/** The same request, with the names on the platform. */
export function askedOf(scenario: Scenario, contextHash: string): AskedRegion[] {
  const { agent, secretSet } = scenario;
  return regionsOf(scenario).map((region) => ({
    region,
    secretSet:
      secretSet === 'none'
        ? undefined
        : {
            name:
              secretSet === 'versioned'
                ? new RegExp(`^keys-${region}-[0-9a-f]{8}$`)
                : new RegExp(`^keys-${region}$`),
            values: isWritten(scenario) ? valuesOf(scenario) : undefined,
            isWhole: secretSet === 'versioned' || prunes(scenario),
          },
    imagePullSecret: hasPullSecret(scenario)
      ? {
          name: pullSecretIn(region),
          auth: scenario.imagePullSecret === 'written' ? registryAuth : undefined,
        }
      : undefined,
    agent:
      agent === 'none'
        ? undefined
        : {
            name: agentIn(region),
            image: agent === 'image' ? image : undefined,
            contextHash: agent === 'image' ? undefined : contextHash,
            minAgents: scenario.scales ? 2 : undefined,
            isAwaited: scenario.waitsForReady,
          },
  }));
}

/** Creates the state of the platform before the release. */
function seed({ emulator: { seed } }: Stage, scenario: Scenario, contextHash: string): void {
  const { isUpdate, secretSet, imagePullSecret } = scenario;
  for (const region of regionsOf(scenario)) {
    const older = Array.from(
      { length: secretSet === 'versioned' ? scenario.olderVersions : 0 },
      (_, index) => `keys-${region}-0000000${index}`,
    );
    for (const name of older) seed.secretSet({ name, region, values: { KEY_A: 'older-value' } });
    const isPlainThere = secretSet === 'bound' || (secretSet === 'plain' && isUpdate);
    if (isPlainThere) {
      seed.secretSet({
        name: `keys-${region}`,
        region,
        values: { KEY_A: 'older-value', OLD_KEY: 'old-value', OLDER_KEY: 'older-value' },
      });
    }
    if (hasPullSecret(scenario) && (imagePullSecret === 'bound' || isUpdate)) {
      seed.imagePullSecret({ name: pullSecretIn(region), region });
    }
    if (scenario.agent === 'known build') seed.build({ region, contextHash });
    if (isUpdate && scenario.agent !== 'none') {
      seed.agent({
        name: agentIn(region),
        region,
        image: 'ghcr.io/acme/voice:1.0.0',
        secretSet: isPlainThere ? `keys-${region}` : older.at(-1),
      });
    }
  }
}

function matchOf(target: TargetName, { credential, isUpdate }: Scenario): RequestMatch {
  switch (target) {
    case 'anything':
      return {};
    case 'organizations':
      return { method: 'GET', path: /\/organizations$/ };
    case 'regions':
      return { method: 'GET', path: /\/regions$/ };
    case 'list of sets':
      return { method: 'GET', path: /\/secrets$/ };
    case 'a set':
      return { method: 'GET', path: /\/secrets\/.+/ };
    case 'write of a set':
      return { method: 'PUT', path: /\/secrets\// };
    case 'deletion':
      return { method: 'DELETE' };
    case 'agent':
      return { method: 'GET', path: /\/(agents|services)\// };
    case 'deploy':
      return {
        method: credential === 'token' && isUpdate ? 'PUT' : 'POST',
        path: /\/(agents|services)(\/|$)/,
      };
    case 'form of an upload':
      return { method: 'POST', path: /upload-url$/ };
    case 'storage':
      return { path: /^\/storage\// };
    case 'start of a build':
      return { method: 'POST', path: /\/builds$/ };
    case 'start of a session':
      return { method: 'POST', path: /^\/v1\/public\// };
    case 'a session':
      return { path: /\/sessions(\/|$)/ };
    case 'look for builds':
      return { method: 'GET', path: /\/builds$/ };
    case 'a build':
      return { method: 'GET', path: /\/builds\// };
  }
}

/** Scripts what happens to the release, and records what other users do. */
function script({ emulator }: Stage, scenario: Scenario, meddling: Meddling): void {
  const { script } = emulator;
  const { outcomes } = scenario;
  for (const { target, fault, timing } of scenario.faults) {
    script.fault(matchOf(target, scenario), fault, timing);
  }
  for (const one of outcomes.provisioning) script.provisioning('*', one);
  for (const { region, ...one } of outcomes.deployments) {
    script.deployment(agentIn(pick(scenario, region)), one);
  }
  for (const one of outcomes.builds) script.build(one);
  for (let index = 0; index < outcomes.conflicts; index++) {
    script.writing('*', { outcome: 'conflict' });
  }
  script.rateLimit(outcomes.rateLimit);
  for (const one of scenario.meddling) {
    script[one.when](matchOf(one.target, scenario), () => {
      meddle(emulator, scenario, one, meddling);
    });
  }

  function meddle(
    { seed, script, state }: Stage['emulator'],
    scenario: Scenario,
    { act, region: index }: ScriptedMeddling,
    meddling: Meddling,
  ): void {
    const region = pick(scenario, index);
    const name = agentIn(region);
    const agent = state.agent(name);
    // A set that is only bound must exist; otherwise, the release is impossible.
    const set = isWritten(scenario)
      ? state.secretSets().findLast((one) => one.region === region && one.kind === 'secret')
      : undefined;
    switch (act) {
      case 'supersede the agent':
        if (agent === undefined) return;
        meddling.agents.add(name);
        meddling.deployments.add(script.supersede(name).deploymentId);
        return;
      case 'make the agent anew':
        if (scenario.agent === 'none') return;
        meddling.agents.add(name);
        meddling.deployments.add(
          seed.agent({ name, region, image: 'ghcr.io/acme/voice:1.5.0' }).deploymentId,
        );
        return;
      case 'delete the agent':
        if (agent === undefined) return;
        meddling.agents.add(name);
        script.deleteAgent(name);
        return;
      case 'overwrite the set':
        if (set === undefined) return;
        meddling.secretSets.add(set.name);
        seed.secretSet({
          name: set.name,
          region,
          values: { ...set.values, KEY_A: 'value-of-others', OTHER_KEY: 'value-of-others' },
          status: 'pending',
          readyAfter: 3000,
        });
        return;
      case 'delete the set':
        if (set === undefined) return;
        meddling.secretSets.add(set.name);
        script.deleteSecretSet(set.name);
        return;
    }
  }
}

function pick(scenario: Scenario, index: number): string {
  const regions = regionsOf(scenario);
  return regions[index % regions.length] ?? regionCodes[0];
}

/** A run of the action, with its report and everything that is needed to check it. */
export interface Rehearsed {
  readonly told: Told;
  readonly evidence: Evidence;
  readonly log: readonly string[];
}

/**
 * Whether a request timed out without a scripted reason. On a busy machine, a response may take so long in real time that the
 * test clock considers it hanging.
 */
export function hasStalled({ log, evidence: { requests } }: Rehearsed): boolean {
  const givenUp = log.filter((line) => / → no answer after [1-9]\d* ms$/.test(line));
  const hanging = requests.filter(({ fault }) => fault === 'hang');
  return givenUp.length > hanging.length;
}

/** Runs an action when the request with this number arrives, from 0. */
function onRequest({ script }: Stage['emulator'], number: number, action: () => void): void {
  let left = number;
  const wait = (): void => {
    script.before({}, () => {
      if (left-- === 0) action();
      else wait();
    });
  };
  wait();
}

/** A release with many faults, and then the same release without faults. */
export class Rehearsal {
  readonly #stage: Stage;
  readonly #scenario: Scenario;
  readonly #checkout: Checkout;
  readonly #contextHash: string;
  /** Sets that other users wrote during the first run. */
  #overwritten: ReadonlySet<string> = new Set();

  constructor(stage: Stage, scenario: Scenario, checkout: Checkout, contextHash: string) {
    this.#stage = stage;
    this.#scenario = scenario;
    this.#checkout = checkout;
    this.#contextHash = contextHash;
    seed(stage, scenario, contextHash);
  }

  withFaults(): Promise<Rehearsed> {
    const meddling = new Meddling();
    script(this.#stage, this.#scenario, meddling);
    this.#overwritten = meddling.secretSets;
    return this.#run(this.#scenario, meddling);
  }

  /**
   * The release itself, even if the first run only made a plan. It starts when slow work of the platform is finished, because the
   * report says to try again later.
   */
  withoutFaults(): Promise<Rehearsed> {
    this.#stage.emulator.script.forget();
    this.#stage.clock.pass(slowest);
    const scenario = { ...this.#scenario, isDryRun: false, isCancelledAt: undefined };
    const meddling = new Meddling();
    // A version is identified by its name. Nobody can see what others wrote to it since.
    if (scenario.secretSet === 'versioned') {
      for (const name of this.#overwritten) meddling.secretSets.add(name);
    }
    return this.#run(scenario, meddling);
  }

  async #run(scenario: Scenario, meddling: Meddling): Promise<Rehearsed> {
    const { emulator } = this.#stage;
    const before = worldOf(emulator);
    const from = emulator.requests.length;
    const cancellation = new AbortController();
    if (scenario.isCancelledAt !== undefined) {
      onRequest(emulator, scenario.isCancelledAt, () => {
        cancellation.abort(new CancelledError('SIGTERM'));
      });
    }
    const { succeeded, actions } = await this.#stage.release(inputsOf(scenario), {
      environment: this.#checkout.environment,
      cancellation: cancellation.signal,
    });
    return {
      // A run that is cancelled when everything is done has landed, whatever its exit code.
      told: read(
        succeeded || (cancellation.signal.aborted && actions.errors.length === 0),
        actions,
      ),
      evidence: {
        asked: askedOf(scenario, this.#contextHash),
        isDryRun: scenario.isDryRun,
        isCancelled: cancellation.signal.aborted,
        before,
        after: worldOf(emulator),
        requests: emulator.requests.slice(from),
        meddling,
      },
      log: actions.log,
    };
  }
}
