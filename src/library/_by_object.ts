/**
 * Values by an object's type and name.
 *
 * @module
 */

/** A map without a combined key for each entry: a list may have hundreds of thousands of long names. */
export class ByObject<Value> {
  readonly #types = new Map<string, Map<string, Value>>();
  readonly #values: Value[] = [];

  /** The value of a type and a name; `make` creates a missing one. */
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

  /** All values, in the order of their creation. */
  get values(): readonly Value[] {
    return this.#values;
  }
}
