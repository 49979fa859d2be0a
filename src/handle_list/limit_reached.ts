/**
 * The error of a text that has more of something than is kept.
 *
 * @module
 */

/** A text has reached a limit; callers that know the text's name catch this. */
export class LimitReached extends RangeError {
  /** Creates the error for more than `limit` of something. */
  constructor(what: string, limit: number) {
    super(`more than ${limit.toLocaleString("en-US")} ${what}`);
    this.name = "LimitReached";
  }
}
