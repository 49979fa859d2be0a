/**
 * Files that ship with the program and that no import names: the guest's images, the recorder's DLLs, workers.
 *
 * They are located only relative to this module, because it is in `src/` wherever the program is: beside the sources, in
 * the executable, at a URL, and in a bundle, which is in `src/` of the npm package for this reason.
 *
 * @module
 */

const ROOT = new URL("../", import.meta.url);

/** The URL of a file of the project, by its path from the project's root. */
export function packageFile(path: string): URL {
  return new URL(path, ROOT);
}

/**
 * The URL of a module that is run as a worker. Beside a bundle it is also a bundle: a JavaScript file of the same name.
 */
export function workerModule(path: string): URL {
  const isBundled = !import.meta.url.endsWith(".ts");
  return packageFile(isBundled ? path.replace(/\.ts$/, ".js") : path);
}
