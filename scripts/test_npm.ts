/**
 * Builds the npm package, installs it from its tarball into an empty folder and runs it there: `deno task test:npm`.
 *
 * The tested package is installed without the registry, from npm's cache; the registry is used once, before that.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../src/folder_fixture.ts";
import { makePackage } from "./npm/make.ts";
import { NAME } from "./npm/manifest.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** The other runtime that the library is tested with, also from npm. */
const BUN = "bun@1.4.5";

/** Tests of the package, and those of the executable that do not concern its file. */
const TESTS = [
  "tests/npm",
  "tests/executable/mcp_test.ts",
  "tests/executable/scenarios_test.ts",
  "tests/executable/surroundings_test.ts",
];

const IS_WINDOWS = Deno.build.os === "windows";
const NPM = IS_WINDOWS ? ["cmd", "/c", "npm"] : ["npm"];

/** Runs npm in a folder; throws an Error with npm's message. */
async function npm(folder: string, ...args: string[]): Promise<void> {
  const [program = "", ...words] = NPM;
  const { success, stderr } = await new Deno.Command(program, {
    args: [...words, ...args, "--prefix", folder, "--no-audit", "--no-fund", "--loglevel=error"],
    cwd: folder,
  }).output();
  if (!success) throw new Error(`npm ${args[0]}: ${new TextDecoder().decode(stderr).trim()}`);
}

/** An empty folder to install a package into. */
async function installed(folder: string, packageName: string, ...options: string[]): Promise<void> {
  await Deno.mkdir(folder);
  await npm(folder, "install", packageName, ...options);
}

using scratch = temporaryFolder();
const made = `${ROOT}dist/npm`;
await makePackage(made);
await npm(made, "pack", "--pack-destination", scratch.path);
const tarballs = Array.from(Deno.readDirSync(scratch.path), ({ name }) => name);
const tarball = `${scratch.path}/${tarballs[0]}`;
console.log(`${tarballs.join()}: ${Deno.statSync(tarball).size} bytes`);

await installed(`${scratch.path}/online`, tarball);
await installed(`${scratch.path}/offline`, tarball, "--offline");
await installed(`${scratch.path}/bun`, BUN);

const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["test", "-A", "--parallel", ...TESTS],
  cwd: ROOT,
  env: {
    HTRACE_PACKAGE: `${scratch.path}/offline/node_modules/${NAME}`,
    HTRACE_BUN: `${scratch.path}/bun/node_modules/bun/bin/bun.exe`, // its name on every system
  },
}).spawn().status;
scratch[Symbol.dispose]();
Deno.exit(code);
