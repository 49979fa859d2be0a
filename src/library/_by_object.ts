/**
 * Values by the type and the name of objects.
 *
 * @module
 */

/** Without a text of both for each: a list may have hundreds of thousands of long names. */
export class ByObject<Value> {
  readonly #types = new Map<string, Map<string, Value>>();
  readonly #values: Value[] = [];

  /** The value of a type and a name, `make`'s where there is none so far. */
  get(type: string, name: string, make: () => Value): Value {
    let names = this.#types.get(type);
    if (names === undefined) this.#types.set(type, names = new Map());
    let value = names.get(name);
    if (value === undefined) {
      names.set(name, value = make());
      this.#values.push(value);
    }
    return value;
  }

  /** All values, in the order in which they were made. */
  get values(): readonly Value[] {
    return this.#values;
  }
}
