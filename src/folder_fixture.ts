/**
 * Test help: folders of a test's own.
 *
 * @module
 */

/** A folder that is removed with what is in it. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const path = Deno.makeTempDirSync({ prefix: "htrace-" });
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

/** Runs a test with a folder of its own. */
export async function withFolder(test: (folder: string) => Promise<void> | void): Promise<void> {
  using folder = temporaryFolder();
  await test(folder.path);
}
