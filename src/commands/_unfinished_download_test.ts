import { assertEquals } from "@std/assert";

/** Downloads what never ends, and says when the first bytes are there. */
const DOWNLOADING = `const [folder, { download }, { removedOnInterrupt }] =
  [Deno.args[0], await import(Deno.args[1]), await import(Deno.args[2])];
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () =>
  new Response(new ReadableStream({ start: (body) => body.enqueue(new Uint8Array(100)) })));
const onProgress = () => console.log([...Deno.readDirSync(folder)].length);
await download(\`http://127.0.0.1:\${server.addr.port}/x.pdb\`, folder + "/x.pdb",
  removedOnInterrupt({ onProgress }));`;

Deno.test({
  name: "a download that Ctrl-C ends leaves no file behind",
  ignore: Deno.build.os === "windows", // a process cannot send SIGINT to another there
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const child = new Deno.Command(Deno.execPath(), {
        args: [
          "eval",
          DOWNLOADING,
          folder,
          new URL("../symbol_path/mod.ts", import.meta.url).href,
          new URL("_unfinished_download.ts", import.meta.url).href,
        ],
        stdout: "piped",
      }).spawn();
      const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
      assertEquals((await reader.read()).value, "1\n", "the part that has arrived");
      child.kill("SIGINT");
      await reader.cancel();
      assertEquals((await child.status).code, 130);
      assertEquals(Array.from(Deno.readDirSync(folder)), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
