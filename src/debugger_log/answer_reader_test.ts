/** The answers in a text: their commands, their contents, and what is missing from them. */
import { assertEquals } from "@std/assert";
import type { Answer } from "../answer.ts";
import { entryNames, readText } from "./_read_testing.ts";

const LINE = "-".repeat(38);

/** An entry with one frame. */
function entry(handle: string, type = "OPEN", name = "app!main+0x00000004"): string {
  return `${LINE}\nHandle = 0x000000${handle} - ${type}\n` +
    `Thread ID = 0x00000020, Process ID = 0x00000030\n\n0x00401000: ${name}\n`;
}

/** The end of a listing. */
function counts(count: number): string {
  return `\n${LINE}\nParsed 0x${count} stack traces.\nDumped 0x${count} stack traces.\n`;
}

/** A summary of each answer. */
function saidOf(text: string): Partial<Answer>[] {
  return readText(text).answers.map(({ kind, command, entryCount, incomplete }) => ({
    kind,
    ...(command !== undefined && { command }),
    ...(entryCount > 0 && { entryCount }),
    ...(incomplete !== undefined && { incomplete }),
  }));
}

Deno.test("every command is an answer, in order, with its output", () => {
  assertEquals(
    saidOf(
      "0:000> !htrace -enable\nHandle tracing enabled.\n" +
        "Handle tracing information snapshot successfully taken.\n0:000> g\n" +
        `0:000> !htrace -diff\nHandle tracing information snapshot successfully taken.\n` +
        "0x1 new stack traces since the previous snapshot.\n" +
        "Ignoring handles that were already closed...\n" +
        "Outstanding handles opened since the previous snapshot:\n" +
        `${
          entry("10")
        }${LINE}\nDisplayed 0x1 stack traces for outstanding handles opened since the previous snapshot.\n` +
        `0:000> !htrace 10\n${entry("10")}${
          counts(1)
        }0:000> !htrace -disable\nHandle tracing disabled.\n` +
        '0:000> !htrace\nHandle tracing is not enabled for this process. Use "!htrace -enable" to enable it.\n',
    ),
    [
      { kind: "enable", command: "!htrace -enable" },
      { kind: "diff", command: "!htrace -diff", entryCount: 1 },
      { kind: "listing", command: "!htrace 10", entryCount: 1 },
      { kind: "disable", command: "!htrace -disable" },
      { kind: "error", command: "!htrace" },
    ],
  );
});

Deno.test("a command without a prompt begins an answer; one in prose does not", () => {
  const output = entry("10") + counts(1);
  assertEquals(saidOf(`!htrace\n${output}`), [
    { kind: "listing", command: "!htrace", entryCount: 1 },
  ]);
  assertEquals(saidOf(`I typed !htrace and it said\n${output}`), [
    { kind: "listing", entryCount: 1 },
  ]);
});

Deno.test("an output without command, heading and counts is of kind entries, and says that counts are missing", () => {
  assertEquals(saidOf(entry("10") + entry("14", "CLOSE")), [
    { kind: "entries", entryCount: 2, incomplete: "no closing counts" },
  ]);
});

Deno.test("everything that is missing is reported", () => {
  assertEquals(saidOf(`0:000> !htrace\n${entry("10")}...\n${entry("18")}${counts(3)}`), [
    {
      kind: "listing",
      command: "!htrace",
      entryCount: 2,
      incomplete: "entries left out; fewer entries than stated",
    },
  ]);
  assertEquals(saidOf(`0x00401000: app!main+0x00000004\n${entry("10").slice(0, -5)}`), [
    {
      kind: "entries",
      entryCount: 1,
      incomplete: "starts inside an entry; ends inside an entry; no closing counts",
    },
  ]);
});

Deno.test("an author's stars and dots mean entries left out; a box of the debugger does not", () => {
  const marks = ["...", "[...]", "…", "* * *", "<snip>", "(cut)"];
  for (const mark of marks) {
    const [answer] = readText(`${entry("10")}${mark}\n${entry("14")}${counts(3)}`).answers;
    assertEquals(answer?.incomplete, "entries left out; fewer entries than stated", mark);
  }
  const box = "*".repeat(79);
  const [answer] = readText(`${entry("10")}${box}\n${entry("14")}${counts(2)}`).answers;
  assertEquals(answer?.incomplete, undefined);
});

Deno.test("the messages of failures are distinguished", () => {
  const messages: readonly (readonly [string, string])[] = [
    ["Handle tracing is not enabled for this process.", "not-enabled"],
    ["Handle tracing information is not available for this process.", "not-available"],
    ["Failed to enable handle tracing, status 0xc0000022", "enable-failed"],
    ["Failed to take a snapshot", "snapshot-failed"],
    ["The difference between the two snapshots is too large.", "too-large"],
  ];
  for (const [message, error] of messages) {
    const [answer] = readText(`0:000> !htrace -diff\n${message}\n`).answers;
    assertEquals(answer?.error, error, message);
  }
});

Deno.test("the layout of the entries decides the mode, regardless of the prompt", () => {
  const kernel = `0:000> !htrace\nProcess 0x81400300\nObjectTable 0xE10CCF60\n\n${LINE}\n` +
    "Handle 0x7DC - OPEN:\n0x801E3390: ntoskrnl!ObpCreateUnnamedHandle+0x10C\n" +
    `\n${LINE}\nParsed 0x2 stack traces.\nDumped 0x1 stack traces.\n`;
  const log = readText(kernel);
  const [answer] = log.answers;
  assertEquals([answer!.mode, answer!.pointerSize, answer!.process, answer!.objectTable], [
    ...["kernel", 4, 0x81400300n, 0xe10ccf60n],
  ]);
  assertEquals(answer!.incomplete, undefined); // the blank slot of the ring counts as parsed, too
  assertEquals(entryNames(log, answer!), [["ntoskrnl!ObpCreateUnnamedHandle+0x10c"]]);
  const user = readText(`kd> !htrace\n${entry("10")}${counts(1)}`).answers;
  assertEquals(user.map(({ mode }) => mode), ["user"]);
});

Deno.test("an entry without frames is complete: a stack can be empty", () => {
  const empty =
    `${LINE}\nHandle = 0x00000010 - CLOSE\nThread ID = 0x00000020, Process ID = 0x00000030\n\n`;
  const log = readText(`0:000> !htrace\n${empty}${entry("10")}${counts(2)}`);
  assertEquals(entryNames(log, log.answers[0]!), [[], ["app!main+0x4"]]);
  assertEquals(log.answers[0]!.incomplete, undefined);
});

Deno.test("a 64-bit handle, as in bad references, keeps both halves", () => {
  const bad = entry("10", "*** BAD REFERENCE ***").replace("0x00000010", "0xffffffff00000010");
  const [answer] = readText(`0:000> !htrace\n${bad}${counts(1)}`).answers;
  assertEquals([...answer!.entries.handle], [0x10]);
  assertEquals(answer!.entries.wideHandles, new Map([[0, 0xffff_ffff_0000_0010n]]));
});
