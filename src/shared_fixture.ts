/**
 * The folder `shared` beside the project: real files of other people's and what is true of them, see
 * `testdata/README.md`. Tests that need it say so and are ignored where it is missing.
 *
 * @module
 */
export const SHARED: URL = new URL("../../shared/", import.meta.url);
