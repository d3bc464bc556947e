import { inspect } from 'node:util';

const hidden = '***';

/**
 * A value that must not be shown. It turns into stars wherever it is printed, joined or serialised
 * by accident; `reveal` is the only way to the value, so a search for it finds every use.
 */
export class SecretValue {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  get isEmpty(): boolean {
    return this.#value === '';
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [inspect.custom](): string {
    return hidden;
  }
}
