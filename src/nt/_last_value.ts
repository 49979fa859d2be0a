/**
 * Caches the value made last.
 *
 * @module
 */

/** The value made last, by its key: for results from memory that does not change and that are needed again soon. */
export class LastValue<Value> {
  #last: { readonly key: bigint; readonly value: Value } | undefined;

  /** The value of a key; made anew if another one was made last. */
  of(key: bigint, make: () => Value): Value {
    if (this.#last?.key !== key) this.#last = { key, value: make() };
    return this.#last.value;
  }
}
