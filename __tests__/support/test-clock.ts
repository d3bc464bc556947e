import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Clock } from '../../src/time/clock.js';

/** Milliseconds of real time after which a request counts as hanging. */
const hanging = 400;
/** The same if the server reports that it will not respond. Earlier responses have arrived by then. */
const stalled = 80;
/** Start of the monotonic clock. It is not a date, so that nobody uses it as one. */
const monotonicStart = 5000;
/**
 * Maximum milliseconds of real time to count for one check for a response. If the machine is busy, a missing response does not
 * mean that there will be none.
 */
const longestLook = 5;

interface Event {
  readonly due: number;
  /** Runs at the due time. */
  readonly happen: () => void;
}

/**
 * A clock that jumps to the next event when nothing else can happen. Each request has a time limit. While there are limits, a
 * response may still arrive, so the clock stands still until there was no response for a while in real time.
 */
export class TestClock implements Clock {
  #time = monotonicStart;
  readonly #epoch: number;
  #wallError = 0;
  readonly #random: () => number;
  readonly #sleeps = new Set<Event>();
  readonly #limits = new Set<Event>();
  #isRunning = false;
  #isStalled = (): boolean => false;
  /** Counts everything that starts or ends, to detect whether anything happened. */
  #turns = 0;

  constructor({
    time = Date.UTC(2026, 0, 1),
    random = () => 0.5,
  }: { time?: number; random?: () => number } = {}) {
    this.#epoch = time - monotonicStart;
    this.#random = random;
  }

  now = (): number => this.#time;

  /** Milliseconds since the epoch, unless a test sets the clock. */
  trueTime = (): number => this.#time + this.#epoch;

  wallTime = (): number => this.trueTime() + this.#wallError;

  /** Sets the system clock forward or back. */
  jump(milliseconds: number): void {
    this.#wallError += milliseconds;
  }

  random = (): number => this.#random();

  /** Sets how to find out whether the server will not respond to any of its requests. */
  watch(isStalled: () => boolean): void {
    this.#isStalled = isStalled;
  }

  pass(milliseconds: number): void {
    this.#time += milliseconds;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const abort = (): void => {
        end();
        reject(signal?.reason as Error);
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

  /** Waits for responses that may still arrive. */
  async #untilQuiet(): Promise<void> {
    await setImmediate();
    let looks = 0;
    const isOver = (waited: number): boolean => waited >= (this.#isStalled() ? stalled : hanging);
    for (let waited = 0; this.#limits.size > 0 && !isOver(waited);) {
      const turns = this.#turns;
      const startedAt = performance.now();
      // Most responses arrive at once. Slower work, such as reading an archive, runs in other threads. A loop without a
      // pause would block them.
      await (++looks < 50 ? setImmediate() : setTimeout(1));
      const elapsed = Math.min(performance.now() - startedAt, longestLook);
      waited = turns === this.#turns ? waited + elapsed : 0;
    }
  }
}
