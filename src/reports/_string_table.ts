/**
 * Texts by number, as columnar formats refer to them.
 *
 * @module
 */

/** Texts in the order of their first use. */
export class StringTable {
  readonly #numbers = new Map<string, number>();

  /** Starts with these texts. */
  constructor(...texts: readonly string[]) {
    for (const text of texts) this.number(text);
  }

  /** All texts, in the order of their numbers. */
  get texts(): string[] {
    return [...this.#numbers.keys()];
  }

  /** The number of a text, new or known. */
  number(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) this.#numbers.set(text, number = this.#numbers.size);
    return number;
  }
}
