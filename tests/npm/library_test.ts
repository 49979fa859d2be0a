/** The library under Node.js and Bun: the program `use_library.mjs` must print the same there as under Deno. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { temporaryFolder } from "../../src/folder_fixture.ts";
import { SHARED } from "../../src/shared_fixture.ts";
import { APP, BUN, type Ended, packageTest, ROOT, run } from "./_package.ts";

/** The runtimes that run a program for which the package is installed. */
const RUNTIMES: Readonly<Record<string, readonly string[]>> = {
  "Node.js": ["node"],
  Bun: [BUN],
};
const DENO = [Deno.execPath(), "run", "-A", "--no-lock"];

/** The library's sources, for Deno. */
const SOURCES = new URL("../../mod.ts", import.meta.url).href;
const PROGRAM = `${ROOT}tests/npm/use_library.mjs`;

/** Real third-party dumps, if the folder beside the project exists. */
const MINIDUMPS = new URL("data/minidumps/", SHARED);

/** A folder with a target of every kind that is a file. */
async function writeTargets(folder: string): Promise<void> {
  const htrace = (...args: string[]): Promise<unknown> =>
    run(["node", `${APP}/node_modules/htrace/bin/htrace.js`, ...args], { cwd: folder });
  await htrace("record", "emulated", "-o", "leak.htrace", "--", "leak", "3");
  await htrace("convert", "leak.htrace", "-o", "leak.dmp");
  await htrace("debug", "emulated:kernel", "-c", ".dump /f kernel.dmp; q");
  for (const text of ["logs/ticket.txt", "logs/handles-monday.txt", "logs/stop.txt"]) {
    await Deno.copyFile(`${ROOT}testdata/${text}`, `${folder}/${text.slice("logs/".length)}`);
  }
  for (const { name } of Deno.readDirSync(`${ROOT}testdata/recorder`)) {
    if (name.endsWith(".gz")) await unpack(`${ROOT}testdata/recorder/${name}`, folder);
  }
  for (const { name } of isThere(MINIDUMPS) ? Deno.readDirSync(MINIDUMPS) : []) {
    if (name.endsWith(".dmp")) await Deno.copyFile(new URL(name, MINIDUMPS), `${folder}/${name}`);
  }
}

async function unpack(path: string, folder: string): Promise<void> {
  const name = path.slice(path.lastIndexOf("/") + 1, -".gz".length);
  const file = await Deno.open(path);
  const bytes = file.readable.pipeThrough(new DecompressionStream("gzip"));
  await Deno.writeFile(`${folder}/${name}`, bytes);
}

function isThere(url: URL): boolean {
  try {
    return Deno.statSync(url).isDirectory;
  } catch {
    return false;
  }
}

/** A symbol server with the guest's PDBs. */
function serveSymbols(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const name = new URL(request.url).pathname.split("/").at(-1);
    return await Deno.readFile(`${ROOT}testdata/guest/${name}`)
      .then((bytes) => new Response(bytes), () => new Response("not here", { status: 404 }));
  });
}

/** Runs the program in its own folder; returns its output without the times of reading. */
async function useLibrary(
  command: readonly string[],
): Promise<Ended & { readonly files: readonly string[] }> {
  using folder = temporaryFolder();
  await Deno.copyFile(`${ROOT}testdata/guest/badhandle.exe`, `${folder.path}/badhandle.exe`);
  if (Deno.build.os !== "windows") await run(["mkfifo", "pipe"], { cwd: folder.path });
  const ended = await run(command, { cwd: folder.path });
  const files = Array.from(Deno.readDirSync(folder.path), ({ name }) => name).toSorted();
  return { ...ended, stdout: ended.stdout.replaceAll(/"readAt":"[^"]+"/g, '"readAt":""'), files };
}

packageTest(
  "the library does the same under Node.js, Bun and Deno as the sources under Deno",
  async () => {
    using targets = temporaryFolder();
    await writeTargets(targets.path);
    await Deno.copyFile(PROGRAM, `${APP}/use_library.mjs`); // there "htrace" resolves to the package
    await using server = serveSymbols();
    const args = [targets.path, `http://127.0.0.1:${server.addr.port}`];
    const wanted = await useLibrary([...DENO, PROGRAM, SOURCES, ...args]);
    assertEquals([wanted.code, wanted.stderr], [0, ""]);
    assertStringIncludes(wanted.stdout, "badhandle!main");
    for (const runtime of [...Object.values(RUNTIMES), DENO]) {
      const found = await useLibrary([...runtime, `${APP}/use_library.mjs`, "htrace", ...args]);
      assertEquals(found, wanted, runtime[0]);
    }
  },
);

for (const [name, runtime] of Object.entries(RUNTIMES)) {
  packageTest(`calls that need Windows say under ${name} that they need Deno`, async () => {
    using temporary = temporaryFolder(); // the recorder creates its log before it calls Windows
    const program = `import "node:os"; // which has already detected the system
      Object.defineProperty(process, "platform", { value: "win32" });
      const { liveProcesses, openTarget, launchProgram } = await import("htrace");
      for (const call of [
        () => openTarget("1234"), () => openTarget("dbgeng:1234"), () => liveProcesses(),
        () => launchProgram(["a.exe"]), () => launchProgram(["a.exe"], undefined, { recorder: {} }),
      ]) {
        try { await call(); } catch (error) { console.log(error.name + ": " + error.message); }
      }`;
    const path = `${APP}/needs_deno_${name.slice(0, 3)}.mjs`;
    await Deno.writeTextFile(path, program);
    const { code, stdout, stderr } = await run([...runtime, path], {
      cwd: APP,
      env: { TMPDIR: temporary.path },
    });
    assertEquals([code, stderr], [0, ""]);
    const lines = stdout.trimEnd().split("\n");
    assertEquals(lines.length, 5, stdout);
    for (const line of lines) assertMatch(line, /^\w+Error: Cannot .* Deno/);
  });
}

packageTest("nothing is added to the global scope except language features", async () => {
  const program = `const before = new Set(Reflect.ownKeys(globalThis));
    await import("htrace");
    console.log(Reflect.ownKeys(globalThis).filter((name) => !before.has(name)).join());`;
  await Deno.writeTextFile(`${APP}/globals.mjs`, program);
  const { stdout } = await run(["node", `${APP}/globals.mjs`], { cwd: APP });
  const language = ["Iterator", "DisposableStack", "AsyncDisposableStack", "SuppressedError"];
  language.push("__core-js_shared__"); // several copies of it share their state there
  const added = stdout.trim().split(",").filter((name) => name !== "");
  assertEquals(added.filter((name) => !language.includes(name)), []);
});
