import { assertEquals } from "@std/assert";

/** Says that it waits, and waits for ever; the second word is said by what is let go of. */
const WAITING = `const { disposeOnInterrupt } = await import(Deno.args[0]);
using interrupt = disposeOnInterrupt({ [Symbol.dispose]: () => console.log("disposed") });
console.log("waiting");
setTimeout(() => {}, 60_000);
await new Promise(() => {});`;

Deno.test({
  name: "disposeOnInterrupt() lets go of what is open when Ctrl-C ends the program",
  ignore: Deno.build.os === "windows", // a process cannot send SIGINT to another there
  fn: async () => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", WAITING, new URL("_interrupt.ts", import.meta.url).href],
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let text = (await reader.read()).value ?? "";
    child.kill("SIGINT");
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += part.value;
    }
    assertEquals([text, (await child.status).code], ["waiting\ndisposed\n", 130]);
  },
});
