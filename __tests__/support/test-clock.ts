import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Clock } from '../../src/time/clock.js';

/** Milliseconds of real time after which a request is taken to hang. */
const hanging = 400;
/** Where the clock that only runs forward begins: at no date, so that nobody takes it for one. */
const monotonicStart = 5000;
/**
 * Milliseconds that one look for an answer counts at most: while the machine is busy with others, no
 * answer can come either, and that is no sign that none will.
 */
const longestLook = 5;

interface Event {
  readonly due: number;
  /** What is to happen at the time that it is due. */
  readonly happen: () => void;
}

/**
 * Time that passes when nothing else does: the next event happens at once, unless a request may
 * still be answered. Each request sets a time limit for itself, so while there are limits, time
 * stands still, until no answer has come for a while of real time.
 */
export class TestClock implements Clock {
  #time = monotonicStart;
  readonly #epoch: number;
  #wallError = 0;
  readonly #random: () => number;
  readonly #sleeps = new Set<Event>();
  readonly #limits = new Set<Event>();
  #isRunning = false;
  /** Counts everything that begins or ends, so that it shows whether something has happened. */
  #turns = 0;

  constructor({
    time = Date.UTC(2026, 0, 1),
    random = () => 0.5,
  }: { time?: number; random?: () => number } = {}) {
    this.#epoch = time - monotonicStart;
    this.#random = random;
  }

  now = (): number => this.#time;

  /** Milliseconds since the epoch, as a machine knows them whose clock nobody sets. */
  trueTime = (): number => this.#time + this.#epoch;

  wallTime = (): number => this.trueTime() + this.#wallError;

  /** Sets the machine's clock forward or back. */
  jump(milliseconds: number): void {
    this.#wallError += milliseconds;
  }

  random = (): number => this.#random();

  pass(milliseconds: number): void {
    this.#time += milliseconds;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(new Error('aborted'));
        return;
      }
      const abort = (): void => {
        end();
        reject(new Error('aborted'));
      };
      const end = this.#add(this.#sleeps, milliseconds, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      signal?.addEventListener('abort', abort);
    });
  }

  after(milliseconds: number, callback: () => void): () => void {
    return this.#add(this.#limits, milliseconds, callback);
  }

  #add(events: Set<Event>, milliseconds: number, happen: () => void): () => void {
    const event = { due: this.#time + milliseconds, happen };
    events.add(event);
    this.#turns++;
    void this.#run();
    return () => {
      events.delete(event);
      this.#turns++;
    };
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#sleeps.size + this.#limits.size > 0) {
      await this.#untilQuiet();
      const events = [...this.#sleeps, ...this.#limits];
      const next = events.reduce<Event | undefined>(
        (earliest, event) =>
          earliest !== undefined && earliest.due <= event.due ? earliest : event,
        undefined,
      );
      if (next === undefined) continue;
      this.#sleeps.delete(next);
      this.#limits.delete(next);
      this.#turns++;
      this.#time = Math.max(this.#time, next.due);
      next.happen();
    }
    this.#isRunning = false;
  }

  /** Waits for the answers that may still come. A sleeper is one for whom none has to come. */
  async #untilQuiet(): Promise<void> {
    await setImmediate();
    let looks = 0;
    for (let waited = 0; this.#limits.size > 0 && waited < hanging;) {
      const turns = this.#turns;
      const startedAt = performance.now();
      // Most answers are there at once. What takes longer, such as reading an archive, is done by
      // other threads, which a loop that never rests would keep from it.
      await (++looks < 50 ? setImmediate() : setTimeout(1));
      const elapsed = Math.min(performance.now() - startedAt, longestLook);
      waited = turns === this.#turns ? waited + elapsed : 0;
    }
  }
}
