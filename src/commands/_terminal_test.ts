import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../cli.ts", import.meta.url));
/** util-linux's program that gives another one a terminal. */
const SCRIPT = "/usr/bin/script";

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

Deno.test({
  name: "Ctrl-C at a terminal ends a command that runs [needs script of util-linux]",
  ignore: Deno.build.os !== "linux" || !isThere(SCRIPT),
  fn: async () => {
    // It would run for half a minute.
    const line = `"${Deno.execPath()}" run -A "${CLI}" debug emulated -- leak 100000`;
    const child = new Deno.Command(SCRIPT, {
      args: ["-qec", line, "/dev/null"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const input = child.stdin.getWriter();
    let text = "";
    for (let part = await output.read(); !part.done; part = await output.read()) {
      text += part.value;
      if (text.includes("0:000> ")) break;
    }
    await input.write(new TextEncoder().encode("g\r"));
    await new Promise((resolve) => setTimeout(resolve, 500)); // it runs by then
    await input.write(Uint8Array.of(0x03));
    while (!(await output.read()).done);
    await input.close();
    assertEquals((await child.status).code, 128 + 2, "SIGINT ended it");
  },
});
