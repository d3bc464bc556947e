/** A value that may differ from region to region. */
export class Regional<Value> {
  /** The value of every region that has none of its own. */
  readonly others: Value | undefined;
  readonly #own: ReadonlyMap<string, Value>;

  constructor(others: Value | undefined, own: ReadonlyMap<string, Value> = new Map()) {
    this.others = others;
    this.#own = own;
  }

  in(region: string): Value | undefined {
    return this.#own.get(region) ?? this.others;
  }

  /** The regions that have a value of their own. */
  get regions(): string[] {
    return [...this.#own.keys()];
  }

  /** What `work` makes of each value; undefined is none. */
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
