/**
 * Test helper: temporary folders for tests.
 *
 * @module
 */

/** A folder that is removed with its contents. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const path = Deno.makeTempDirSync({ prefix: "htrace-" });
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

/** Runs a test with its own folder. */
export async function withFolder(test: (folder: string) => Promise<void> | void): Promise<void> {
  using folder = temporaryFolder();
  await test(folder.path);
}
