/**
 * Keeping what was made last.
 *
 * @module
 */

/** The value that was made last, by its key: for questions about memory that does not change, asked again soon. */
export class LastValue<Value> {
  #last: { readonly key: bigint; readonly value: Value } | undefined;

  /** The value of a key; made where another one was made last. */
  of(key: bigint, make: () => Value): Value {
    if (this.#last?.key !== key) this.#last = { key, value: make() };
    return this.#last.value;
  }
}
