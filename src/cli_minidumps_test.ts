/** Minidumps on the command line: written, read, compared. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { assertFits } from "../docs/json_schema_fixture.ts";
import { runCli } from "./cli_fixture.ts";
import { mutate } from "./dump/_mutate_testing.ts";
import { dumpWithHandles, usualDump } from "./dump/minidump/_dump_testing.ts";
import { temporaryFolder, withFolder } from "./folder_fixture.ts";

const SYMBOLS = [
  "--offline",
  "--symbols",
  decodeURIComponent(
    new URL("../testdata/guest", import.meta.url).pathname,
  ),
];

/** Two dumps of the emulated program, before and after its step. */
async function emulatedDumps(folder: string): Promise<{ before: string; after: string }> {
  const [before, after] = [`${folder}/before.dmp`, `${folder}/after.dmp`];
  const commands = `!htrace -enable; .dump /mh ${before}; g; .dump /mh ${after}`;
  const { code, stdout } = await runCli("debug", "emulated", "-c", commands, "--", "leak", "3");
  assertEquals([code, stdout.match(/Dump successfully written/g)?.length], [0, 2]);
  return { before, after };
}

Deno.test("a dump of the emulated program shows the same as the program itself", () =>
  withFolder(async (folder) => {
    const { after } = await emulatedDumps(folder);
    const live = await runCli("show", "emulated", "--", "leak", "3");
    const dumped = await runCli("show", after, ...SYMBOLS);
    assertEquals([dumped.code, dumped.stderr], [0, ""]);
    assertEquals(dumped.stdout, live.stdout);
  }));

Deno.test("two dumps of one process are compared by traces, and say which handles have increased", () =>
  withFolder(async (folder) => {
    const { before, after } = await emulatedDumps(folder);
    const live = await runCli("diff", "emulated", "--", "leak", "3");
    const { code, stdout, stderr } = await runCli("diff", after, before, ...SYMBOLS);
    assertEquals(code, 0);
    assertEquals(stdout, live.stdout);
    assertEquals(stderr, "htrace: open handles since: +3 Event\n");
    const report = await runCli("report", before, after, ...SYMBOLS);
    assertStringIncludes(report.stdout, "leaks: 3 Event handles since the snapshot");
    assertStringIncludes(report.stderr, "open handles since: +3 Event");
  }));

Deno.test("for two dumps without symbols, the next command is `symbols` on the later one: it takes one target", () =>
  withFolder(async (folder) => {
    const { before, after } = await emulatedDumps(folder);
    const asked = `htrace symbols ${after} --offline`;
    const { stdout } = await runCli("report", before, after, "--offline");
    assertStringIncludes(stdout.replaceAll(/\s+/g, " "), `${asked} says why`);
    const { stderr } = await runCli("diff", after, before, "--offline");
    assertStringIncludes(stderr, `${asked} says why`);
  }));

Deno.test("convert writes the same dump, and says what it cannot contain", () =>
  withFolder(async (folder) => {
    const [recording, dump] = [`${folder}/x.htrace`, `${folder}/x.dmp`];
    await runCli("record", "emulated", "-o", recording, "--", "leak", "3");
    const { code, stdout, stderr } = await runCli("convert", recording, "-o", dump);
    assertEquals([code, stdout], [0, `Wrote 9 traces, 14 handles, 3 modules to ${dump}.\n`]);
    assertMatch(stderr, /^htrace: a minidump cannot hold: names of functions, files and lines; /);
    const shown = await runCli("show", dump, ...SYMBOLS);
    assertEquals(shown.stdout, (await runCli("show", recording)).stdout);
    const again = await runCli("convert", dump, "-o", `${folder}/again.dmp`);
    assertEquals([again.code, again.stderr], [0, ""]);
  }));

Deno.test("convert writes no minidump of a kernel", () =>
  withFolder(async (folder) => {
    const { code, stderr } = await runCli("convert", "emulated:kernel", "-o", `${folder}/x.dmp`);
    assertEquals(code, 3);
    assertMatch(stderr, /^htrace: Cannot write a minidump of emulated:kernel: it is a kernel, /);
  }));

Deno.test("a dump without traces is a result: its handles, and how to get one with traces", () =>
  withFolder(async (folder) => {
    const path = `${folder}/x.dmp`;
    Deno.writeFileSync(path, dumpWithHandles([["Event", 3], ["File", 2, "\\Device\\x"]]));
    for (const verb of ["show", "report"]) {
      const { code, stdout, stderr } = await runCli(verb, path, "--offline");
      assertEquals(code, 0);
      assertStringIncludes(stdout, "Open handles: 5\n  3  Event\n  2  File\n");
      assertStringIncludes(stdout, "Names that occur most:\n  2  File \\Device\\x\n");
      // A report itself says what is missing: a terminal shows both streams.
      const said = verb === "report" ? stdout : stderr;
      assertEquals((stdout + stderr).match(/handle tracing was off/g)?.length, 1);
      assertMatch(said, /handle tracing was off [^]*\.dump\s+\/mh/);
    }
    const { stdout } = await runCli("show", path, "--json");
    assertFits("analysis", JSON.parse(stdout));
    assertEquals(JSON.parse(stdout).handleTotals, { Event: 3, File: 2 });
    const recorded = await runCli("record", path, "-o", `${folder}/x.htrace`);
    assertEquals([recorded.code, recorded.stdout], [0, "Saved 0 traces, 0 modules, 5 handles.\n"]);
  }));

Deno.test("two dumps without traces are compared by their handles", () =>
  withFolder(async (folder) => {
    const [before, now] = [`${folder}/before.dmp`, `${folder}/now.dmp`];
    Deno.writeFileSync(before, dumpWithHandles([["Event", 3]]));
    Deno.writeFileSync(now, dumpWithHandles([["Event", 1207], ["File", 3, "\\Device\\x"]]));
    const diff = await runCli("diff", now, before);
    assertEquals(diff.code, 0);
    assertStringIncludes(diff.stdout, "1,207 opened, 0 closed, 0 replaced, 3 kept.");
    assertStringIncludes(diff.stdout, "handle tracing was off when the dump was written");
    assertEquals(diff.stderr, "htrace: open handles since: +1,204 Event, +3 File \\Device\\x\n");
    const report = await runCli("report", now, before);
    assertEquals(report.code, 0);
  }));

Deno.test("an invalid-handle exception is reported with its handle and thread, and is in the JSON", () =>
  withFolder(async (folder) => {
    const path = `${folder}/x.dmp`;
    Deno.writeFileSync(path, dumpWithHandles([["Event", 1]], { invalidHandle: 0x30 }));
    const { code, stdout, stderr } = await runCli("show", path, "--json");
    assertEquals(code, 0);
    assertEquals(
      stderr,
      "htrace: stopped at a misuse of a handle (code 0xc0000008): handle 0x30, in thread 0x24 of process 0x10\n",
    );
    const prompt = await runCli("debug", path, "-c", "!htrace");
    assertStringIncludes(prompt.stdout, "\nThe process was stopped at a misuse of a handle ");
    assertFits("analysis", JSON.parse(stdout));
    const { stops } = JSON.parse(stdout);
    assertEquals(stops.map(({ stack: _, ...stop }: { stack: number }) => stop), [{
      code: "0xc0000008",
      exception: "0xc0000008",
      handle: 0x30,
      threadId: 0x24,
      processId: 0x10,
    }]);
  }));

Deno.test("processes, symbols and the prompt work on a dump", () =>
  withFolder(async (folder) => {
    const { after } = await emulatedDumps(folder);
    const processes = await runCli("processes", after, "--json");
    assertEquals(
      JSON.parse(processes.stdout).map((row: { imageName: string; traced: boolean }) => [
        row.imageName,
        row.traced,
      ]),
      [["badhandle.exe", true]],
    );
    const symbols = await runCli("symbols", after, ...SYMBOLS);
    assertMatch(symbols.stdout, /^\S+ {2}badhandle +pdb +\S*badhandle\.pdb/m);
    const prompt = await runCli("debug", after, ...SYMBOLS, "-c", "lm; !handle; !htrace -enable");
    assertEquals(prompt.code, 0);
    assertStringIncludes(prompt.stdout, "14 Handles");
    assertStringIncludes(prompt.stdout, "cannot be switched; show what was recorded");
  }));

Deno.test("mutated dumps give a result or one line in every verb", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/x.dmp`;
  const seeds = [usualDump(), dumpWithHandles([["Event", 3]], { invalidHandle: 0x30 })];
  for (let seed = 0; seed < 60; seed++) {
    Deno.writeFileSync(path, mutate(seeds[seed % seeds.length]!, seed));
    const verb = [["show"], ["report"], ["show", "--json"], ["processes"]][seed % 4]!;
    const { code, stderr } = await runCli(
      ...verb,
      path,
      ...(verb[0] === "processes" ? [] : SYMBOLS),
    );
    assertEquals(code === 0 || code === 3, true, `seed ${seed}: ${stderr}`);
    if (code === 3) assertMatch(stderr, /^htrace: Cannot [^\n]+\n$/, `seed ${seed}`);
  }
});
