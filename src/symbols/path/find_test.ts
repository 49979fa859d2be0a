import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { withFolder } from "../../folder_fixture.ts";
import {
  INDEX,
  MODULE,
  moduleWithPdb,
  namesIn,
  notFound,
  reader,
  RIGHT,
  search,
  Server,
  storeFile,
  test,
  write,
} from "./_finder_testing.ts";

test("SymbolFinder finds a PDB in a plain folder", async (folder) => {
  await write(join(folder, "demo.pdb"), RIGHT);
  assertEquals((await search(folder)).text, RIGHT);
});

test("SymbolFinder leaves another build where it is and says so", async (folder) => {
  await write(join(folder, "demo.pdb"), "yesterday's build");
  const found = await search(folder);
  assertEquals(found.pdb, undefined);
  assertEquals(found.notes, [`${join(folder, "demo.pdb")}: it is another build`]);
});

test("SymbolFinder accepts another build when forced to", async (folder) => {
  await write(join(folder, "demo.pdb"), "yesterday's build");
  assertEquals((await search(folder, { force: true })).text, "yesterday's build");
});

test("SymbolFinder reads one-tier and two-tier stores", async (folder) => {
  await write(storeFile(join(folder, "one")), RIGHT);
  await write(join(folder, "two", "index2.txt"), "");
  await write(storeFile(join(folder, "two"), "demo.pdb", ["de"]), RIGHT);
  assertEquals((await search(`cache*${join(folder, "one")}`)).text, RIGHT);
  assertEquals((await search(`cache*${join(folder, "two")}`)).text, RIGHT);
});

test("SymbolFinder expands a compressed PDB beside the image into the nearest store", async (folder) => {
  const module = { ...MODULE, path: join(folder, "bin", "demo.exe") };
  await write(join(folder, "bin", "demo.pd_"), `packed:${RIGHT}`);
  const store = join(folder, "store");
  const found = await search(`cache*${store}`, {}, module);
  assertEquals([found.text, found.origin], [RIGHT, join(folder, "bin", "demo.pd_")]);
  assertEquals(await Deno.readTextFile(storeFile(store)), RIGHT);
  const { pdb, notes } = await search(join(folder, "elsewhere"), {}, module);
  assertEquals(pdb, undefined);
  assertStringIncludes(notes.join(), "demo.pd_: not expanded, there is no folder to keep files in");
});

test("SymbolFinder follows file.ptr and repeats its message", async (folder) => {
  await write(join(folder, "elsewhere.pdb"), RIGHT);
  await write(storeFile(join(folder, "a"), "file.ptr"), `PATH:${join(folder, "elsewhere.pdb")}`);
  await write(storeFile(join(folder, "b"), "file.ptr"), "MSG: Not released");
  assertEquals((await search(`srv*${join(folder, "a")}`)).text, RIGHT);
  assertStringIncludes((await search(`srv*${join(folder, "b")}`)).notes.join(), "Not released");
});

test("SymbolFinder copies a file from a farther store into the nearest one", async (folder) => {
  const [near, far] = [join(folder, "near"), join(folder, "far")];
  await write(storeFile(far), RIGHT);
  assertEquals((await search(`srv*${near}*${far}`)).text, RIGHT);
  assertEquals(await Deno.readTextFile(storeFile(near)), RIGHT);
});

test("SymbolFinder reads from the image which PDB it needs if the target does not know", async (folder) => {
  const { pdb: _, ...unknown } = MODULE;
  const module = { ...unknown, path: join(folder, "demo.exe") };
  await write(module.path, "names demo.pdb");
  await write(join(folder, "demo.pdb"), RIGHT);
  assertEquals((await search("", {}, module)).text, RIGHT);
});

test("SymbolFinder returns the image if there is no PDB, and says why", async (folder) => {
  const { pdb: _, ...unknown } = MODULE;
  const module = { ...unknown, path: join(folder, "demo.exe") };
  await write(module.path, "names no PDB");
  const found = await search("", {}, module);
  assertEquals([found.text, found.origin], ["names no PDB", module.path]);
  assertEquals(found.notes, ["its image names no PDB"]);
  const nothing = await search("", {}, { ...module, path: join(folder, "gone.exe") });
  assertStringIncludes(nothing.notes.join(), "is not known, because its image was not found");
});

test("SymbolFinder lists the locations that have no such file", async (folder) => {
  await using server = new Server(notFound);
  const { missing } = await search(`cache*${folder};srv*${server.url}`);
  assertEquals(missing, [
    storeFile(folder),
    `${server.url}/demo.pdb/${INDEX}/demo.pdb`,
  ]);
});

for (
  const name of [
    "..",
    "C:\\build\\..",
    "..x.pdb",
    "demo.pdb:stream",
    "",
    "index2.txt",
    "C:\\build\\PingMe.txt",
    "000admin",
    "CON",
    "aux.pdb",
    "demo.pdb.",
    "demo.pdb ",
    "x".repeat(100_000),
  ]
) {
  test(`SymbolFinder creates nothing in a store for a PDB named "${name.slice(0, 20)}"`, async (folder) => {
    const store = join(folder, "store");
    await using server = new Server(() => new Response(RIGHT));
    await write(join(store, "index2.txt"), "");
    const { notes, pdb } = await search(`srv*${store}*${server.url}`, {}, moduleWithPdb(name));
    assertEquals(pdb, undefined);
    assertStringIncludes(notes.join(), "is not a name that a symbol store can have");
    assertEquals([namesIn(folder), namesIn(store), server.requests], [
      ["store"],
      ["index2.txt"],
      [],
    ]);
    assert(notes.join().length < 200);
  });
}

test("SymbolFinder recognizes a two-tier store by a file, not by a folder", async (folder) => {
  await write(join(folder, "index2.txt", INDEX, "index2.txt"), "made by an older htrace");
  await write(storeFile(folder), RIGHT);
  assertEquals((await search(`cache*${folder}`)).text, RIGHT);
});

test("SymbolFinder follows no file.ptr to a relative path", async (folder) => {
  await write(storeFile(folder, "file.ptr"), "PATH:demo.pdb");
  const { notes } = await search(`cache*${folder}`);
  assertStringIncludes(notes.join(), "points to demo.pdb, which is neither a plain path");
});

unixTest(
  "SymbolFinder uses the very file that was looked at, whatever its path leads to by then",
  async (folder) => {
    await write(join(folder, "demo.pdb"), RIGHT);
    await write(join(folder, "other"), "what the path leads to now");
    const whyNot: typeof reader.whyNot = (file, module, kind) => {
      const reason = reader.whyNot(file, module, kind);
      Deno.renameSync(join(folder, "other"), join(folder, "demo.pdb"));
      return reason;
    };
    assertEquals((await search(folder, { reader: { ...reader, whyNot } })).text, RIGHT);
  },
);

unixTest(
  "SymbolFinder copies the very file that was looked at into a nearer store",
  async (folder) => {
    const [near, far] = [join(folder, "near"), join(folder, "far")];
    await write(storeFile(far), RIGHT);
    await write(join(folder, "other"), "what the path leads to now");
    const whyNot: typeof reader.whyNot = (file, module, kind) => {
      const reason = reader.whyNot(file, module, kind);
      Deno.renameSync(join(folder, "other"), storeFile(far));
      return reason;
    };
    const path = `srv*${near}*${far}`;
    assertEquals((await search(path, { reader: { ...reader, whyNot } })).text, RIGHT);
    assertEquals(await Deno.readTextFile(storeFile(near)), RIGHT);
  },
);

test("SymbolFinder removes temporary files that a killed run left in a store", async (folder) => {
  const [near, far] = [join(folder, "near"), join(folder, "far")];
  const leftOver = join(near, `.htrace-${crypto.randomUUID()}.tmp`);
  await write(leftOver, "half a PDB");
  Deno.utimeSync(leftOver, new Date(0), new Date(0));
  await write(storeFile(far), RIGHT);
  await search(`srv*${near}*${far}`);
  assertEquals(namesIn(near), ["demo.pdb"]);
});

/** A test of cases that only Unix allows: a file whose path leads elsewhere while it is open; a pipe among files. */
function unixTest(name: string, run: (folder: string) => Promise<void>): void {
  Deno.test({
    name: `${name} [no Windows]`,
    ignore: Deno.build.os === "windows",
    fn: () => withFolder(run),
  });
}

/** Makes a named pipe; opening it blocks until the other end is opened. */
async function makePipe(path: string): Promise<void> {
  await Deno.mkdir(join(path, ".."), { recursive: true });
  await new Deno.Command("mkfifo", { args: [path] }).output();
}

const PLACES_OF_PIPES: readonly (readonly [name: string, path: (folder: string) => string])[] = [
  ["the PDB that the module names", (folder) => join(folder, "named.pdb")],
  ["the PDB in a folder", (folder) => join(folder, "demo.pdb")],
  ["the PDB in a store", (folder) => storeFile(folder)],
  ["the compressed PDB in a store", (folder) => storeFile(folder, "demo.pd_")],
  ["file.ptr in a store", (folder) => storeFile(folder, "file.ptr")],
  ["the mark of a two-tier store", (folder) => join(folder, "index2.txt")],
];

for (const [name, pathIn] of PLACES_OF_PIPES) {
  unixTest(`SymbolFinder does not wait for a pipe in place of ${name}`, async (folder) => {
    await makePipe(pathIn(folder));
    const module = {
      ...moduleWithPdb(join(folder, "named.pdb")),
      path: join(folder, "nowhere", "demo.exe"),
    };
    assertEquals((await search(folder, {}, module)).text, "");
  });
}
