import { joinBytes } from "../byte_pieces.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { bytesSource } from "../byte_source.ts";
import { MinidumpTarget } from "../dump/minidump/minidump_target.ts";
import { Session } from "../session.ts";
import { FakeTarget, listOf, readLog } from "../target_fixture.ts";
import { trace } from "../trace_log_fixture.ts";
import type { PromptHost } from "./_command.ts";
import { runPrompt } from "./prompt.ts";

/** Runs commands on a target, and keeps the files that they write. */
async function run(
  target: FakeTarget,
  commands: string,
  host?: PromptHost,
): Promise<{ text: string; files: Map<string, Uint8Array> }> {
  using session = new Session(target);
  const files = new Map<string, Uint8Array>();
  let text = "";
  const writeFile: PromptHost["writeFile"] = (path, pieces, { replace }) => {
    if (files.has(path) && !replace) return Promise.reject(new Error(`Cannot write "${path}"`));
    files.set(path, joinBytes(pieces));
    return Promise.resolve();
  };
  await runPrompt(session, [commands], (more) => text += more, { host: host ?? { writeFile } });
  return { text, files };
}

function traced(): FakeTarget {
  const target = new FakeTarget();
  target.control.enable();
  target.record(trace("open", 0x14), trace("close", 0x14));
  return target;
}

Deno.test(".dump /mh writes a minidump of the process, with the debugger's messages", async () => {
  const { text, files } = await run(traced(), '.dump /mh "C:\\my dumps\\a.dmp"');
  assertEquals(
    text,
    "Creating C:\\my dumps\\a.dmp - mini user dump\n" +
      "Dump successfully written\n" +
      "Not in it: the version of Windows, which is not known: it says 10.0.\n",
  );
  const bytes = files.get("C:\\my dumps\\a.dmp")!;
  const dump = new MinidumpTarget(bytesSource("a.dmp", bytes), { kind: "minidump" });
  assertEquals(listOf(readLog(dump)).map(({ type, handle }) => [type, handle]), [
    ["close", 0x14],
    ["open", 0x14],
  ]);
});

Deno.test(".dump quotes a file's name in one line", async () => {
  const { text } = await run(traced(), ".dump /mh a\u0007\u001b[2J");
  assertStringIncludes(text, "Creating a\\u0007\\u001b[2J - mini user dump\n");
});

Deno.test(".dump overwrites a file only with /o", async () => {
  const { text } = await run(traced(), ".dump /mh a; .dump /mh a; .dump /o /mh a");
  assertEquals(text.match(/successfully/g)?.length, 2);
  assertStringIncludes(text, 'Cannot write "a"\n');
});

Deno.test(".dump of a process that is not traced has its handles", async () => {
  const target = new FakeTarget();
  target.open = [{ handle: 4, type: "Event" }];
  const { files } = await run(target, ".dump /m a");
  const dump = new MinidumpTarget(bytesSource("a", files.get("a")!), { kind: "minidump" });
  assertEquals(dump.handles?.().length, 1);
  assertEquals(readLog(dump).count, 0);
});

Deno.test(".dump says what it cannot write, and shows its syntax", async () => {
  const usage = 'write ".dump [/o] /mh <file>"\n';
  const cases: readonly (readonly [command: string, said: string])[] = [
    [".dump /ma a", 'Cannot write a dump with "/ma": htrace has no memory to put into it; '],
    [".dump /mh", "Cannot write a dump: kind or file are missing; "],
    [".dump a", "Cannot write a dump: kind or file are missing; "],
    [".dump /o a", "Cannot write a dump: kind or file are missing; "],
  ];
  for (const [command, said] of cases) {
    assertEquals((await run(traced(), command)).text, said + usage);
  }
  assertEquals(
    (await run(traced(), ".dump /mh a", {})).text,
    'Cannot write "a": this prompt writes no files; use "htrace convert"\n',
  );
});

Deno.test(".dump in kernel mode says that there are no minidumps of a kernel", async () => {
  const target = traced();
  target.mode = "kernel";
  assertStringIncludes((await run(target, ".dump /mh a")).text, "Cannot ");
});
