import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/time/clock.js';

/** How long a request may really hang before its time limit is taken to have passed. */
const hanging = 60;

/**
 * Time that passes when somebody sleeps. Sleeps that begin together end together, as real ones do.
 * The time limit of a request passes only where no answer comes for a moment of real time.
 */
export class TestClock implements Clock {
  #time: number;
  #random: () => number;

  constructor({
    time = Date.UTC(2026, 0, 1),
    random = () => 0.5,
  }: { time?: number; random?: () => number } = {}) {
    this.#time = time;
    this.#random = random;
  }

  now = (): number => this.#time;

  random = (): number => this.#random();

  pass(milliseconds: number): void {
    this.#time += milliseconds;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const due = this.#time + milliseconds;
    await setImmediate(undefined, { signal });
    this.#time = Math.max(this.#time, due);
  }

  after(milliseconds: number, callback: () => void): () => void {
    const due = this.#time + milliseconds;
    const timer = setTimeout(() => {
      this.#time = Math.max(this.#time, due);
      callback();
    }, hanging);
    return () => {
      clearTimeout(timer);
    };
  }
}
