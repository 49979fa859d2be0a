/**
 * Test helper: the files that `deno publish` uploads.
 *
 * @module
 */
const ROOT = new URL("../", import.meta.url);

/** Their paths, relative to the project's root. */
export async function publishedFiles(): Promise<string[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["publish", "--dry-run", "--allow-dirty", "--no-check"], // `deno task check` checks the types
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success) throw new Error(text);
  const listed = text.matchAll(/^ +(file:.*) \([\d.]+[KM]?B\)$/gm);
  return Array.from(listed, ([, url = ""]) => url.slice(ROOT.href.length)).toSorted();
}
