import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Effects } from "../../effects_fixture.ts";
import {
  INDEX,
  moduleWithPdb,
  namesIn,
  notFound,
  redirect,
  RIGHT,
  search,
  searchAll,
  Server,
  storeFile,
  test,
  write,
} from "./_finder_testing.ts";

test("SymbolFinder downloads into the cache and asks no server the second time", async (folder) => {
  await using server = new Server(() => new Response(RIGHT));
  const path = `srv*${folder}*${server.url}/pub`;
  assertEquals((await search(path)).text, RIGHT);
  assertEquals((await search(path)).text, RIGHT);
  assertEquals(server.requests, [`/pub/demo.pdb/${INDEX}/demo.pdb`]);
});

test("SymbolFinder keeps downloads in a cache* that comes before the server", async (folder) => {
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
  assertStringIncludes(notes.join(), "demo.pd_: it is not a cabinet");
});

test("SymbolFinder rejects the wrong file from a server and keeps nothing of it", async (folder) => {
  await using server = new Server(() => new Response("<html>Please sign in</html>"));
  const found = await search(`srv*${folder}*${server.url}`);
  assertEquals(found.pdb, undefined);
  assertStringIncludes(found.notes.join(), "it is another build");
  assertEquals(namesIn(folder), [], "no file, and no folder for it");
});

test("SymbolFinder tries again after temporary failures", async (folder) => {
  await using server = new Server((_, request) =>
    request < 3 ? new Response("busy", { status: 503 }) : new Response(RIGHT)
  );
  assertEquals((await search(`srv*${folder}*${server.url}`)).text, RIGHT);
  assertEquals(server.requests.length, 3);
});

test("SymbolFinder gives up on a server that stays broken, and asks it once per run", async (folder) => {
  await using server = new Server(() => new Response("broken", { status: 500 }));
  const { notes } = await search(`srv*${folder}*${server.url}`);
  assertStringIncludes(notes.join(), "the server returned 500");
  assertEquals(server.requests.length, 3);
});

test("SymbolFinder gives up on a server that sends nothing", async (folder) => {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => release = resolve);
  await using server = new Server(async () => {
    await released;
    return new Response(RIGHT);
  });
  const { notes } = await search(`srv*${folder}*${server.url}`, {
    download: { windowMilliseconds: 100 },
  });
  release();
  assertStringIncludes(notes.join(), "the server sent nothing for 0.1 s");
  assert(server.requests.length <= 1, "silence is not asked again");
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
  assertEquals(namesIn(folder), []);
});

test("SymbolFinder follows redirects, but not forever", async (folder) => {
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

test("SymbolFinder follows redirects only to servers", async (folder) => {
  const own = join(folder, "own.pdb");
  await write(own, RIGHT);
  for (const to of [pathToFileURL(own).href, "data:,x", "http://[::"]) {
    await using server = new Server(() => redirect(to, 302));
    const { text, notes } = await search(`srv*${join(folder, "a")}*${server.url}`);
    assertEquals([text, server.requests.length], ["", 1]);
    assertStringIncludes(notes.join(), `redirects to "${to}", which is not a server`);
  }
});

test("SymbolFinder uses a download that cannot be kept, and says so", async (folder) => {
  await using server = new Server(() => new Response(RIGHT));
  await Deno.mkdir(storeFile(folder), { recursive: true });
  const { text, notes } = await search(`srv*${folder}*${server.url}`);
  assertEquals(text, RIGHT);
  assertStringIncludes(notes.join(), "cannot be kept: ");
});

test("SymbolFinder rejects a file over the size limit", async (folder) => {
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

test("SymbolFinder says that a server without a store before it is not asked", async () => {
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

test("SymbolFinder opens no file on the network just because a server says so", async (folder) => {
  await using server = new Server((path) =>
    path.endsWith("file.ptr") ? new Response("PATH:\\\\elsewhere\\share\\demo.pdb") : notFound()
  );
  const { notes } = await search(`srv*${folder}*${server.url}`);
  assertStringIncludes(notes.join(), "elsewhere\\share\\demo.pdb, which is neither");
});

/** Modules with PDBs that no server has. */
const SIXTY = Array.from({ length: 60 }, (_, i) => moduleWithPdb(`module${i}.pdb`));

test("SymbolFinder gives up on a server for the whole run after one file, and says so once", async (folder) => {
  const said: string[] = [];
  await using server = new Server(() => new Response("broken", { status: 500 }));
  const path = `srv*${folder}*${server.url}/a;srv*${folder}*${server.url}/b`;
  const all = await searchAll(path, SIXTY, {
    download: { onGiveUp: (sentence) => said.push(sentence) },
  });
  assertEquals(server.requests.length, 3);
  const host = new URL(server.url).host;
  assertEquals(said, [
    `Symbol server ${host} is not asked any more: the server returned 500; names that need it are missing`,
  ]);
  assertEquals(all.at(-1)?.notes, [
    `${server.url}/a: not asked, it was given up before`,
    `${server.url}/b: not asked, it was given up before`,
  ]);
});

test("SymbolFinder gives up on a server where nothing listens", async (folder) => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const said: string[] = [];
  await searchAll(`srv*${folder}*http://127.0.0.1:${port}`, SIXTY, {
    download: { onGiveUp: (sentence) => said.push(sentence) },
  });
  assertEquals(said.length, 1);
});

test("SymbolFinder keeps asking a server that lacks a file or denies access to it", async (folder) => {
  for (const [status, asked] of [[404, 3], [403, 1]] as const) {
    await using server = new Server(() => new Response("", { status }));
    await searchAll(`srv*${folder}*${server.url}`, SIXTY);
    assertEquals(server.requests.length, 60 * asked);
  }
});

test("SymbolFinder leaves no folder for a file that no server has", async (folder) => {
  await using server = new Server(notFound);
  await searchAll(`srv*${join(folder, "store")}*${server.url}`, SIXTY);
  assertEquals(namesIn(folder), []);
});

test("SymbolFinder follows no public server into a private network", async (folder) => {
  for (const to of ["http://169.254.169.254/latest", "http://printer/x", "http://[::1]:8080/"]) {
    const server = (): Response => redirect(to, 302);
    const place = await Deno.makeTempDir({ dir: folder });
    using effects = new Effects({ folders: [place], servers: { "http://symbols.test": server } });
    const { notes } = await search(`srv*${place}*http://symbols.test`);
    assertEquals(effects.problems, []);
    assertStringIncludes(notes.join(), "which is in a private network");
  }
});

test("SymbolFinder ignores a length that is not a number", async (folder) => {
  for (const length of ["x", "-1", "1e3", "0x10"]) {
    const server = (): Response => new Response(RIGHT, { headers: { "content-length": length } });
    const place = await Deno.makeTempDir({ dir: folder });
    using effects = new Effects({ folders: [place], servers: { "http://symbols.test": server } });
    const { text } = await search(`srv*${place}*http://symbols.test`);
    assertEquals([text, effects.requests.length], [RIGHT, 1], length);
  }
});

test("SymbolFinder cuts off a server that sends a trickle", async (folder) => {
  await using server = new Server(() => {
    let timer: ReturnType<typeof setInterval>;
    return new Response(
      new ReadableStream({
        start: (body) => {
          timer = setInterval(() => body.enqueue(Uint8Array.of(0)), 20);
        },
        cancel: () => clearInterval(timer),
      }),
    );
  });
  const { notes } = await search(`srv*${folder}*${server.url}`, {
    download: { windowMilliseconds: 200 },
  });
  assertMatch(notes.join(), /the server sent (only \d+ bytes|nothing) (in|for) 0.2 s/);
  assertEquals(namesIn(folder), []);
});

test("SymbolFinder cuts off a download that takes too long", async (folder) => {
  await using server = new Server(() =>
    new Response(new ReadableStream({ pull: (body) => body.enqueue(new Uint8Array(0x1_0000)) }))
  );
  const { notes } = await search(`srv*${folder}*${server.url}`, {
    download: { maxMilliseconds: 200 },
  });
  assertStringIncludes(notes.join(), "the download took too long");
});

test("SymbolFinder waits as long as a busy server asks for, within reason", async (folder) => {
  await using patient = new Server((_, request) =>
    request < 3
      ? new Response("busy", { status: 429, headers: { "Retry-After": "0" } })
      : new Response(RIGHT)
  );
  const download = { backoffMilliseconds: 1_000_000 }; // would be too long
  assertEquals((await search(`srv*${folder}*${patient.url}`, { download })).text, RIGHT);

  for (const retryAfter of ["3600", new Date(Date.now() + 3_600_000).toUTCString()]) {
    const headers = { "Retry-After": retryAfter };
    await using busy = new Server(() => new Response("busy", { status: 503, headers }));
    const { notes } = await search(`srv*${join(folder, "b")}*${busy.url}`);
    assertMatch(notes.join(), /returned 503, and asks to be left alone for 3[56]\d\d s/);
    assertEquals(busy.requests.length, 1);
  }
});

test("SymbolFinder does not blame the server for a store that cannot be written", async (folder) => {
  await write(join(folder, "store"), "a file, not a folder");
  await using server = new Server(() => new Response(RIGHT));
  const said: string[] = [];
  const all = await searchAll(`srv*${join(folder, "store")}*${server.url}`, SIXTY.slice(0, 2), {
    download: { onGiveUp: (sentence) => said.push(sentence) },
  });
  assertStringIncludes(all[1]?.notes.join() ?? "", "it cannot be kept: ");
  assertEquals([server.requests.length, said], [2, []]);
});

test("SymbolFinder shows no user name or password from a symbol path", async (folder) => {
  await using server = new Server(notFound);
  const url = server.url.replace("//", "//ada:secret@");
  const found = await searchAll(`srv*${folder}*${url};srv*${url}`, SIXTY.slice(0, 1));
  assert(found[0]!.missing.length > 0 && found[0]!.notes.length > 0);
  assert(!JSON.stringify(found[0]).includes("secret"));
  assertEquals(server.requests.length, 3);
});
