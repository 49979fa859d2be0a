/** The library works when a program imports it from a server that has only the published files. */
import { assertEquals } from "@std/assert";
import { withFolder } from "../src/folder_fixture.ts";
import { publishedFiles } from "./_published.ts";

const root = new URL("../", import.meta.url);

/** A program that imports the library from the URL in its first argument. */
const PROGRAM =
  `const { openTarget, readText, REPORTS, Session, traceStep } = await import(Deno.args[0]);
using session = new Session(await openTarget("emulated", { args: ["leak", "2"] }));
await traceStep(session);
console.log((await readText(REPORTS.classic, await session.diff())).trimEnd().split("\\n").at(-1));`;

/** Serves the published files on loopback; the configuration is published with every package. */
async function servePackage(): Promise<Deno.HttpServer<Deno.NetAddr>> {
  const published = new Set([...await publishedFiles(), "deno.json"]);
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const path = new URL(request.url).pathname;
    if (!published.has(path.slice(1))) return new Response("not published", { status: 404 });
    try {
      const bytes = await Deno.readFile(new URL(`.${path}`, root));
      return new Response(bytes, { headers: { "content-type": typeOf(path) } });
    } catch {
      return new Response("there is no such file", { status: 404 });
    }
  });
}

function typeOf(path: string): string {
  const types: Readonly<Record<string, string>> = {
    ts: "text/typescript",
    js: "text/javascript",
    json: "application/json",
    wasm: "application/wasm",
  };
  return types[path.slice(path.lastIndexOf(".") + 1)] ?? "application/octet-stream";
}

Deno.test("the library, imported from a URL, boots the emulated machine and names its frames", () =>
  withFolder(async (folder) => {
    await using server = await servePackage();
    const host = `127.0.0.1:${server.addr.port}`;
    const program = `${folder}/program.ts`;
    await Deno.writeTextFile(program, PROGRAM);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-config",
        `--allow-import=${host}`,
        `--allow-net=${host}`,
        "--allow-read",
        "--allow-env",
        program,
        `http://${host}/mod.ts`,
      ],
      env: { DENO_DIR: `${folder}/cache` },
    }).output();
    const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    assertEquals([code, text(stdout)], [
      0,
      "Displayed 0x2 stack traces for outstanding handles opened since the previous snapshot.\n",
    ], text(stderr));
  }));
