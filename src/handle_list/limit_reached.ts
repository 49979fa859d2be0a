/**
 * Texts that hold more than is kept of one.
 *
 * @module
 */

/** A limit of a text was reached: caught where the name of the text is known. */
export class LimitReached extends RangeError {
  /** Creates the error for so many of something. */
  constructor(what: string, limit: number) {
    super(`more than ${limit.toLocaleString("en-US")} ${what}`);
    this.name = "LimitReached";
  }
}
