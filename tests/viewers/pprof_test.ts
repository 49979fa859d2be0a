/** `--format pprof` in Go's pprof, built from Debian's sources. Needs `deno task test:viewers`. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Analysis } from "../../src/analysis.ts";
import { emulatedLeak, grownService, oddNames, rendered, service } from "../report_fixture.ts";
import { functionOf, PLANTED } from "../service_fixture.ts";
import { type Folder, printedBy, viewerFolder, viewerTest } from "./_viewers.ts";

/** pprof's output for a profile. */
function pprof(...args: readonly string[]): string {
  return printedBy("/opt/viewers/pprof", ...args);
}

async function profile(folder: Folder, name: string, analysis: Analysis): Promise<string> {
  return folder.write(name, (await rendered("pprof", analysis)).get("")!);
}

viewerTest(
  "pprof -raw shows the four counts of the emulated leak, its labels, lines and modules",
  async () => {
    using folder = viewerFolder();
    const raw = pprof("-raw", await profile(folder, "leak.pb.gz", await emulatedLeak()));
    const samples = raw.slice(raw.indexOf("Samples:"), raw.indexOf("Locations"));
    assertEquals(samples.replaceAll(/ +/g, " ").trim().split("\n").map((line) => line.trim()), [
      "Samples:",
      "opened/count closed/count outstanding/count[dflt] bad_references/count",
      "3 0 3 0: 1 2 3 4 5 6 7",
      "handle_type:[Event] judgement:[never closed]",
      "3 3 0 0: 1 2 8 9 4 5 6 7",
      "judgement:[usually closed]",
    ]);
    assertStringIncludes(raw, "badhandle!open_event C:\\htrace\\badhandle\\badhandle.c:25 s=0");
    const [mapping] = /^1: .*$/m.exec(raw.slice(raw.indexOf("Mappings"))) ?? [];
    assert(
      /badhandle\.exe [0-9A-F]{32}[0-9a-f]+ \[FN\]\[FL\]\[LN\]\[IN\]/.test(mapping ?? ""),
      raw,
    );
  },
);

viewerTest("pprof -top without the system's frames shows the planted leaks first", async () => {
  using folder = viewerFolder();
  const top = pprof(
    "-top",
    "-hide=^(ntdll|KERNELBASE)!",
    await profile(folder, "service.pb.gz", await service()),
  );
  assertStringIncludes(top, "File: orders.exe\nType: outstanding\n");
  const rows = top.split("\n").slice(top.split("\n").findIndex((line) => /flat%/.test(line)) + 1);
  for (const [index, { place }] of PLANTED.entries()) {
    assertStringIncludes(rows[index]!, `orders!${functionOf(place)}`);
  }
});

viewerTest("pprof can select what is counted and which types of handles", async () => {
  using folder = viewerFolder();
  const file = await profile(folder, "service.pb.gz", await service());
  const { groups } = await service();
  const sum = (of: (group: Analysis["groups"][number]) => number): number =>
    groups.reduce((total, group) => total + of(group), 0);
  const opened = sum(({ opened }) => opened);
  assertStringIncludes(pprof("-top", "-sample_index=opened", file), `of ${opened} total`);
  const keys = sum(({ objectTypes }) => objectTypes.get("Key") ?? 0);
  assertStringIncludes(pprof("-tags", file), `${keys}.0 (`);
  assertStringIncludes(
    pprof("-top", "-tagfocus=handle_type=Key", file),
    `nodes accounting for ${keys},`,
  );
});

viewerTest(
  "pprof -diff_base shows what grew between two profiles, and -base subtracts them",
  async () => {
    using folder = viewerFolder();
    const before = await profile(folder, "before.pb.gz", await service(60_000));
    const now = await profile(folder, "now.pb.gz", await service());
    const hide = "-hide=^(ntdll|KERNELBASE)!";
    const diff = pprof("-top", hide, `-diff_base=${before}`, now);
    const { groups } = await grownService();
    const worst = groups[0]!;
    assertStringIncludes(diff, functionOf(PLANTED[0]!.place));
    const [, grown] = new RegExp(`^ +(\\d+) .*${functionOf(PLANTED[0]!.place)}$`, "m").exec(diff) ??
      [];
    assertEquals(Number(grown), worst.delta);
    const total = groups.reduce((sum, { delta = 0 }) => sum + Math.abs(delta), 0);
    assertStringIncludes(pprof("-top", `-base=${before}`, now), `of ${total} total`);
  },
);

viewerTest(
  "names that no format expects reach pprof unchanged, inlined functions first",
  async () => {
    using folder = viewerFolder();
    const raw = pprof("-raw", await profile(folder, "odd.pb.gz", oddNames()));
    assertStringIncludes(raw, "app!std::unique_ptr<x>::reset C:\\my src\\memory.h:300");
    assertStringIncludes(
      raw,
      'app!Größe<a;b, "c" & d>::operator new C:\\my src\\a#b\\größe?1.cpp:7',
    );
    assertStringIncludes(raw, "app+0x200");
    assertStringIncludes(raw, "=HYPERLINK(1)!-1+1");
    assertStringIncludes(
      raw,
      "1: 0x400000/0x401000/0x0 C:\\my programs\\app.exe 0123456789ABCDEF0123456789ABCDEFa",
    );
  },
);
