import type { Clock } from '../time/clock.js';
import { AbandonedError, isCancellation } from './errors.js';
import type { Plan } from '../plan/plan.js';
import {
  buildsOf,
  type BuildRecord,
  type ReleaseRecord,
  type Span,
  type StepName,
  type StepRecord,
} from './record.js';

/** Where a release says what it does while it does it. */
export interface ReleaseLog {
  debug(message: string): void;
  info(message: string): void;
  /** Something that a person should look at. */
  notice(message: string): void;
  warning(message: string): void;
  beginStep(step: StepName): void;
  endStep(step: StepRecord): void;
  /** What is going to be done. */
  plan(plan: Plan): void;
}

/** Keeps the account of a release, and tells the log of it. */
export class Journal {
  readonly clock: Clock;
  readonly log: ReleaseLog;
  readonly record: ReleaseRecord;
  /** When the steps that are under way were begun. */
  readonly #startedAt = new Map<StepRecord, number>();
  readonly #onBuild: (builds: readonly BuildRecord[]) => void;

  /** @param onBuild told of all builds when one of them has an id */
  constructor(
    clock: Clock,
    log: ReleaseLog,
    onBuild: (builds: readonly BuildRecord[]) => void = () => undefined,
  ) {
    this.clock = clock;
    this.log = log;
    this.#onBuild = onBuild;
    this.record = {
      startedAt: clock.now(),
      kind: 'release',
      plan: undefined,
      actingAs: undefined,
      steps: [],
      targets: [],
      teardown: undefined,
      context: undefined,
      spans: [],
      warnings: [],
      notices: [],
      remarks: [],
    };
  }

  /** Steps that are ahead; those that are never begun stay skipped. */
  expect(names: readonly StepName[]): void {
    for (const name of names) this.#stepNamed(name);
  }

  async step<Result>(name: StepName, work: () => Promise<Result>): Promise<Result> {
    const step = this.#stepNamed(name);
    this.#startedAt.set(step, this.clock.now());
    step.outcome = 'running';
    this.log.beginStep(name);
    try {
      const result = await work();
      step.outcome = 'done';
      return result;
    } catch (error) {
      step.outcome = outcomeOf(error);
      throw error;
    } finally {
      this.#stop(step);
    }
  }

  /** Closes the account where something did not come to its end, and nobody waits for it any more. */
  close(): void {
    for (const step of [...this.#startedAt.keys()]) this.#stop(step);
  }

  #stepNamed(name: StepName): StepRecord {
    const known = this.record.steps.find((step) => step.name === name);
    if (known !== undefined) return known;
    const step: StepRecord = { name, outcome: 'skipped', duration: 0 };
    this.record.steps.push(step);
    return step;
  }

  #stop(step: StepRecord): void {
    const startedAt = this.#startedAt.get(step);
    if (startedAt === undefined) return;
    this.#startedAt.delete(step);
    step.duration += this.clock.now() - startedAt;
    this.log.endStep(step);
  }

  /** Does something that the timeline shows. */
  async span<Result>(region: string, label: string, work: () => Promise<Result>): Promise<Result> {
    const end = this.beginSpan(region, label);
    try {
      const result = await work();
      end('done');
      return result;
    } catch (error) {
      const isStillRunning = error instanceof AbandonedError || isCancellation(error);
      end(isStillRunning ? 'running' : 'failed');
      throw error;
    }
  }

  /** Begins a bar of the timeline; the function that comes back ends it. */
  beginSpan(region: string, label: string): (outcome: Span['outcome']) => void {
    const span: Span = {
      region,
      label,
      startedAt: this.clock.now(),
      endedAt: undefined,
      outcome: 'running',
    };
    this.record.spans.push(span);
    return (outcome) => {
      span.endedAt ??= this.clock.now();
      span.outcome = outcome;
    };
  }

  /** Takes note of a build's id, which whoever comes after may need even if this ends here. */
  recordBuildId(build: BuildRecord, id: string): void {
    build.id = id;
    this.#onBuild(buildsOf(this.record));
  }

  warning(message: string): void {
    this.record.warnings.push(message);
    this.log.warning(message);
  }

  remark(message: string): void {
    this.record.remarks.push(message);
    this.log.info(message);
  }

  notice(message: string): void {
    this.record.notices.push(message);
    this.log.notice(message);
  }
}

/** How a step ends that throws. */
function outcomeOf(error: unknown): StepRecord['outcome'] {
  if (error instanceof AbandonedError) return error.isStillRunning ? 'running' : 'skipped';
  return isCancellation(error) ? 'running' : 'failed';
}
