import { inspect } from 'node:util';

const hidden = '***';

/**
 * A value that must not be shown. If code prints, joins or serializes it by accident, it becomes stars.
 * Only `reveal` returns the value, so a search for `reveal` finds every use.
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
