/**
 * The one executable, as far as the machine allows: compiling needs a `denort`, which only Deno's own site has. Without
 * one, any PE image stands in for it. `deno compile` embeds the program in it all the same and says what it embeds; the
 * program is then run by the ordinary Deno from these files alone, with the executable's permissions.
 */
import { cp } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { NtExecutable, NtExecutableResource, Resource } from "resedit";
import { temporaryFolder } from "../src/folder_fixture.ts";
import { compileArguments, permissionsFor, TARGETS } from "./compile.ts";

const ROOT = new URL("..", import.meta.url);
const WINDOWS = "x86_64-pc-windows-msvc";
const PERMISSIONS = permissionsFor("x86_64-unknown-linux-gnu");
/** Embedding takes an image without the program's runtime too. */
const STAND_IN = fromRoot("testdata/windows/badhandle64.exe");
const EXAMPLE = await Deno.readTextFile(fromRoot("testdata/golden/documented-example.txt"));
/** Resource types of winuser.h. */
const RESOURCE = { data: 10, iconGroup: 14 } as const;

function fromRoot(path: string): string {
  return fileURLToPath(new URL(path, ROOT));
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(
  program: string,
  args: readonly string[],
  options: { cwd: string | URL; env?: Record<string, string> },
): Promise<Ended> {
  const command = new Deno.Command(program, {
    args: [...args],
    cwd: options.cwd,
    env: { NO_COLOR: "1", ...options.env },
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** `deno task compile` with these arguments. */
function compile(args: readonly string[], env: Record<string, string>): Promise<Ended> {
  return run(Deno.execPath(), ["run", "-A", "scripts/compile.ts", ...args], { cwd: ROOT, env });
}

/** The paths in the tree that `deno compile` prints, a line a file; `folder/*` is all of a folder. */
function embeddedPaths(listing: string): string[] {
  const folders: string[] = [];
  const paths: string[] = [];
  for (const line of listing.split("\n")) {
    const [, indent, branch, name] = /^([│ ]*)[├└]─([┬─])─? ?(\S+)/.exec(line) ?? [];
    if (indent === undefined || name === undefined) continue;
    folders.length = indent.length / 2;
    if (branch === "┬") folders.push(name);
    else paths.push([...folders, name].join("/"));
  }
  return paths;
}

/** Copies what the executable holds of the project, and nothing else, into a folder. */
async function copyEmbedded(folder: string): Promise<string[]> {
  const { code, stdout, stderr } = await run(
    Deno.execPath(),
    ["compile", "--no-check", ...compileArguments(WINDOWS, `${folder}/stand-in.exe`)],
    { cwd: ROOT, env: { DENORT_BIN: STAND_IN } },
  );
  assertEquals(code, 0, stderr);
  const paths = embeddedPaths(stdout + stderr);
  for (const path of paths.filter((path) => !path.startsWith(".deno_compile_node_modules"))) {
    const name = path.replace(/\/\*$/, "");
    await cp(fromRoot(name), `${folder}/${name}`, { recursive: true });
  }
  return paths;
}

/** Runs the program that lies in a folder as the executable would run: from elsewhere, with these permissions. */
async function runProgram(
  folder: string,
  permissions: readonly string[],
  args: readonly string[],
): Promise<Ended> {
  using elsewhere = temporaryFolder();
  return await run(
    Deno.execPath(),
    ["run", "--cached-only", "--no-lock", ...permissions, `${folder}/src/cli.ts`, ...args],
    { cwd: elsewhere.path },
  );
}

/** Whether there is a `denort` for this machine: named, or downloaded earlier. */
async function hasDenort(): Promise<boolean> {
  if (Deno.env.has("DENORT_BIN")) return true;
  const { stdout } = await run(Deno.execPath(), ["info", "--json"], { cwd: ROOT });
  const archive = `dl/release/v${Deno.version.deno}/denort-${Deno.build.target}.zip`;
  return await Deno.stat(`${JSON.parse(stdout).denoDir}/${archive}`).then(() => true, () => false);
}

Deno.test({
  name: "the executable prints the documented example from anywhere " +
    "[needs a denort: DENORT_BIN, or one that deno compile has downloaded]",
  ignore: !await hasDenort(),
  fn: async () => {
    using folder = temporaryFolder();
    const compiled = await compile(["--output", folder.path], {});
    assertEquals(compiled.code, 0, compiled.stderr);
    const executable = `${folder.path}/${TARGETS[Deno.build.target]}`;
    const example = await run(executable, ["example"], { cwd: folder.path });
    assertEquals(example, { code: 0, stdout: EXAMPLE, stderr: "" });
  },
});

Deno.test("compile says in one line that there is no denort, and exits with 3", async () => {
  using folder = temporaryFolder();
  const missing = { DENORT_BIN: `${folder.path}/missing` };
  const { code, stdout, stderr } = await compile(["--output", folder.path], missing);
  assertEquals([code, stdout], [3, ""]);
  assertMatch(stderr, /^compile: Cannot get denort for [\w-]+: .*; set DENORT_BIN to .*\n$/);
});

Deno.test("compile refuses what it cannot make before it begins, and exits with 2", async () => {
  const cases = [
    { args: ["--target", "sparc-sun-solaris"], stderr: 'Cannot compile for "sparc-sun-solaris": ' },
    { args: ["--target"], stderr: "--target" },
    { args: ["--all"], stderr: "Cannot compile for 6 targets: DENORT_BIN names the denort of one" },
  ];
  for (const { args, stderr } of cases) {
    const ended = await compile(args, { DENORT_BIN: STAND_IN });
    assertEquals([ended.code, ended.stdout], [2, ""]);
    assertMatch(ended.stderr, /^compile: .*\n$/);
    assertStringIncludes(ended.stderr, stderr);
  }
});

Deno.test("a Windows executable has an icon and version data beside the program", async () => {
  using folder = temporaryFolder();
  const args = ["--target", WINDOWS, "--output", folder.path];
  const { code, stderr } = await compile(args, { DENORT_BIN: STAND_IN });
  assertEquals([code, stderr], [0, ""]);
  const image = await Deno.readFile(`${folder.path}/${TARGETS[WINDOWS]}`);
  const { entries } = NtExecutableResource.from(NtExecutable.from(image));
  const { version } = JSON.parse(await Deno.readTextFile(fromRoot("deno.json")));
  const [info] = Resource.VersionInfo.fromEntries(entries);
  assertEquals(
    info?.getStringValues({ lang: 1033, codepage: 1200 }).ProductVersion,
    `${version}.0`,
  );
  assert(entries.some(({ type }) => type === RESOURCE.iconGroup));
  const program = entries.find(({ type }) => type === RESOURCE.data);
  assert((program?.bin.byteLength ?? 0) > 1_000_000, "the program is a resource of its own");
});

Deno.test("the executable embeds all that the program reads, and may do all that it does", async () => {
  using folder = temporaryFolder();
  const paths = await copyEmbedded(folder.path);
  assert(paths.includes("src/win32/_object_name_worker.ts"), paths.join("\n"));
  assert(!paths.some((path) => /_test\.ts$|resedit|deno-std|README/.test(path)), paths.join("\n"));

  const example = await runProgram(folder.path, PERMISSIONS, ["example"]);
  assertEquals(example, { code: 0, stdout: EXAMPLE, stderr: "" });
  const recording = `${folder.path}/leak.htrace`;
  const cases = [
    {
      args: ["debug", "emulated", "-c", "!htrace -enable; g; !htrace -diff; q", "--", "leak", "3"],
      stdout: "Displayed 0x3 ",
    },
    { args: ["record", "emulated", "-o", recording, "--", "leak", "3"], stdout: "Saved " },
    { args: ["show", recording, "--json"], stdout: '"badhandle"' },
    { args: ["processes", "emulated:kernel"], stdout: "badhandle.exe" },
    { args: ["symbols", "emulated"], stdout: "badhandle.pdb" },
    { args: ["symbolize", `${folder.path}/testdata/guest/ntdll.dll`, "0x1000"], stdout: "ntdll!" },
  ];
  for (const { args, stdout } of cases) {
    const ended = await runProgram(folder.path, PERMISSIONS, args);
    assertEquals([ended.code, ended.stderr], [0, ""], args.join(" "));
    assertStringIncludes(ended.stdout, stdout);
  }
  const run = ["run", "--target", "emulated", "--fail-on-leak", "--", "leak", "3"];
  const { code, stderr } = await runProgram(folder.path, PERMISSIONS, run);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "leaked 3 handles");
});

Deno.test("the executable may do nothing that it does not need", async () => {
  using folder = temporaryFolder();
  const image = `${folder.path}/badhandle.exe`;
  await Deno.copyFile(fromRoot("testdata/guest/badhandle.exe"), image);
  const pdb = await Deno.readFile(fromRoot("testdata/guest/badhandle.pdb"));
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(pdb),
  );
  // Reads an image, asks a symbol server for its PDB, and keeps that where the environment says.
  const symbolize = (permissions: readonly string[], round: number): Promise<Ended> => {
    const path = `srv*${folder.path}/${round}*http://127.0.0.1:${server.addr.port}`;
    return runProgram(fromRoot("."), permissions, [
      "symbolize",
      image,
      "0x1180",
      "--symbols",
      path,
    ]);
  };
  const { code, stdout } = await symbolize(PERMISSIONS, PERMISSIONS.length);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "badhandle!main ");
  for (const [round, permission] of PERMISSIONS.entries()) {
    if (permission === "--no-prompt") continue;
    const { code, stderr } = await symbolize(PERMISSIONS.toSpliced(round, 1), round);
    assertEquals(code, 3);
    assertStringIncludes(stderr, `run again with the ${permission} flag`);
  }
});
