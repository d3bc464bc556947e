/**
 * Buffers of one size that are used again and again. New ones would lie about until the next garbage
 * collection, tens of megabytes of them.
 */
export class Buffers {
  readonly size: number;
  readonly #free: Buffer[] = [];
  readonly #own = new WeakSet<ArrayBufferLike>();

  constructor(size: number) {
    this.size = size;
  }

  take(): Buffer {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const made = Buffer.allocUnsafeSlow(this.size);
    this.#own.add(made.buffer);
    return made;
  }

  /** Takes back a buffer, or a part of one, which nobody may read any more. Others are passed over. */
  giveBack({ buffer }: Buffer): void {
    if (this.#own.has(buffer)) this.#free.push(Buffer.from(buffer));
  }
}
