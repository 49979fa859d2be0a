import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parseAnswer } from "../reports/transcript_fixture.ts";
import { Session } from "../session.ts";
import type { MarkEvent } from "../target.ts";
import { fakeModule, FakeTarget } from "../target_fixture.ts";
import { trace } from "../trace_log_fixture.ts";
import { runLine, runPrompt, splitCommands } from "./prompt.ts";

function newSession(mode: "user" | "kernel" = "user"): { target: FakeTarget; session: Session } {
  const target = new FakeTarget();
  target.mode = mode;
  target.loaded = [fakeModule("app", 0x0100_0000n)];
  return { target, session: new Session(target) };
}

async function run(session: Session, line: string): Promise<string> {
  let text = "";
  await runLine(session, line, (written) => text += written);
  return text;
}

Deno.test("splitCommands() splits at semicolons outside double quotes", () => {
  assertEquals(splitCommands("!htrace -enable; g ;; q"), ["!htrace -enable", "g", "q"]);
  assertEquals(splitCommands('!htrace -snapshot "a;b";g'), ['!htrace -snapshot "a;b"', "g"]);
  assertEquals(splitCommands('!htrace "open ; g'), ['!htrace "open ; g']);
  assertEquals(splitCommands(" ; "), []);
});

Deno.test("with native, the engine's own answer follows each answer of !htrace", async () => {
  const { target, session } = newSession();
  target.tracing = true;
  const native = (command: string): string => `the engine's text of ${command}\n`;
  let text = "";
  const lines = ["!htrace -snapshot; ?"];
  await runPrompt(session, lines, (more) => text += more, { native });
  const [ours, theirs = ""] = text.split(`\n${target.name} answers:\n`);
  assertEquals(ours, "Handle tracing information snapshot successfully taken.\n");
  assertEquals(theirs.startsWith("the engine's text of !htrace -snapshot\n"), true);
  assertEquals(text.split("answers:").length, 2, "only !htrace is compared");
});

Deno.test("runPrompt() ends after q, even in the middle of a line", async () => {
  const { session } = newSession();
  let text = "";
  await runPrompt(session, ["!htrace -?; q; !htrace -?", "!htrace -?"], (more) => text += more);
  assertEquals(text.match(/-snapshot/g)?.length, 1);
});

Deno.test("q with an argument is rejected and ends nothing", async () => {
  const { session } = newSession();
  let text = "";
  await runPrompt(session, ["q 5; ?"], (more) => text += more);
  assertMatch(text, /^Cannot quit with "5": [^\n]*\n!htrace /);
});

Deno.test("!htrace -? prints the published help in user mode", async () => {
  const { session } = newSession();
  const text = await run(session, "!htrace -?");
  assertEquals(
    text,
    `!htrace [handle [max_traces]]
!htrace -enable [max_traces]
!htrace -disable
!htrace -snapshot
!htrace -diff
`,
  );
  assertEquals(await run(session, "!HTRACE ?"), text);
  assertEquals(parseAnswer(text).kind, "help");
});

Deno.test("!htrace -? shows the kernel-mode form in kernel mode", async () => {
  const { session } = newSession("kernel");
  assertEquals(await run(session, "!htrace -?"), "!htrace [handle [process [max_traces]]]\n");
});

Deno.test("the four steps print the debugger's own text", async () => {
  const { target, session } = newSession();
  assertEquals(parseAnswer(await run(session, "!htrace -enable")).kind, "enable");
  target.record(
    trace("open", 0x7d4, [0x8018_0000n, 0x0100_1200n]),
    trace("open", 0x7d0, [0x0100_1200n]),
    trace("close", 0x7d0, [0x0100_1300n]),
  );
  const diff = await run(session, "!htrace -diff");
  assertEquals(
    diff,
    `Handle tracing information snapshot successfully taken.
0x3 new stack traces since the previous snapshot.
Ignoring handles that were already closed...
Outstanding handles opened since the previous snapshot:
--------------------------------------
Handle = 0x000007d4 - OPEN
Thread ID = 0x00000020, Process ID = 0x00000010

0x01001200: app+0x00001200
--------------------------------------
Displayed 0x1 stack traces for outstanding handles opened since the previous snapshot.
`,
  );
  assertEquals(parseAnswer(await run(session, "!htrace")).traces.length, 3);
  assertStringIncludes(await run(session, "!htrace 0 1"), "Dumped 0x1 stack traces.");
  assertEquals(parseAnswer(await run(session, "!htrace -snapshot")).kind, "snapshot");
  assertStringIncludes(await run(session, "!htrace -diff"), "0x0 new stack traces");
  assertEquals(parseAnswer(await run(session, "!htrace -disable")).kind, "disable");
});

Deno.test("!htrace -diff accepts a snapshot's name, -names and -group", async () => {
  const { target, session } = newSession();
  await run(session, "!htrace -enable; !htrace -snapshot before");
  target.record(trace("open", 0x7d4, [0x0100_1200n]));
  target.open = [{ handle: 0x7d4, type: "Event", objectName: "\\done" }];
  const named = await run(session, "!htrace -diff before -names");
  assertStringIncludes(named, "\nType = Event, Name = \\done\n");
  assertStringIncludes(
    await run(session, "!htrace -diff -group -names before"),
    "Opened = 0x1, Closed = 0x0, Outstanding = 0x1, Bad references = 0x0 - never closed\n" +
      "Suspect = 0x01001200: app+0x00001200\nHandles = 0x000007d4 Event \\done\n",
  );
  assertStringIncludes(await run(session, "!htrace 0 -group"), "Displayed 0x1 stacks");
});

Deno.test("!htrace lists the traces of a process in kernel mode", async () => {
  const { target, session } = newSession("kernel");
  target.tracing = true;
  target.record(trace("badref", 0x7dc, [0x8018_f709n, 0x0100_1200n]));
  assertEquals(
    await run(session, "!htrace 0 82345678"),
    `Process 0x82345678
ObjectTable 0xE1234560

--------------------------------------
Handle 0x7DC - BAD REFERENCE:
0x8018F709: +0x8018F709
0x01001200: app+0x1200

--------------------------------------
Parsed 0x1 stack traces.
Dumped 0x1 stack traces.
`,
  );
});

Deno.test("!htrace says so if a handle was never traced", async () => {
  const { target, session } = newSession();
  target.tracing = true;
  target.record(trace("open", 0x7d4));
  assertEquals(
    await run(session, "!htrace 44"),
    "Cannot list traces of handle 0x44: none of the 0x1 slots looked at is of it; " +
      '"!htrace" lists all traces\n',
  );
});

Deno.test("!htrace says after the traces why some are missing", async () => {
  const { target, session } = newSession();
  target.tracing = true;
  target.incomplete = "the page is not there";
  const text = await run(session, "!htrace");
  assertEquals(
    text.endsWith("stack traces.\nThe traces are incomplete: the page is not there.\n"),
    true,
  );
});

Deno.test("g says where the target stopped, and that it has ended", async () => {
  const { target, session } = newSession();
  target.stops = [{ kind: "breakpoint", address: 0x0100_1234n, threadId: 0x1c }];
  assertEquals(await run(session, "g"), "Breakpoint at app+0x1234 in thread 0x1c.\n");
  assertEquals(await run(session, "g"), "The process has ended with exit status 0x0.\n");
});

Deno.test("lm lists modules, deferred until a name is needed", async () => {
  const { session } = newSession();
  const row = "01000000 01010000   app        (deferred)       C:\\app\\app.exe\n";
  assertEquals(await run(session, "lm"), `start    end        module name\n${row}`);
  await run(session, "ln 1001200");
  assertStringIncludes(await run(session, "lm"), "(no symbols)");
});

Deno.test("ln names an address", async () => {
  const { session } = newSession();
  assertEquals(await run(session, "ln 0x01001200"), "(01000000)   app+0x1200\n");
});

Deno.test("!handle lists handles and counts types", async () => {
  const { target, session } = newSession();
  target.open = [
    { handle: 4, type: "Event", objectName: "\\done" },
    { handle: 8, type: "Event" },
    { handle: 12, type: "Semaphore" },
  ];
  assertEquals(
    await run(session, "!handle 4"),
    "Handle 4\n  Type         \tEvent\n  Name         \t\\done\n",
  );
  assertStringIncludes(
    await run(session, "!handle"),
    "Handle c\n  Type         \tSemaphore\n" +
      "3 Handles\nType           \tCount\nEvent          \t2\nSemaphore      \t1\n",
  );
});

Deno.test("!process and .process list processes and change the current one", async () => {
  const { target, session } = newSession("kernel");
  session.process = { process: 0x8234_5678n };
  target.list = [{
    process: 0x8234_5678n,
    processId: 0x84,
    parentProcessId: 4,
    imageName: "badhandle.exe",
    peb: 0x7ffd_f000n,
    directoryTableBase: 0x3_9000n,
    objectTable: 0xe10c_cf60n,
    handleCount: 12,
  }];
  const described = `PROCESS 82345678  Cid: 0084    Peb: 7ffdf000  ParentCid: 0004
    DirBase: 00039000  ObjectTable: e10ccf60  HandleCount:  12.
    Image: badhandle.exe
`;
  assertEquals(
    await run(session, "!process 0 0"),
    `**** NT ACTIVE PROCESS DUMP ****\n${described}`,
  );
  assertEquals(await run(session, "!process 82345678 0"), described);
  assertEquals(await run(session, "!process"), described);
  assertEquals(await run(session, ".process"), "Implicit process is now 82345678\n");
  assertEquals(await run(session, ".process 81500000"), "Implicit process is now 81500000\n");
  assertStringIncludes(await run(session, "!process 123 0"), "none has that address or id");
});

Deno.test("? lists the commands of the mode", async () => {
  assertStringIncludes(await run(newSession("kernel").session, "?"), "\n.process ");
  assertEquals((await run(newSession("user").session, "?")).includes(".process"), false);
});

for (
  const [line, mode] of [
    ["frobnicate", "user"],
    ["!process 0 0", "user"],
    ["!htrace zz", "user"],
    ["!htrace", "user"],
    ["!htrace -snapshot", "user"],
    ["!htrace -diff", "user"],
    ["!htrace -enable", "kernel"],
    ["!htrace 0 zz", "kernel"],
    ["!process zz", "kernel"],
    ["!process 0 0 0", "kernel"],
    [".process 1 2", "kernel"],
    ["g 1001180", "user"],
    ["lm k", "user"],
    ["ln", "user"],
    ["ln 1 2", "user"],
    ["ln 5", "user"],
    ["!handle zz", "user"],
    ["!handle 4 5", "user"],
    ["!handle 44", "user"],
    ["? 1+1", "user"],
  ] as const
) {
  Deno.test(`"${line}" in ${mode} mode prints one sentence, and the prompt continues`, async () => {
    const { session } = newSession(mode);
    let text = "";
    assertEquals(await runLine(session, line, (written) => text += written), true);
    assertMatch(text, /^Cannot [^\n]+: [^\n]+; [^\n]+[^.\n]\n$/);
  });
}

Deno.test("g breaks in on Ctrl-C if the target runs in steps, and can continue", async () => {
  const { target, session } = newSession();
  let steps = 0;
  const execution = {
    go: target.execution.go,
    advance: () => {
      steps++;
      return steps < 5
        ? { kind: "paused" as const, address: 0x0100_1234n, threadId: 0x1c }
        : { kind: "exited" as const, exitStatus: 0 };
    },
  };
  Object.assign(target, { execution });
  let disposed = 0;
  const host = {
    listenForBreak: () => ({
      isPressed: () => Promise.resolve(steps === 3),
      [Symbol.dispose]: () => void disposed++,
    }),
  };
  let text = "";
  await runPrompt(session, ["g", "g"], (more) => text += more, { host });
  assertEquals(
    text,
    'Break-in at app+0x1234 in thread 0x1c; "g" goes on.\n' +
      "The process has ended with exit status 0x0.\n",
  );
  assertEquals([steps, disposed], [5, 2]);
});

Deno.test("g breaks in at a mark, and lists no more marks than a person reads", async () => {
  const { target, session } = newSession();
  let marks = 0;
  const advance = (): MarkEvent => (marks++, { kind: "mark", name: "round" });
  Object.assign(target, { execution: { go: target.execution.go, advance } });
  const host = {
    listenForBreak: () => ({
      isPressed: () => new Promise<boolean>((done) => setTimeout(() => done(marks > 30))),
      [Symbol.dispose]: () => {},
    }),
  };
  let text = "";
  await runPrompt(session, ["g"], (more) => text += more, { host });
  const lines = text.trimEnd().split("\n");
  assertEquals(lines.filter((line) => line.startsWith('Mark "round"')).length, 20);
  assertMatch(lines.at(-2)!, /^[\d,]+ further marks\.$/);
  assertEquals(lines.at(-1), 'Break-in at mark "round"; "g" goes on.');
});
