/**
 * Building the executable without a `denort`: any PE image stands in for it. `deno compile` still embeds the program in
 * it and lists what it embeds; the ordinary Deno then runs the program from only these files, with the executable's
 * permissions. The executable itself is tested in `tests/executable`.
 */
import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { NtExecutable, NtExecutableResource, Resource } from "resedit";
import { temporaryFolder } from "../src/folder_fixture.ts";
import { compileArguments, flagsFor, permissionsFor, TARGETS } from "./compile.ts";
import { PROGRAM_ENTRY, PROGRAM_WORKERS, runTimeFiles, writeProgram } from "./program.ts";

const ROOT = new URL("..", import.meta.url);
const WINDOWS = "x86_64-pc-windows-msvc";
const PERMISSIONS = permissionsFor("x86_64-unknown-linux-gnu");
/** Embedding also accepts an image without the program's runtime. */
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
    env: { NO_COLOR: "1", FORCE_COLOR: "", ...options.env },
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** `deno task compile` with these arguments. */
function compile(args: readonly string[], env: Record<string, string>): Promise<Ended> {
  return run(Deno.execPath(), ["run", "-A", "scripts/compile.ts", ...args], { cwd: ROOT, env });
}

/** The paths in the tree that `deno compile` prints, one line per file; `folder/*` is a whole folder. */
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

/** Copies what the executable contains, and nothing else, into a folder. */
async function copyEmbedded(folder: string): Promise<string[]> {
  using program = temporaryFolder();
  await writeProgram(program.path);
  const { code, stdout, stderr } = await run(
    Deno.execPath(),
    ["compile", ...compileArguments(WINDOWS, `${folder}/stand-in.exe`)],
    { cwd: program.path, env: { DENORT_BIN: STAND_IN } },
  );
  assertEquals(code, 0, stderr);
  const paths = embeddedPaths(stdout + stderr);
  for (const path of paths) {
    const name = path.replace(/\/\*$/, "");
    await cp(`${program.path}/${name}`, `${folder}/${name}`, { recursive: true });
  }
  return paths;
}

/** Runs the program in a folder as the executable would run: from elsewhere, with these permissions. */
async function runProgram(
  folder: string,
  permissions: readonly string[],
  args: readonly string[],
  entry: string = PROGRAM_ENTRY,
): Promise<Ended> {
  using elsewhere = temporaryFolder();
  return await run(
    Deno.execPath(),
    ["run", "--cached-only", "--no-lock", ...permissions, `${folder}/${entry}`, ...args],
    { cwd: elsewhere.path },
  );
}

Deno.test("compile says in one line that there is no denort, and exits with 3", async () => {
  using folder = temporaryFolder();
  const missing = { DENORT_BIN: `${folder.path}/missing` };
  const { code, stdout, stderr } = await compile(["--output", folder.path], missing);
  assertEquals([code, stdout], [3, ""]);
  assertMatch(stderr, /^compile: Cannot get denort for [\w-]+: .*; set DENORT_BIN to .*\n$/);
});

Deno.test("compile rejects what it cannot build before it begins, and exits with 2", async () => {
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

Deno.test("a Windows executable has an icon and version data besides the program", async () => {
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

Deno.test("the same sources give the same bytes, from another folder at another time", async () => {
  const tree = ["deno.json", "deno.lock", "assets", "scripts", "src", "wasm", ...runTimeFiles()];
  const made: Uint8Array[] = [];
  for (const name of ["some", "some/other"]) {
    using folder = temporaryFolder();
    const root = `${folder.path}/${name}`;
    for (const path of tree) {
      const filter = (name: string): boolean => !/\/(?:target|node_modules)$/.test(name);
      await cp(fromRoot(path), `${root}/${path}`, { recursive: true, filter });
    }
    const script = ["run", "-A", `${root}/scripts/compile.ts`, "--target", WINDOWS];
    const env = { DENORT_BIN: STAND_IN, SOURCE_DATE_EPOCH: "1700000000" };
    const { code, stderr } = await run(Deno.execPath(), [...script, "--output", root], {
      cwd: root,
      env,
    });
    assertEquals([code, stderr], [0, ""]);
    made.push(await Deno.readFile(`${root}/${TARGETS[WINDOWS]}`));
  }
  const [one, other] = await Promise.all(
    made.map((bytes) => crypto.subtle.digest("SHA-256", bytes.slice())),
  );
  assertEquals(new Uint8Array(one!), new Uint8Array(other!));
});

Deno.test("the executable embeds everything that the program reads, and may do everything it does", async () => {
  using folder = temporaryFolder();
  const paths = await copyEmbedded(folder.path);
  assertEquals(paths, ["LICENSES.txt", "recorder/*", "src/*", "testdata/*"]); // each as a whole
  for (const path of [PROGRAM_ENTRY, ...PROGRAM_WORKERS, ...runTimeFiles()]) {
    assert(existsSync(`${folder.path}/${path}`), path);
  }

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
  // Reads an image, requests its PDB from a symbol server, and stores it where the environment says.
  const symbolize = (permissions: readonly string[], round: number): Promise<Ended> => {
    const path = `srv*${folder.path}/${round}*http://127.0.0.1:${server.addr.port}`;
    const args = ["symbolize", image, "0x1180", "--symbols", path];
    return runProgram(fromRoot("."), permissions, args, "src/cli.ts");
  };
  const { code, stdout } = await symbolize(PERMISSIONS, PERMISSIONS.length);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "badhandle!main ");
  for (const [round, permission] of PERMISSIONS.entries()) {
    if (!permission.startsWith("--allow-")) continue;
    const { code, stderr } = await symbolize(PERMISSIONS.toSpliced(round, 1), round);
    assertEquals(code, 3);
    assertStringIncludes(stderr, `run again with the ${permission.split("=")[0]} flag`);
  }
});

Deno.test("a user's regular expression takes time linear in the names it is matched with", async () => {
  const report = (focus: string): Promise<Ended> => {
    const args = ["report", "emulated", "--focus", focus, "--", "leak", "1"];
    return runProgram(fromRoot("."), flagsFor("x86_64-unknown-linux-gnu"), args, "src/cli.ts");
  };
  assertStringIncludes((await report("^badhandle!open_.+t$")).stdout, "badhandle!open_event");
  assertEquals((await report("(.+)+(.+)+(.+)+\\?$")).code, 0); // 30 letters would take years
  const { code, stderr } = await report("(?=.)\\?");
  assertEquals(code, 2);
  assertStringIncludes(stderr, '"(?=.)\\?": it needs backtracking; leave look-ahead, ');
});

Deno.test("the tasks that run htrace from source have the flags of the executable", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(fromRoot("deno.json")));
  for (const [task, words] of [["htrace", ""], ["example", " example"]] as const) {
    const command = tasks[task].command.replaceAll('"', "");
    assertEquals(command, `deno run ${flagsFor(WINDOWS).join(" ")} src/cli.ts${words}`);
  }
});

Deno.test("the executable may read the variables that the sources name, and no others", async () => {
  const named = new Set<string>();
  for await (const path of sourcesIn(fromRoot("src"))) {
    const text = await Deno.readTextFile(path);
    for (const [, name = ""] of text.matchAll(/(?:env\.|[^.\w])get\("([\w()]+)"\)/g)) {
      named.add(name);
    }
  }
  const allowed = PERMISSIONS.find((flag) => flag.startsWith("--allow-env="))?.slice(12).split(",");
  for (const name of ["HOME", "XDG_CACHE_HOME", "ProgramData", "SystemRoot"]) {
    assert(named.has(name), `${name} is read`);
  }
  for (const name of named) assert(allowed?.includes(name), `${name} is allowed`);
});

/** The program's sources, without tests. */
async function* sourcesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* sourcesIn(`${folder}/${name}`);
    else if (/\.ts$/.test(name) && !/_(test|testing|fixture|bench|suite)\.ts$/.test(name)) {
      yield `${folder}/${name}`;
    }
  }
}
