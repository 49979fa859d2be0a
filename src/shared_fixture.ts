/**
 * The folder `shared` beside the project: real third-party files and the truth about them, see `testdata/README.md`.
 * Tests that need it say so and are ignored if it is missing.
 *
 * @module
 */
export const SHARED: URL = new URL("../../shared/", import.meta.url);
