/** The verbs on pasted texts: flags that only texts have, and messages for what cannot be done. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { assertFits } from "../docs/json_schema_fixture.ts";
import { runCli } from "./cli_fixture.ts";
import { withFolder } from "./folder_fixture.ts";

const TICKET = "testdata/logs/ticket.txt";
const MONDAY = "testdata/logs/handles-monday.txt";
const TUESDAY = "testdata/logs/handles-tuesday.txt";

Deno.test("show --answers lists a text's answers, as text and as JSON", async () => {
  const text = await runCli("show", TICKET, "--answers");
  assertEquals(text, {
    code: 0,
    stdout: "#  line  kind    entries  command\n" +
      "1     7  enable  -        0:012> !htrace -enable\n" +
      "2    14  diff    5        0:012> !htrace -diff\n",
    stderr: "",
  });
  const { stdout } = await runCli("show", TICKET, "--answers", "--json");
  assertEquals(
    JSON.parse(stdout).map(({ number, kind }: { number: number; kind: string }) => [
      number,
      kind,
    ]),
    [[1, "enable"], [2, "diff"]],
  );
  const lines = await runCli("show", TICKET, "--answers", "--format", "jsonl");
  assertEquals(lines.stdout.trimEnd().split("\n").length, 2);
});

Deno.test("a missing answer, and answers of a target without any, are usage errors", async () => {
  const cases: readonly (readonly [string[], string])[] = [
    [
      ["show", TICKET, "--answer", "99"],
      `htrace: Cannot choose answer 99 of "${TICKET}": there are 2; list them with --answers\n`,
    ],
    [
      ["show", MONDAY, "--answers"],
      `htrace: Cannot list the answers of "${MONDAY}": it is a handle list, and only debugger logs have some; ` +
      "leave --answers out\n",
    ],
  ];
  for (const [args, said] of cases) {
    assertEquals(await runCli(...args), { code: 2, stdout: "", stderr: said });
  }
  const { code, stderr } = await runCli("show", TICKET, "--answer", "0");
  assertEquals(code, 2);
  assertMatch(stderr, /^htrace: [^\n]+\n$/);
});

Deno.test("show of a list counts its handles; --process takes one of several", () =>
  withFolder(async (folder) => {
    const path = `${folder}/all.txt`;
    const one = Deno.readTextFileSync(MONDAY);
    Deno.writeTextFileSync(
      path,
      one + one.replaceAll("4712", "16").replaceAll("orders.exe", "a.exe"),
    );
    const all = await runCli("show", path);
    assertMatch(all.stdout, /^Open handles: 52\n/);
    const of = await runCli("show", path, "--process", "a.exe", "--top", "1");
    assertEquals(
      of.stdout,
      "Open handles: 26\n  9  File\n     and 10 more\n\n" +
        "Names that occur most:\n  6  File C:\\orders\\journal\\today.jnl\n     and 13 more\n",
    );
    const processes = await runCli("processes", path, "--json");
    assertEquals(
      JSON.parse(processes.stdout).map((row: { processId: number; handles: number }) =>
        row.processId
      ),
      [4712, 16],
    );
  }));

Deno.test("diff of two lists merges names on request, and says so in JSON, too", async () => {
  const { stdout } = await runCli("diff", TUESDAY, MONDAY, "--merge-names", "--top", "2");
  assertStringIncludes(
    stdout,
    "By type and name, most grown first:\n" +
      "  File C:\\orders\\journal\\today.jnl: 6 -> 61\n" +
      "  Event \\BaseNamedObjects\\order-*-done: 4 -> 5\n" +
      "  and 1 more\n",
  );
  const json = await runCli("diff", TUESDAY, MONDAY, "--handles", "--json");
  assertFits("handleDiff", JSON.parse(json.stdout));
  const { before, now, growth } = JSON.parse(json.stdout);
  assertEquals([before, now, growth.length], [26, 83, 11]);
});

Deno.test("lists of different processes are not compared", () =>
  withFolder(async (folder) => {
    const path = `${folder}/other.txt`;
    Deno.writeTextFileSync(path, Deno.readTextFileSync(MONDAY).replaceAll("4712", "16"));
    const { code, stderr } = await runCli("diff", TUESDAY, path);
    assertEquals(code, 3);
    assertMatch(
      stderr,
      /^htrace: Cannot compare [^\n]*: they are of different processes; [^\n]+\n$/,
    );
  }));

Deno.test("a text is recorded and converted like any other target", () =>
  withFolder(async (folder) => {
    const [recording, dump] = [`${folder}/ticket.htrace`, `${folder}/ticket.dmp`];
    const recorded = await runCli("record", TICKET, "-o", recording);
    assertEquals(recorded.stdout, "Saved 5 traces, 0 modules, 0 handles.\n");
    const report = await runCli("report", recording);
    assertMatch(report.stdout, /^orders!Journal::Open leaks: 4 handles /);
    const converted = await runCli("convert", TICKET, "-o", dump);
    assertEquals(converted.code, 0);
    const { stdout } = await runCli("show", dump);
    assertStringIncludes(stdout, "Handle = 0x00000000000005f8 - OPEN\n");
    assertStringIncludes(stdout, "Dumped 0x5 stack traces.\n");
  }));

Deno.test("a stop of Application Verifier is part of its handle's story", async () => {
  const { stdout, stderr } = await runCli("report", "testdata/logs/stop.txt");
  assertMatch(
    stdout,
    /Handle 0x624, double close, verifier stop 0x300 \(invalid handle\): opened by /,
  );
  assertEquals(stderr, "");
});

Deno.test("a diff's text lists no closes, and no report counts what is unknown", async () => {
  const { stdout } = await runCli("report", "testdata/log_forms/22-more-stated-than-shown.txt");
  assertStringIncludes(
    stdout,
    "ordersvc!orders::Settings::Load leaks: 1 handle since the snapshot, 33 % of all open handles.\n",
  );
  assertStringIncludes(stdout, ": 41 new traces, 3 stacks, 3 open\n");
  assertMatch(stdout, /^Suspect +Judgement +Open\n/m);
  assertEquals(/closed, |never closed/.test(stdout), false);
});

Deno.test("the next command reads the answer that was chosen", async () => {
  const { stdout } = await runCli("report", "testdata/log_forms/01-cdb-plain.txt", "--answer", "2");
  assertStringIncludes(
    stdout,
    "\nNext: htrace report testdata/log_forms/01-cdb-plain.txt --answer 2 ",
  );
});

Deno.test("a diff that the debugger called too large is lost history, with a hint what to type", async () => {
  const { stdout, stderr } = await runCli("report", "testdata/log_forms/28-messages.txt");
  assertMatch(stdout, /^History was lost: the debugger says that the difference between the two /);
  assertMatch(stdout, /\nNext: !htrace -enable 0x20000 in the debugger, /);
  assertEquals(stderr, "");
});

/** A stop as the debugger prints it, with this code and first parameter. */
function verifierStop(code: string, words: string, first: string): string {
  return `=======================================\nVERIFIER STOP ${code}: pid 0x7A8: ${words}\n\n` +
    `\t${first}\n\t00000000 : Not used.\n\n=======================================\n`;
}

async function reportOf(text: string): Promise<string[]> {
  const lines: string[] = [];
  await withFolder(async (folder) => {
    Deno.writeTextFileSync(`${folder}/stop.txt`, text);
    const { stdout, stderr } = await runCli("report", `${folder}/stop.txt`);
    lines.push(...`${stdout}${stderr}`.split("\n"));
  });
  return lines;
}

Deno.test("a stop of Application Verifier without any trace gives a report, too", async () => {
  const wrong = await reportOf(
    verifierStop("00000300", "Invalid handle exception.", "C0000008 : Exception code."),
  );
  assertEquals(wrong[0], "No handle operations were traced, but 1 bad reference.");
  assert(
    wrong.includes(
      "A handle, verifier stop 0x300 (invalid handle): the source does not say where.",
    ),
    wrong.join("\n"),
  );
  const leaked = await reportOf(
    verifierStop("00000901", "A HANDLE was leaked.", "000001E4 : Value of the leaked handle."),
  );
  assertEquals(
    leaked[0],
    "No handle operations were traced; Application Verifier found 1 leaked handle.",
  );
  assert(
    leaked.includes(
      "Note: stopped over a leaked handle (code 0x901): handle 0x1e4, in process 0x7a8.",
    ),
    leaked.join("\n"),
  );
});

Deno.test("a stop about a heap is not about a handle", async () => {
  const heap = "0AED3F58 : Address of the leaked allocation.";
  const lines = await reportOf(verifierStop("00000900", "A heap allocation was leaked.", heap));
  assertEquals(lines[0], "No handle operations were traced.");
  assert(!lines.some((line) => line.includes("stopped")), lines.join("\n"));
});

Deno.test("a misuse that involves only system code is attributed to the caller of the system", async () => {
  const lines = await reportOf(`0:027> !htrace b08

--------------------------------------
Handle = 0x00000b08 - *** BAD REFERENCE ***
Thread ID = 0x00000170, Process ID = 0x00000228

0x77e6c1fe: KERNEL32!CloseHandle+0x00000044
0x008f49c9: vfbasics!AVrfpCloseHandle+0x00000089
0x77c34a60: GDI32!GdiPlayPageEMF+0x00000186      <---- SECOND CLOSE
0x761734a2: localspl!SplLogWmiTraceEventExternal+0x00006f06
--------------------------------------
Handle = 0x00000b08 - CLOSE
Thread ID = 0x00000170, Process ID = 0x00000228

0x77e6c1fe: KERNEL32!CloseHandle+0x00000044
0x008f49c9: vfbasics!AVrfpCloseHandle+0x00000089
0x77c24bef: GDI32!SetWinMetaFileBits+0x00000923   <---- FIRST CLOSE
0x77c38e55: GDI32!GdiDrawStream+0x00000d06
`);
  assertStringIncludes(
    lines.join(" ").replaceAll(/\s+/g, " "),
    "Handle 0xb08, double close: closed by GDI32!SetWinMetaFileBits [no own frame] in thread 368, then " +
      "closed again by GDI32!GdiPlayPageEMF [no own frame] in thread 368.",
  );
});

Deno.test("the summary of a handle list says what is open, and how to see what grows", async () => {
  const { stdout } = await runCli("report", MONDAY);
  assertMatch(
    stdout,
    /^No handle operations were traced \(a handle list has no history\); \d+ handles are open, \d+\s+of\s+them\s+\w+\.\n/,
  );
  assertStringIncludes(stdout, `Next: htrace diff <later list> ${MONDAY}   (what grew)\n`);
});
