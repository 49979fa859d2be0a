import { assertEquals, assertThrows } from "@std/assert";
import type { TestTrace } from "./_analysis_testing.ts";
import { testAnalysis } from "./_analysis_testing.ts";
import { parseAnswer, parseSession, shapeOf } from "./transcript_fixture.ts";
import { renderClassic } from "./classic.ts";
import { SHARED } from "../shared_fixture.ts";

const GOLDEN = new URL("../../testdata/golden/", import.meta.url);
const TRANSCRIPTS = new URL("golden/transcripts/", SHARED);

const LEAK: TestTrace = {
  type: "open",
  handle: 0x7d4,
  threadId: 0x1c,
  processId: 0x18,
  frames: [
    {
      address: 0x77de265cn,
      module: { name: "KERNEL32" },
      symbol: "CreateEventA",
      displacement: 0x66,
    },
    { address: 0x101991n },
  ],
};

for (const file of ["documented-example.txt", "documented-example-7dc.txt"]) {
  Deno.test(`renderClassic() writes ${file} byte for byte from its facts`, () => {
    const golden = Deno.readTextFileSync(new URL(file, GOLDEN));
    const { kind, traces } = parseAnswer(golden);
    assertEquals(kind, "kernel listing");
    const analysis = testAnalysis(traces, { mode: "kernel" });
    const log = { ...analysis.log, process: 0x81400300n, objectTable: 0xe10ccf60n };
    assertEquals(renderClassic({ ...analysis, log, parsed: 6 }), golden);
  });
}

Deno.test("renderClassic() writes a user-mode listing", () => {
  const text = renderClassic(testAnalysis([LEAK]));
  assertEquals(
    text,
    `--------------------------------------
Handle = 0x000007d4 - OPEN
Thread ID = 0x0000001c, Process ID = 0x00000018

0x77de265c: KERNEL32!CreateEventA+0x00000066
0x00101991: +0x00101991

--------------------------------------
Parsed 0x1 stack traces.
Dumped 0x1 stack traces.
`,
  );
  assertEquals(parseAnswer(text).kind, "listing");
});

Deno.test("renderClassic() writes 16 digits for a 64-bit target", () => {
  const frames = [
    {
      address: 0x7ffb12345678n,
      module: { name: "ntdll" },
      symbol: "NtCreateEvent",
      displacement: 0x14,
    },
  ];
  const text = renderClassic(
    testAnalysis([{ type: "badref", handle: 0x44, frames }], { pointerSize: 8 }),
  );
  assertEquals(text.split("\n").slice(1, 6), [
    "Handle = 0x0000000000000044 - *** BAD REFERENCE ***",
    "Thread ID = 0x0000000000000020, Process ID = 0x0000000000000010",
    "",
    "0x00007ffb12345678: ntdll!NtCreateEvent+0x0000000000000014",
    "",
  ]);
  parseAnswer(text);
});

Deno.test("renderClassic() ends an entry without frames after its blank line", () => {
  const text = renderClassic(testAnalysis([{ type: "close", handle: 4, frames: [] }]));
  assertEquals(text.split("\n").slice(2, 6), [
    "Thread ID = 0x00000020, Process ID = 0x00000010",
    "",
    "",
    "-".repeat(38),
  ]);
  parseAnswer(text);
});

Deno.test("renderClassic() lists nothing as nothing", () => {
  const text = renderClassic(testAnalysis([]));
  assertEquals(
    text,
    `\n${"-".repeat(38)}\nParsed 0x0 stack traces.\nDumped 0x0 stack traces.\n`,
  );
});

Deno.test("renderClassic() writes a diff without a blank line before the last separator", () => {
  const analysis = testAnalysis([LEAK], { diff: { newTraces: 0xd9, historyLost: false } });
  const text = renderClassic(analysis);
  assertEquals(
    text,
    `Handle tracing information snapshot successfully taken.
0xd9 new stack traces since the previous snapshot.
Ignoring handles that were already closed...
Outstanding handles opened since the previous snapshot:
--------------------------------------
Handle = 0x000007d4 - OPEN
Thread ID = 0x0000001c, Process ID = 0x00000018

0x77de265c: KERNEL32!CreateEventA+0x00000066
0x00101991: +0x00101991
--------------------------------------
Displayed 0x1 stack traces for outstanding handles opened since the previous snapshot.
`,
  );
});

Deno.test("renderClassic() says that nothing is outstanding", () => {
  const text = renderClassic(testAnalysis([], { diff: { newTraces: 2, historyLost: false } }));
  assertEquals(
    text.split("\n")[3],
    "No outstanding handles opened since the previous snapshot were detected.",
  );
  assertEquals(parseAnswer(text).kind, "diff");
});

Deno.test("renderClassic() says in the two documented sentences that history was lost", () => {
  const text = renderClassic(testAnalysis([], { diff: { newTraces: 2, historyLost: true } }));
  assertEquals(parseAnswer(text).kind, "diff too large");
});

Deno.test("renderClassic() adds type and name only if the user asked for them", () => {
  const objectOf = () => ({ type: "Event", name: "\\BaseNamedObjects\\done" });
  const lines = (listsNames: boolean): string[] =>
    renderClassic(testAnalysis([LEAK], { objectOf, listsNames })).split("\n");
  assertEquals(lines(true)[3], "Type = Event, Name = \\BaseNamedObjects\\done");
  assertEquals(lines(false)[3], "");
});

Deno.test("renderClassic() leaves out addresses that the source does not have", () => {
  const frames = [{
    address: 1n,
    isUnaddressed: true as const,
    module: { name: "app" },
    symbol: "main",
    displacement: 4,
  }];
  const lines = (mode: "user" | "kernel"): string[] =>
    renderClassic(testAnalysis([{ ...LEAK, frames }], { mode })).split("\n");
  assertEquals(lines("user")[4], "app!main+0x00000004");
  assertEquals(lines("kernel")[2], "app!main+0x4");
});

Deno.test("parseAnswer() rejects trailing blanks, wrong digits and a wrong order", () => {
  const text = renderClassic(testAnalysis([LEAK]));
  for (
    const wrong of [
      text.replace(" - OPEN\n", " - OPEN \n"),
      text.replace("0x000007d4", "0x7d4"),
      text.replace("KERNEL32!CreateEventA+0x00000066", "KERNEL32!CreateEventA+0x66"),
      text.replace("\n\n0x77", "\n0x77"),
      text.replace("Dumped", "Displayed"),
    ]
  ) {
    assertThrows(() => parseAnswer(wrong), SyntaxError);
  }
});

const haveTranscripts = exists(TRANSCRIPTS);

for (
  const [file, kinds] of [
    ["user-help.txt", ["help", "enable", "snapshot"]],
    ["user-x86-win7-enable.txt", ["enable"]],
    ["user-x86-win7-diff.txt", ["diff"]],
    ["user-wow64-win10-diff.txt", ["enable", "diff"]],
  ] as const
) {
  Deno.test({
    name: `published ${file} has the lines that renderClassic() writes (needs ../shared/golden)`,
    ignore: !haveTranscripts,
    fn: () => {
      const transcript = Deno.readTextFileSync(new URL(file, TRANSCRIPTS));
      const answers = parseSession(transcript, { edited: true });
      assertEquals(answers.map(({ kind }) => kind), [...kinds]);
      for (const { lines, traces } of answers.filter(({ kind }) => kind === "diff")) {
        const analysis = testAnalysis(traces, { diff: { newTraces: 0x17, historyLost: false } });
        const ours = parseAnswer(renderClassic(analysis)).lines;
        assertEquals(ours.map(shapeOf), lines.map(shapeOf));
      }
    },
  });
}

function exists(url: URL): boolean {
  try {
    return Deno.statSync(url).isDirectory;
  } catch {
    return false;
  }
}
