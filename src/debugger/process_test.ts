import { assertEquals, assertMatch } from "@std/assert";
import { Session } from "../session.ts";
import { FakeTarget } from "../target_fixture.ts";
import { runPrompt } from "./prompt.ts";

async function run(line: string): Promise<string> {
  const target = new FakeTarget();
  target.mode = "kernel";
  target.list = ["badhandle.exe", "verylongservic", "badhandle.exe"].map((imageName, index) => ({
    process: 0x8140_0000n + BigInt(index),
    processId: 0x84 + index,
    imageName,
  }));
  using session = new Session(target);
  let text = "";
  await runPrompt(session, [line], (more) => text += more);
  return text;
}

function images(text: string): string[] {
  return Array.from(text.matchAll(/Image: (.*)/g), ([, name = ""]) => name);
}

Deno.test("!process 0 0 name.exe lists the processes of an image", async () => {
  const text = await run("!process 0 0 BadHandle.exe");
  assertMatch(text, /^PROCESS 81400000 /);
  assertEquals(images(text), ["badhandle.exe", "badhandle.exe"]);
});

Deno.test("!process accepts an address, an id, or -1 for the current process", async () => {
  for (const word of ["81400001", "85", "0n133"]) {
    assertMatch(await run(`!process ${word} 0`), /^PROCESS 81400001 {2}Cid: 0085 /, word);
  }
  assertMatch(await run(".process 81400001; !process -1 0"), /\nPROCESS 81400001 /);
  assertMatch(
    await run("!process 99 0"),
    /^Cannot find a process 0x99: none has that address or id; /,
  );
});

Deno.test("!process finds an image whose name the kernel cut", async () => {
  assertEquals(images(await run("!process 0 7 verylongservice.exe")), ["verylongservic"]);
});

Deno.test("!process says so if no process has the image", async () => {
  assertMatch(await run("!process 0 0 bad.exe"), /^Cannot find a process of "bad\.exe": [^\n]*\n$/);
});

Deno.test(".process accepts /p and /r", async () => {
  const said = "Implicit process is now 81400001\n";
  for (const line of [".process /p /r 81400001", ".process /r 0x81400001", ".process 81400001"]) {
    assertEquals(await run(line), said);
  }
  assertMatch(await run(".process /x 81400001"), /^Cannot run ".process": "\/x" [^\n]*\n$/);
});
