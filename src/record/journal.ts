import type { Clock } from '../time/clock.js';
import { AbandonedError, failuresOf, forEach, isCancellation } from './errors.js';
import {
  buildsOf,
  type BuildRecord,
  type ReleaseRecord,
  type Span,
  type StepName,
  type StepRecord,
} from './record.js';
import { Remarks } from './remarks.js';

/** Where a run logs what it does. */
export interface ReleaseLog {
  debug(message: string): void;
  info(message: string): void;
  /** Something that a person should look at. */
  notice(message: string): void;
  warning(message: string): void;
  beginStep(step: StepName): void;
  endStep(step: StepRecord): void;
}

/** Keeps the record of a run, and writes the log. */
export class Journal {
  readonly clock: Clock;
  readonly log: ReleaseLog;
  readonly record: ReleaseRecord;
  /** What several agents may have in common; reported at the end of a step. */
  readonly combined = new Remarks();
  /** When each running step started. */
  readonly #startedAt = new Map<StepRecord, number>();
  readonly #onBuild: (builds: readonly BuildRecord[]) => void;

  /** @param onBuild called with all builds whenever one gets an id */
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

  /** Lists the steps to come. A step that never starts stays skipped. */
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
      this.combined.report(this);
      this.#stop(step);
    }
  }

  /**
   * A step that does `work` on all items at once; no step if there are none.
   *
   * @throws ReleaseError with everything that failed
   */
  async stepForEach<Item>(
    name: StepName,
    items: readonly Item[],
    work: (item: Item) => Promise<void>,
  ): Promise<void> {
    if (items.length > 0) await this.step(name, () => forEach(items, work));
  }

  /** Stops the steps that have not ended, when nothing waits for them anymore. */
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

  /** Shows `work` as a bar of the timeline. */
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

  /** Starts a bar of the timeline; the returned function ends it. */
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

  /** Records the id of a build at once, so that later steps have it even if this run ends here. */
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

/** The outcome of a step that throws. */
function outcomeOf(error: unknown): StepRecord['outcome'] {
  const failures = failuresOf(error);
  const isFailed = failures.some((one) => !(one instanceof AbandonedError) && !isCancellation(one));
  if (isFailed) return 'failed';
  const isRunning = failures.some((one) => !(one instanceof AbandonedError) || one.isStillRunning);
  return isRunning ? 'running' : 'skipped';
}
