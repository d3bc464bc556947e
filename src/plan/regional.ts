/** A value that may differ between regions. */
export class Regional<Value> {
  /** The value for all regions without their own. */
  readonly others: Value | undefined;
  readonly #own: ReadonlyMap<string, Value>;

  constructor(others: Value | undefined, own: ReadonlyMap<string, Value> = new Map()) {
    this.others = others;
    this.#own = own;
  }

  in(region: string): Value | undefined {
    return this.#own.get(region) ?? this.others;
  }

  /** The regions with their own value. */
  get regions(): string[] {
    return [...this.#own.keys()];
  }

  /** Transforms each value; undefined removes it. */
  map<Result>(work: (value: Value) => Result | undefined): Regional<Result> {
    const own = [...this.#own].flatMap(([region, value]): [string, Result][] => {
      const result = work(value);
      return result === undefined ? [] : [[region, result]];
    });
    return new Regional(this.others === undefined ? undefined : work(this.others), new Map(own));
  }

  get values(): Value[] {
    return [...this.#own.values(), ...(this.others === undefined ? [] : [this.others])];
  }
}
