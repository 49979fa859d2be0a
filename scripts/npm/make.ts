/**
 * Builds the npm package: `deno task npm [--output <folder>]`, in `dist/npm` by default.
 *
 * The same sources give the same bytes, at any time and in any place.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { flagsFor } from "../compile.ts";
import { bundled, licenses, runTimeFiles, WORKERS } from "../program.ts";
import { bundle, nodeLibrary, transpiled } from "./bundles.ts";
import { declarations } from "./declarations.ts";
import { manifest, NAME } from "./manifest.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The permissions by Node.js' name for the system, for the launcher. */
export const PERMISSIONS: Readonly<Record<string, readonly string[]>> = {
  win32: flagsFor("x86_64-pc-windows-msvc"),
  others: flagsFor("x86_64-unknown-linux-gnu"),
};

/** Builds the package in a folder, replacing what is there. */
export async function makePackage(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch(unlessMissing);
  const files = new Map<string, string | Uint8Array>([
    ["package.json", json(manifest())],
    ["README.md", read("scripts/npm/PACKAGE.md")],
    ["LICENSE", read("LICENSE")],
    ["LICENSES.txt", licenses()],
    ["bin/htrace.js", transpiled("scripts/npm/launcher.ts")],
    ["bin/permissions.json", json(PERMISSIONS)],
    ["src/cli.js", await bundle("src/cli.ts")],
    ["src/mod.js", await nodeLibrary("mod.ts")],
    ["src/deno.js", transpiled("scripts/npm/node/deno.ts")],
    ["src/older_node.js", await bundle("scripts/npm/node/older_node.ts", "--minify")],
  ]);
  for (const [path, text] of await declarations("mod.ts", NAME)) files.set(`types/${path}`, text);
  for (const path of WORKERS) files.set(bundled(path), await bundle(path));
  for (const path of runTimeFiles()) files.set(path, read(path));
  for (const [path, content] of files) {
    await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
    if (typeof content === "string") await Deno.writeTextFile(join(folder, path), content);
    else await Deno.writeFile(join(folder, path), content);
  }
  if (Deno.build.os !== "windows") await Deno.chmod(join(folder, "bin/htrace.js"), 0o755);
}

function read(path: string): Uint8Array {
  return Deno.readFileSync(ROOT + path);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { output: { type: "string", default: "dist/npm" } } });
  await makePackage(values.output);
  console.log(values.output);
}
