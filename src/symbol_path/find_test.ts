import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ByteSource } from "../byte_source.ts";
import { withFolder } from "../folder_fixture.ts";
import type { Module } from "../module.ts";
import { type FinderOptions, SymbolFinder, type SymbolReader, type SymbolSearch } from "./find.ts";
import { parseSymbolPath } from "./parse.ts";

const GUID = "0123456789ABCDEF0123456789ABCDEF";
const INDEX = `${GUID}1`;
const RIGHT = "the right build";
const MODULE: Module = {
  name: "demo",
  path: "C:\\nowhere\\demo.exe",
  base: 0x40_0000n,
  size: 0x5000,
  pdb: { guid: GUID, age: 1, path: "D:\\build\\demo.pdb" },
};

/** Stands in for the readers: the right PDB is known by its text, an image names a PDB or none. */
const reader: SymbolReader = {
  whyNot(file, _module, kind): string | undefined {
    return kind === "image" || textOf(file) === RIGHT ? undefined : "it is another build";
  },
  pdbIdOf(image): Module["pdb"] {
    return textOf(image) === "names demo.pdb" ? MODULE.pdb : undefined;
  },
  expand(compressed, write): void {
    const text = new TextDecoder().decode(compressed);
    if (!text.startsWith("packed:")) throw new TypeError("it is no cabinet");
    for (const letter of text.slice("packed:".length)) write(new TextEncoder().encode(letter));
  },
};

function textOf(file: ByteSource): string {
  return new TextDecoder().decode(file.read(0, file.size));
}

/** A symbol server on loopback for one test. */
class Server implements AsyncDisposable {
  readonly requests: string[] = [];
  readonly url: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(answer: (path: string, request: number) => Response | Promise<Response>) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: (): void => {} },
      (request): Response | Promise<Response> => {
        const path = new URL(request.url).pathname;
        this.requests.push(path);
        return answer(path, this.requests.length);
      },
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

const notFound = (): Response => new Response("no", { status: 404 });

const redirect = (location: string, status: number): Response =>
  new Response(null, { status, headers: { location } });

async function search(
  path: string,
  options: Partial<FinderOptions> = {},
  module = MODULE,
): Promise<SymbolSearch & { text: string }> {
  using finder = new SymbolFinder({
    path: parseSymbolPath(path, { cacheFolder: "/nowhere" }),
    reader,
    ...options,
    download: { backoffMilliseconds: 1, stallMilliseconds: 100, ...options.download },
  });
  const found = await finder.find(module);
  const file = found.pdb ?? found.image;
  return { ...found, text: file === undefined ? "" : textOf(file) };
}

function storeFile(root: string, name = "demo.pdb", tier: string[] = []): string {
  return join(root, ...tier, "demo.pdb", INDEX, name);
}

async function write(path: string, text: string): Promise<void> {
  await Deno.mkdir(join(path, ".."), { recursive: true });
  await Deno.writeTextFile(path, text);
}

function test(name: string, run: (folder: string) => Promise<void>): void {
  Deno.test(name, () => withFolder(run));
}

test("SymbolFinder finds a PDB lying in a plain folder", async (folder) => {
  await write(join(folder, "demo.pdb"), RIGHT);
  assertEquals((await search(folder)).text, RIGHT);
});

test("SymbolFinder leaves another build where it lies and says so", async (folder) => {
  await write(join(folder, "demo.pdb"), "yesterday's build");
  const found = await search(folder);
  assertEquals(found.pdb, undefined);
  assertEquals(found.notes, [`${join(folder, "demo.pdb")}: it is another build`]);
});

test("SymbolFinder takes another build when it is told to", async (folder) => {
  await write(join(folder, "demo.pdb"), "yesterday's build");
  assertEquals((await search(folder, { force: true })).text, "yesterday's build");
});

test("SymbolFinder reads a store with one tier and one with two", async (folder) => {
  await write(storeFile(join(folder, "one")), RIGHT);
  await write(join(folder, "two", "index2.txt"), "");
  await write(storeFile(join(folder, "two"), "demo.pdb", ["de"]), RIGHT);
  assertEquals((await search(`cache*${join(folder, "one")}`)).text, RIGHT);
  assertEquals((await search(`cache*${join(folder, "two")}`)).text, RIGHT);
});

test("SymbolFinder follows file.ptr and repeats its message", async (folder) => {
  await write(join(folder, "elsewhere.pdb"), RIGHT);
  await write(storeFile(join(folder, "a"), "file.ptr"), `PATH:${join(folder, "elsewhere.pdb")}`);
  await write(storeFile(join(folder, "b"), "file.ptr"), "MSG: Not released");
  assertEquals((await search(`srv*${join(folder, "a")}`)).text, RIGHT);
  assertStringIncludes((await search(`srv*${join(folder, "b")}`)).notes.join(), "Not released");
});

test("SymbolFinder keeps what a far store has in the nearest one", async (folder) => {
  const [near, far] = [join(folder, "near"), join(folder, "far")];
  await write(storeFile(far), RIGHT);
  assertEquals((await search(`srv*${near}*${far}`)).text, RIGHT);
  assertEquals(await Deno.readTextFile(storeFile(near)), RIGHT);
});

test("SymbolFinder downloads into the cache and asks no server the second time", async (folder) => {
  await using server = new Server(() => new Response(RIGHT));
  const path = `srv*${folder}*${server.url}/pub`;
  assertEquals((await search(path)).text, RIGHT);
  assertEquals((await search(path)).text, RIGHT);
  assertEquals(server.requests, [`/pub/demo.pdb/${INDEX}/demo.pdb`]);
});

test("SymbolFinder keeps downloads in a cache* that stands before the server", async (folder) => {
  await using server = new Server(() => new Response(RIGHT));
  await search(`cache*${folder};srv*${server.url}`);
  assertEquals(await Deno.readTextFile(storeFile(folder)), RIGHT);
});

test("SymbolFinder asks for the compressed copy and for file.ptr when the file is not there", async (folder) => {
  await using server = new Server((path) =>
    path.endsWith(".pd_") ? new Response("packed:" + RIGHT) : notFound()
  );
  assertEquals((await search(`srv*${folder}*${server.url}`)).text, RIGHT);
  assertEquals(await Deno.readTextFile(storeFile(folder)), RIGHT);
});

test("SymbolFinder says that a compressed copy cannot be expanded", async (folder) => {
  await using server = new Server((path) =>
    path.endsWith(".pd_") ? new Response("LZX") : notFound()
  );
  const { notes } = await search(`srv*${folder}*${server.url}`);
  assertStringIncludes(notes.join(), "demo.pd_: it is no cabinet");
});

test("SymbolFinder refuses a lying answer and keeps nothing of it", async (folder) => {
  await using server = new Server(() => new Response("<html>Please sign in</html>"));
  const found = await search(`srv*${folder}*${server.url}`);
  assertEquals(found.pdb, undefined);
  assertStringIncludes(found.notes.join(), "it is another build");
  assertEquals([...Deno.readDirSync(join(folder, "demo.pdb", INDEX))], []);
});

test("SymbolFinder tries again after passing faults", async (folder) => {
  await using server = new Server((_, request) =>
    request < 3 ? new Response("busy", { status: 503 }) : new Response(RIGHT)
  );
  assertEquals((await search(`srv*${folder}*${server.url}`)).text, RIGHT);
  assertEquals(server.requests.length, 3);
});

test("SymbolFinder gives up on a server that stays broken, and asks it once a run", async (folder) => {
  await using server = new Server(() => new Response("broken", { status: 500 }));
  const { notes } = await search(`srv*${folder}*${server.url}`);
  assertStringIncludes(notes.join(), "the server answered 500");
  assertEquals(server.requests.length, 3);
});

test("SymbolFinder gives up on a server that sends nothing", async (folder) => {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => release = resolve);
  await using server = new Server(async () => {
    await released;
    return new Response(RIGHT);
  });
  const { notes } = await search(`srv*${folder}*${server.url}`, { download: { attempts: 1 } });
  release();
  assertStringIncludes(notes.join(), "the server sent nothing for 0.1 s");
});

test("SymbolFinder notices a body that breaks off", async (folder) => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const answered = (async (): Promise<void> => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(4096));
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${RIGHT.length}\r\n\r\n`;
    await connection.write(new TextEncoder().encode(head + RIGHT.slice(0, 5)));
  })();
  const url = `http://127.0.0.1:${listener.addr.port}`;
  const found = await search(`srv*${folder}*${url}`, { download: { attempts: 1 } });
  await answered;
  assertEquals(found.pdb, undefined);
  assertEquals(found.notes.length, 1);
  assertEquals([...Deno.readDirSync(join(folder, "demo.pdb", INDEX))], []);
});

test("SymbolFinder follows redirects but not for ever", async (folder) => {
  await using server = new Server((path): Response => {
    if (path.startsWith("/loop")) return redirect(path, 302);
    if (path.startsWith("/old")) {
      return redirect(path.replace("/old", "/new"), 301);
    }
    return new Response(RIGHT);
  });
  assertEquals((await search(`srv*${join(folder, "a")}*${server.url}/old`)).text, RIGHT);
  const { notes } = await search(`srv*${join(folder, "b")}*${server.url}/loop`);
  assertStringIncludes(notes.join(), "redirects more than 5 times");
});

test("SymbolFinder follows redirects to nothing but servers", async (folder) => {
  const own = join(folder, "own.pdb");
  await write(own, RIGHT);
  for (const to of [pathToFileURL(own).href, "data:,x", "http://[::"]) {
    await using server = new Server(() => redirect(to, 302));
    const { text, notes } = await search(`srv*${join(folder, "a")}*${server.url}`);
    assertEquals([text, server.requests.length], ["", 1]);
    assertStringIncludes(notes.join(), `redirects to "${to}", which is no server`);
  }
});

test("SymbolFinder uses a download that cannot get its name, and says so", async (folder) => {
  await using server = new Server(() => new Response(RIGHT));
  await Deno.mkdir(storeFile(folder), { recursive: true });
  const { text, notes } = await search(`srv*${folder}*${server.url}`);
  assertEquals(text, RIGHT);
  assertStringIncludes(notes.join(), "cannot be kept: ");
});

test("SymbolFinder refuses a file over the size limit", async (folder) => {
  await using server = new Server(() => new Response("x".repeat(1000)));
  const { notes } = await search(`srv*${folder}*${server.url}`, { download: { maxBytes: 999 } });
  assertStringIncludes(notes.join(), "larger than the limit of 999 bytes");
});

test("SymbolFinder offline asks no server but uses the cache", async (folder) => {
  await using server = new Server(() => new Response(RIGHT));
  const path = `srv*${folder}*${server.url}`;
  assertStringIncludes((await search(path, { offline: true })).notes.join(), "not asked, offline");
  assertEquals(server.requests, []);
  await write(storeFile(folder), RIGHT);
  assertEquals((await search(path, { offline: true })).text, RIGHT);
});

test("SymbolFinder says that a server without a folder before it is not asked", async () => {
  await using server = new Server(() => new Response(RIGHT));
  const { notes } = await search(`srv*${server.url}`);
  assertStringIncludes(notes.join(), "write srv*FOLDER*");
  assertEquals(server.requests, []);
});

test("SymbolFinder reports progress with the total", async (folder) => {
  await using server = new Server(() => new Response(RIGHT));
  const seen: (number | undefined)[] = [];
  await search(`srv*${folder}*${server.url}`, {
    download: { onProgress: ({ received, total }) => seen.push(received, total) },
  });
  assertEquals(seen.slice(-2), [RIGHT.length, RIGHT.length]);
});

test("SymbolFinder asks the image which PDB it needs where the target does not know", async (folder) => {
  const { pdb: _, ...unknown } = MODULE;
  const module = { ...unknown, path: join(folder, "demo.exe") };
  await write(module.path, "names demo.pdb");
  await write(join(folder, "demo.pdb"), RIGHT);
  assertEquals((await search("", {}, module)).text, RIGHT);
});

test("SymbolFinder gives the image where there is no PDB, and says why", async (folder) => {
  const { pdb: _, ...unknown } = MODULE;
  const module = { ...unknown, path: join(folder, "demo.exe") };
  await write(module.path, "names no PDB");
  const found = await search("", {}, module);
  assertEquals([found.text, found.origin], ["names no PDB", module.path]);
  assertEquals(found.notes, ["its image names no PDB"]);
  const nothing = await search("", {}, { ...module, path: join(folder, "gone.exe") });
  assertStringIncludes(nothing.notes.join(), "is not known, because its image was not found");
});

test("SymbolFinder names the places that have no such file", async (folder) => {
  await using server = new Server(notFound);
  const { missing } = await search(`cache*${folder};srv*${server.url}`);
  assertEquals(missing, [
    storeFile(folder),
    `${server.url}/demo.pdb/${INDEX}/demo.pdb`,
  ]);
});

test("SymbolFinder opens no file of this machine's network on a server's word", async (folder) => {
  await using server = new Server((path) =>
    path.endsWith("file.ptr") ? new Response("PATH:\\\\elsewhere\\share\\demo.pdb") : notFound()
  );
  const { notes } = await search(`srv*${folder}*${server.url}`);
  assertStringIncludes(notes.join(), "elsewhere\\share\\demo.pdb, which is not opened");
});

for (const path of ["..", "C:\\build\\..", "demo.pdb:stream", ""]) {
  test(`SymbolFinder makes no store path of a PDB named "${path}"`, async (folder) => {
    const module = { ...MODULE, pdb: { guid: GUID, age: 1, path } };
    const { notes } = await search(`cache*${folder}`, {}, module);
    assertStringIncludes(notes.join(), "is no name that a symbol store can have");
  });
}
