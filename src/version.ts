/**
 * The version of this program.
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };

/** In the form of semantic versioning, such as `0.2.0`. */
export const VERSION: string = config.version;
