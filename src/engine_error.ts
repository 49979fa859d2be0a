/**
 * What the WASM module could not do.
 *
 * @module
 */

/** The engine refused its input, or failed: a log that is not what its layout says, a damaged symbol file. */
export class EngineError extends TypeError {
  /** Creates the error with the user's sentence. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "EngineError";
  }
}
