/**
 * Numbered strings, each distinct one stored once.
 *
 * @module
 */
import { ownCopy } from "../handle_list/own_copy.ts";
import { LimitReached } from "../handle_list/limit_reached.ts";
import { LOG_LIMITS } from "./limits.ts";

/** Names of modules and symbols in a text. Number 0 stands for no name. */
export class StringTable {
  readonly #numbers = new Map<string, number>();
  readonly #strings: string[] = [""];
  #chars = 0;

  /** The number of a string, which is added if it is new; 0 for none. */
  intern(text: string | undefined): number {
    if (text === undefined || text === "") return 0;
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    if (this.#strings.length >= LOG_LIMITS.names) throw new LimitReached("names", LOG_LIMITS.names);
    this.#chars += text.length;
    if (this.#chars > LOG_LIMITS.nameChars) {
      throw new LimitReached("characters of names", LOG_LIMITS.nameChars);
    }
    const copy = ownCopy(text);
    const number = this.#strings.length;
    this.#strings.push(copy);
    this.#numbers.set(copy, number);
    return number;
  }

  /** The string with a number; undefined for 0 and for unused numbers. */
  get(number: number): string | undefined {
    return number === 0 ? undefined : this.#strings[number];
  }
}
