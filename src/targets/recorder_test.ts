/** Recorder logs as targets, on any system. The logs in testdata/recorder were written under Wine. */
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { runCli } from "../cli_fixture.ts";
import { FormatError, TargetError } from "../error.ts";
import { temporaryFolder } from "../folder_fixture.ts";
import { HEADER } from "../recorder/layout.ts";
import { TestLog } from "../recorder/_log_testing.ts";
import { Session } from "../session.ts";
import { symbolSource } from "../symbols/path/mod.ts";
import { traceAt } from "../trace_log.ts";
import { launchProgram, openTarget } from "./mod.ts";
import { RecorderTarget } from "./recorder.ts";

const LOGS = new URL("../../testdata/recorder/", import.meta.url);
const SYMBOLS = decodeURIComponent(new URL("../../testdata/windows", import.meta.url).pathname);

/** A log from testdata as a separate file. */
async function unpacked(name: string): Promise<{ readonly path: string } & Disposable> {
  const folder = temporaryFolder();
  const path = `${folder.path}/${name}.hrec`;
  const packed = await Deno.open(new URL(`${name}.hrec.gz`, LOGS));
  using file = await Deno.create(path);
  await packed.readable.pipeThrough(new DecompressionStream("gzip")).pipeTo(file.writable, {
    preventClose: true,
  });
  return { path, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

Deno.test("a recorder log is recognized by its first bytes, and by its name", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/renamed`;
  Deno.writeFileSync(path, new TestLog().bytes);
  using target = await openTarget(path);
  assertEquals(target.kind, "recorder log");
  Deno.writeTextFileSync(`${path}.hrec`, "not one");
  await assertRejects(
    () => openTarget(`${path}.hrec`),
    FormatError,
    `Cannot read the recorder log "${path}.hrec": it is not one; name a file that the recorder wrote`,
  );
  await assertRejects(
    () => openTarget(`${path}.missing.hrec`),
    FormatError,
    "there is no such file; check its path and your rights",
  );
  assertThrows(() => new RecorderTarget(folder.path), FormatError, "it is ");
});

Deno.test("badhandle leak 3, recorded: who leaks, with file and line", async () => {
  using file = await unpacked("leak64");
  const report = await runCli("report", file.path, "--symbols", SYMBOLS, "--offline");
  assertEquals(report.code, 0);
  assertStringIncludes(report.stdout, "badhandle64!leak (badhandle.c:");
  assertStringIncludes(report.stdout, "3 Event handles");
  const gate = await runCli("report", file.path, "--fail-on-leak", "--offline");
  assertEquals(gate.code, 1);
});

Deno.test("a log has its process, modules, handles and notes", async () => {
  using file = await unpacked("leak64");
  using session = new Session(await openTarget(file.path));
  const { target } = session;
  assertEquals([target.mode, target.pointerSize], ["user", 8]);
  assertEquals(target.identity.imageName, "badhandle64.exe");
  assert(!target.control!.isEnabled());
  const { log, modules, handles = [] } = await session.show();
  assertEquals(modules[0]?.name, "badhandle64");
  assert(modules[0]?.pdb?.path.endsWith("badhandle64.pdb"));
  assertEquals(handles.filter(({ type }) => type === "Event").length, 3);
  assert(handles.some(({ objectName }) => objectName === "\\REGISTRY\\Machine"));
  assertEquals(log.count, 9);
  assert(traceAt(log, 0).time! >= traceAt(log, 8).time!);
  assertEquals(log.notes?.length, 2);
});

Deno.test("every report format shows the notes, in the report or beside it", async () => {
  using file = await unpacked("leak64");
  const notes = /\d+ of \d+ calls are hooked/;
  for (const format of ["groups", "classic", "json"]) {
    const { stdout, stderr } = await runCli("show", file.path, "--format", format, "--offline");
    assert(notes.test(stdout) !== notes.test(stderr), format);
  }
  const { limits: inJson } = JSON.parse((await runCli("show", file.path, "--json")).stdout);
  assert(notes.test(inJson[0]));
});

for (const bits of [64, 32]) {
  Deno.test(`the unusual calls, recorded, ${bits} bits: marks are snapshots`, async () => {
    using file = await unpacked(`calls${bits}`);
    using session = new Session(await openTarget(file.path), {
      symbols: symbolSource({ path: `${SYMBOLS}/recorder`, offline: true }),
    });
    const { snapshots, log, groups, misuses } = await session.show();
    assertEquals(snapshots.map(({ name }) => name), ["first", "second", "日本"]);
    // Each mark comes at the end of the part that it names: OutputDebugString's own handles come after it.
    const counts = (await session.snapshots()).values().map(({ count }) => count);
    const [first = 0, second = 0] = [...counts];
    assert(0 < first && first < second && second < log.count, `${first}, ${second}`);
    assertEquals(misuses.length, 7);
    // One event was opened between the marks.
    const grown = groups.filter(({ series }) => series?.[1] === series![0]! + 1);
    assert(grown.some(({ objectTypes }) => objectTypes.get("Event") === 1));
    const key = groups.flatMap(({ outstandingTraces }) => [...outstandingTraces])
      .map((trace) => traceAt(log, trace).object)
      .find((object) => object?.type === "Key");
    assertEquals(key?.name, "\\REGISTRY\\Machine\\Software\\Microsoft");
  });
}

Deno.test("a log can be recorded, and the recording says the same", async () => {
  using file = await unpacked("leak64");
  const copy = `${file.path}.htrace`;
  assertEquals((await runCli("record", file.path, "-o", copy)).code, 0);
  const groups = async (path: string): Promise<string> =>
    (await runCli("show", path, "--group", "--offline")).stdout.replace(/\n\nNote: [^]*/, "\n");
  assertEquals(await groups(copy), await groups(file.path));
});

Deno.test("a log at an earlier time is the snapshot of a later one", async () => {
  using folder = temporaryFolder();
  const log = new TestLog();
  const [before, after] = ["before", "after"].map((name) => `${folder.path}/${name}.hrec`);
  const stack = log.stack([0x40_1000n]);
  log.module({ path: "C:\\app.exe", base: 0x40_0000n, size: 0x2000 });
  log.openHandle(0x10, log.event({ kind: "open", handle: 0x10, stack }), { stack });
  Deno.writeFileSync(before!, log.bytes);
  log.openHandle(0x20, log.event({ kind: "open", handle: 0x20, stack }), { stack });
  Deno.writeFileSync(after!, log.bytes);
  const { code, stdout } = await runCli("diff", after!, before!);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "Handle = 0x0000000000000020 - OPEN");
  assert(!stdout.includes("Handle = 0x0000000000000010 - OPEN"));
});

Deno.test("copies of a log at several times are steps of growth; a log of another process is not", async () => {
  using folder = temporaryFolder();
  const log = new TestLog();
  const stack = log.stack([0x40_1000n]);
  log.module({ path: "C:\\app.exe", base: 0x40_0000n, size: 0x2000 });
  const paths = [1, 2, 3, 4].map((turn) => {
    const path = `${folder.path}/${turn}.hrec`;
    log.openHandle(turn * 0x10, log.event({ kind: "open", handle: turn * 0x10, stack }), { stack });
    log.event({ kind: "open", handle: 0x800, stack });
    log.event({ kind: "close", handle: 0x800 });
    Deno.writeFileSync(path, log.bytes);
    return path;
  });
  const { code, stdout } = await runCli("report", ...paths, "--json", "--fail-on-growth");
  assertEquals(code, 1);
  const [group] = JSON.parse(stdout).groups;
  assertEquals([group.series, group.delta, group.judgement], [[1, 2, 3], 1, "growing"]);
  Deno.writeFileSync(paths[0]!, log.set(HEADER.processId, 4343).bytes);
  const other = await runCli("report", ...paths);
  assertEquals([other.code, other.stdout], [3, ""]);
  assertStringIncludes(other.stderr, "take one of the same process\n");
});

Deno.test("a log that is still recording can be stopped, but not restarted", () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/x.hrec`;
  Deno.writeFileSync(path, new TestLog().bytes);
  using target = new RecorderTarget(path);
  assert(target.control.isEnabled());
  target.control.enable(); // it is enabled already
  target.control.disable();
  assert(!target.control.isEnabled());
  assertThrows(
    () => target.control.enable(),
    TargetError,
    "it was stopped, and what happened since is not known; run the program again",
  );
});

Deno.test("a program whose recorder was not loaded is reported", () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/x.hrec`;
  Deno.writeFileSync(path, new TestLog().set(0x80, 0).bytes);
  using target = new RecorderTarget(path);
  assertThrows(
    () => target.checkStart("app.exe", 0xc000_0135),
    TargetError,
    'Cannot record "app.exe": the recorder was not loaded (security software or a policy may keep ' +
      "it out), and the program ended with 0xc0000135; use kernel tracing",
  );
  Deno.writeFileSync(path, new TestLog().set(0x80, 3).set(0x84, 4).bytes);
  assertThrows(
    () => target.checkStart("app.exe", 0),
    TargetError,
    "the recorder could not start (no system call could be hooked: the program's code may not be",
  );
});

Deno.test("recording a program needs Windows; its flags go together", async () => {
  if (Deno.build.os !== "windows") {
    await assertRejects(
      () => launchProgram(["app.exe"], undefined, { recorder: {} }),
      TargetError,
      'Cannot start "app.exe": this is not Windows',
    );
  }
  const cases: [string[], string][] = [
    [["--frames", "9"], "Cannot run with --frames: the recorder is not asked for; add --recorder"],
    [["-o", "x.hrec"], "Cannot run with -o x.hrec: the recorder is not asked for; add --recorder"],
    [["--recorder", "--target", "emulated"], 'Cannot record on "emulated": the recorder is for'],
    [
      ["--recorder", "--frames", "1"],
      '"1" for frames: it is not a number of frames; give 2 to 256',
    ],
  ];
  for (const [flags, sentence] of cases) {
    const { code, stderr } = await runCli("run", ...flags, "--", "app.exe");
    assertEquals(code, 2);
    assertStringIncludes(stderr, sentence);
  }
});
