/** Lines that were broken on their way are joined again, and others are left alone. */
import { assertEquals } from "@std/assert";
import { breakAt, wrapAtBlanks } from "./_damage_testing.ts";
import { entryNames, readText } from "./_read_testing.ts";

const LINE = "-".repeat(38);
const NAME =
  "shop!std::map<int, std::pair<int, long> >::find_or_insert_with_a_very_long_name+0x0000000000000021";

/** A diff of one entry with these frames. */
function diffOf(...frames: readonly string[]): string[] {
  return [
    "0:000> !htrace -diff",
    "Handle tracing information snapshot successfully taken.",
    "0x1 new stack traces since the previous snapshot.",
    "Ignoring handles that were already closed...",
    "Outstanding handles opened since the previous snapshot:",
    LINE,
    "Handle = 0x0000000000000010 - OPEN",
    "Thread ID = 0x0000000000000020, Process ID = 0x0000000000000030",
    "",
    ...frames.map((name) => `0x00007ff8f7bb4224: ${name}`),
    LINE,
    "Displayed 0x1 stack traces for outstanding handles opened since the previous snapshot.",
    "0:000> q",
  ];
}

function namesIn(lines: readonly string[]): string[][] {
  const log = readText(lines.join("\n"));
  return log.answers.flatMap((answer) => entryNames(log, answer));
}

const WHOLE = [[NAME.replace(/0{14,}/, ""), "ntdll!NtClose+0x14"]];

for (const width of [60, 72, 76, 80]) {
  Deno.test(`a mail program breaks lines at blanks before column ${width}`, () => {
    const lines = diffOf(NAME, "ntdll!NtClose+0x0000000000000014");
    assertEquals(namesIn(lines.flatMap((line) => wrapAtBlanks(line, width))), WHOLE);
  });
}

for (const width of [80, 100]) {
  Deno.test(`a console breaks lines at column ${width}, inside words and numbers`, () => {
    const lines = diffOf(NAME, "ntdll!NtClose+0x0000000000000014");
    assertEquals(namesIn(lines.flatMap((line) => breakAt(line, width))), WHOLE);
  });
}

Deno.test("a symbol warning between an address and its name, or inside a broken name, is left out", () => {
  const warning = "*** WARNING: Unable to verify checksum for shop.exe";
  const lines = diffOf(NAME, "ntdll!NtClose+0x0000000000000014");
  const at = lines.findIndex((line) => line.includes("ntdll"));
  assertEquals(
    namesIn([
      ...lines.slice(0, at),
      `0x00007ff8f7bb4224: ${warning}`,
      "ntdll!NtClose+0x0000000000000014",
      ...lines.slice(at + 1),
    ]),
    WHOLE,
  );
});

Deno.test("a command and its option can be on two lines", () => {
  const [, ...output] = diffOf("ntdll!NtClose+0x0000000000000014");
  for (const command of [["0:000>", "!htrace -diff"], ["0:000> !htrace", "-diff"]]) {
    const { answers } = readText([...command, ...output].join("\n"));
    assertEquals(answers.map(({ prompt, command, entryCount }) => [prompt, command, entryCount]), [
      ["0:000>", "!htrace -diff", 1],
    ]);
  }
});

Deno.test("a frame that is cut, with other text after it, stays cut", () => {
  const lines = diffOf("shop!Order::Com", "ntdll!NtClose+0x0000000000000014");
  assertEquals(namesIn(lines), [["shop!Order::Com", "ntdll!NtClose+0x14"]]);
});

Deno.test("kernel mode does not pad displacements: a short one is complete", () => {
  const log = readText([
    "kd> !htrace",
    "Process 0x81400300",
    "ObjectTable 0xE10CCF60",
    "",
    LINE,
    "Handle 0x7DC - OPEN:",
    "0x801E3390: ntoskrnl!ObpCreateUnnamedHandle+0x1",
    "0x801E7317: ntoskrnl!ObInsertObject+0xC3",
    "",
    LINE,
    "Parsed 0x2 stack traces.",
    "Dumped 0x1 stack traces.",
  ].join("\n"));
  assertEquals(entryNames(log, log.answers[0]!), [
    ["ntoskrnl!ObpCreateUnnamedHandle+0x1", "ntoskrnl!ObInsertObject+0xc3"],
  ]);
});

Deno.test("a mail program may break a name that has blanks: its words do not become one", () => {
  const name = "shop!std::_Func_impl_no_alloc<`lambda at 1',void,std::map<int,int> >::_Do_call";
  const lines = diffOf(`${name}+0x000000000000029e`, "ntdll!NtClose+0x0000000000000014");
  for (const width of [60, 72]) {
    assertEquals(namesIn(lines.flatMap((line) => wrapAtBlanks(line, width))), [
      [`${name}+0x29e`, "ntdll!NtClose+0x14"],
    ]);
  }
});
