import { assertEquals } from "@std/assert";
import { withFolder } from "../../folder_fixture.ts";

/** A process cannot send signals to another on Windows. */
const HAS_SIGNALS = Deno.build.os !== "windows";

const SIGNALS = [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const;

/** A module's URL, for a program that is given as text. */
function urlOf(path: string): string {
  return new URL(path, import.meta.url).href;
}

/**
 * Runs a program until it prints its first line, ends it with a signal, and returns all its output and its exit code.
 */
async function runToSignal(
  program: string,
  args: string[],
  signal: Deno.Signal,
): Promise<{ text: string; code: number }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", program, ...args],
    env: { FORCE_COLOR: "" },
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) text += (await reader.read()).value ?? "\n";
  child.kill(signal);
  for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
  return { text, code: (await child.status).code };
}

/** Prints that it is waiting, and waits for ever; releasing the resource prints the second word. */
const WAITING = `const { disposeOnInterrupt } = await import(Deno.args[0]);
using interrupt = disposeOnInterrupt({ [Symbol.dispose]: () => console.log("disposed") });
console.log("waiting");
setTimeout(() => {}, 60_000);
await new Promise(() => {});`;

for (const [signal, code] of SIGNALS) {
  Deno.test({
    name:
      `disposeOnInterrupt() lets go of what is open when ${signal} ends the program [no Windows]`,
    ignore: !HAS_SIGNALS,
    fn: async () => {
      assertEquals(await runToSignal(WAITING, [urlOf("interrupt.ts")], signal), {
        text: "waiting\ndisposed\n",
        code,
      });
    },
  });
}

/** Looks for a PDB on a server that never finishes its file, and reports when some of it is there. */
const DOWNLOADING = `const [folder, { SymbolFinder, parseSymbolPath }, { disposeOnInterrupt }] =
  [Deno.args[0], await import(Deno.args[1]), await import(Deno.args[2])];
const endless = () => new Response(new ReadableStream({
  pull: (body) => new Promise((resolve) => setTimeout(resolve, 10))
    .then(() => body.enqueue(new Uint8Array(10_000))),
}));
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, endless);
let said = false;
const onProgress = () => {
  if (!said) console.log(Array.from(Deno.readDirSync(folder)).length);
  said = true;
};
const path = parseSymbolPath(\`srv*\${folder}*http://127.0.0.1:\${server.addr.port}\`, {});
const reader = { whyNot: () => "it is another build" };
using finder = new SymbolFinder({ path, reader, download: { onProgress, guard: disposeOnInterrupt } });
const pdb = { guid: "0123456789ABCDEF0123456789ABCDEF", age: 1, path: "x.pdb" };
await finder.find({ name: "x", path: "x.exe", base: 0n, size: 1, pdb });`;

/** Expands a cabinet that never ends, and reports when some of it is there. */
const EXPANDING = `const [folder, { SymbolFinder, parseSymbolPath }, { disposeOnInterrupt }] =
  [Deno.args[0], await import(Deno.args[1]), await import(Deno.args[2])];
const guid = "0123456789ABCDEF0123456789ABCDEF";
const key = folder + "/x.pdb/" + guid + "1";
Deno.mkdirSync(key, { recursive: true });
Deno.writeTextFileSync(key + "/x.pd_", "a cabinet");
function* expand() {
  for (let pieces = 0;; pieces++) {
    yield new Uint8Array(1);
    if (pieces === 1) console.log(Array.from(Deno.readDirSync(folder)).length - 1);
  }
}
const reader = { whyNot: () => "it is another build", expand };
const path = parseSymbolPath("cache*" + folder, {});
using finder = new SymbolFinder({ path, reader, download: { guard: disposeOnInterrupt } });
await finder.find({ name: "x", path: "x.exe", base: 0n, size: 1, pdb: { guid, age: 1, path: "x.pdb" } });`;

for (const [what, program] of [["a download", DOWNLOADING], ["an expansion", EXPANDING]] as const) {
  for (const [signal, code] of SIGNALS) {
    Deno.test({
      name: `${what} that ${signal} ends leaves no file in the store [no Windows]`,
      ignore: !HAS_SIGNALS,
      fn: () =>
        withFolder(async (folder) => {
          const args = [folder, urlOf("../../symbols/path/mod.ts"), urlOf("interrupt.ts")];
          assertEquals(await runToSignal(program, args, signal), { text: "1\n", code });
          const left = Array.from(Deno.readDirSync(folder), ({ name }) => name);
          assertEquals(left.filter((name) => name !== "x.pdb"), []);
        }),
    });
  }
}

/** Runs a program on the emulated machine that would take years, and reports when a timer ran meanwhile. */
const EMULATING = `const { disposeOnInterrupt } = await import(Deno.args[1]);
const { launchProgram } = await import(Deno.args[0]);
using program = await launchProgram(["churn", "4294967295"], "emulated");
using interrupt = disposeOnInterrupt({ [Symbol.dispose]: () => console.log("disposed") });
setTimeout(() => console.log("turn"));
await program.runToExit();`;

Deno.test({
  name: "a long run of the emulated machine leaves room for timers and Ctrl-C [no Windows]",
  ignore: !HAS_SIGNALS,
  fn: async () => {
    const args = [urlOf("../../targets/mod.ts"), urlOf("interrupt.ts")];
    assertEquals(await runToSignal(EMULATING, args, "SIGINT"), {
      text: "turn\ndisposed\n",
      code: 130,
    });
  },
});
