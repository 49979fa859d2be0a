/**
 * Files that the program has with it and that no import names: the guest's images, the recorder's DLLs, workers.
 *
 * They are found from this module alone, because it stands in `src/` wherever the program is: beside the sources, in
 * the executable, at a URL, and in a bundle, which stands in `src/` of the npm package for this reason.
 *
 * @module
 */

const ROOT = new URL("../", import.meta.url);

/** Where a file of the project is, by its path from the project's root. */
export function packageFile(path: string): URL {
  return new URL(path, ROOT);
}

/** Where a module is that is run as a worker. Beside a bundle it is one, too: a file of JavaScript of the same name. */
export function workerModule(path: string): URL {
  const isBundled = !import.meta.url.endsWith(".ts");
  return packageFile(isBundled ? path.replace(/\.ts$/, ".js") : path);
}
