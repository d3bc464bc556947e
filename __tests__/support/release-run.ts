import { afterEach, beforeEach } from '@jest/globals';
import { startEmulator, type Emulator, type EmulatorOptions } from '../../emulator/index.js';
import { run } from '../../src/run/run.js';
import type { Host } from '../../src/run/session.js';
import type { WorkflowEvent } from '../../src/github/event.js';
import { RecordedActions } from './recorded-actions.js';
import { TestClock } from './test-clock.js';

/** The inputs of a workflow, as the runner passes them. */
export function inputVariables(inputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  );
}

export interface ReleaseOutcome {
  readonly succeeded: boolean;
  readonly actions: RecordedActions;
  /** The outputs that are JSON, parsed. */
  readonly secretSets: Record<string, unknown>[];
  readonly agents: Record<string, unknown>[];
}

/** An event whose run gets no secrets and needs no credential. */
export const ofDependabot = { environment: { GITHUB_ACTOR: 'dependabot[bot]' } };

export interface ReleaseOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly event?: WorkflowEvent;
  readonly files?: Readonly<Record<string, string>>;
  readonly hasSummary?: boolean;
  readonly workflowEvent?: Host['workflowEvent'];
  readonly readFile?: Host['readFile'];
  readonly cancellation?: AbortSignal;
  readonly lookUpImage?: Host['lookUpImage'];
}

/** A look-up that finds every image, for both architectures. */
export const anyImage: NonNullable<Host['lookUpImage']> = () =>
  Promise.resolve({
    outcome: 'found',
    digest: `sha256:${'0'.repeat(64)}`,
    platforms: ['linux/arm64', 'linux/amd64'],
    platformsUnknown: undefined,
  });

/** An emulator and a shared test clock, so that waiting takes no time. */
export class Stage {
  readonly clock: TestClock;
  readonly emulator: Emulator;

  private constructor(clock: TestClock, emulator: Emulator) {
    this.clock = clock;
    this.emulator = emulator;
  }

  static async open(options: Omit<EmulatorOptions, 'now'> = {}): Promise<Stage> {
    const clock = new TestClock();
    const emulator = await startEmulator({ ...options, now: clock.trueTime });
    clock.watch(() => emulator.isStalled);
    return new Stage(clock, emulator);
  }

  close(): Promise<void> {
    return this.emulator.close();
  }

  /** Runs the action in this process. */
  async release(
    inputs: Readonly<Record<string, string>>,
    { environment = {}, event, files = {}, hasSummary = true, ...host }: ReleaseOptions = {},
  ): Promise<ReleaseOutcome> {
    const actions = new RecordedActions();
    actions.hasSummary = hasSummary;
    const succeeded = await run({
      environment: {
        GITHUB_WORKSPACE: '/workspace',
        ...(event === undefined ? {} : { GITHUB_EVENT_NAME: event.eventName }),
        ...inputVariables({ 'api-url': this.emulator.url, ...inputs }),
        ...environment,
      },
      actions,
      clock: this.clock,
      readFile: (path) => {
        const text = files[path];
        if (text !== undefined) return Promise.resolve(text);
        return Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' }));
      },
      cancellation: new AbortController().signal,
      lookUpImage: anyImage,
      workflowEvent: () => Promise.resolve(event ?? { eventName: 'push', payload: {} }),
      ...host,
    });
    const parse = (output: string | undefined): Record<string, unknown>[] =>
      JSON.parse(output ?? '[]') as Record<string, unknown>[];
    return {
      succeeded,
      actions,
      secretSets: parse(actions.outputs['secret-sets']),
      agents: parse(actions.outputs['agents']),
    };
  }
}

/** Inputs with a private API key, or with a token and an organization. */
export const credentials = {
  'API key': { 'api-key': 'sk_emulator' },
  token: { pat: 'pcc_pat_emulator', organization: 'acme' },
} as const;

/** Requests that change something, as `METHOD path`. */
export function writes(emulator: Emulator): string[] {
  return emulator.requests
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method} ${path}`);
}

/** Creates a new stage for each test of a file, or of the `describe` that calls this. */
export function stageForEachTest(
  options: Omit<EmulatorOptions, 'now'> = {},
): Pick<Stage, 'clock' | 'emulator' | 'release'> {
  let stage: Stage | undefined;
  const current = (): Stage => {
    if (stage === undefined) throw new Error('There is a stage only while a test runs');
    return stage;
  };
  beforeEach(async () => {
    stage = await Stage.open(options);
  });
  afterEach(async () => {
    await current().close();
    stage = undefined;
  });
  return {
    get clock() {
      return current().clock;
    },
    get emulator() {
      return current().emulator;
    },
    release: (inputs, host) => current().release(inputs, host),
  };
}
