/**
 * Buffers of one size that are used again and again. New ones would lie about until the next garbage
 * collection, tens of megabytes of them.
 */
export class Buffers {
  readonly size: number;
  readonly #free: Buffer[] = [];

  constructor(size: number) {
    this.size = size;
  }

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.size);
  }

  /** Takes back a buffer, or a part of one, which nobody may read any more. Others are passed over. */
  giveBack({ buffer }: Buffer): void {
    if (buffer instanceof ArrayBuffer && buffer.byteLength === this.size) {
      this.#free.push(Buffer.from(buffer));
    }
  }
}
