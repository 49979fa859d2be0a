/**
 * Real minidumps as targets, through sessions and symbols, checked against files of expected frames and handles.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { expectedFiles, sharedFolder } from "../dump/_shared_data_testing.ts";
import { usualDump } from "../dump/minidump/_dump_testing.ts";
import { FormatError, TargetError } from "../error.ts";
import { temporaryFolder, withFolder } from "../folder_fixture.ts";
import { frameName } from "../frame.ts";
import { Session } from "../session.ts";
import { symbolSource } from "../symbols/path/mod.ts";
import { traceAt } from "../trace_log.ts";
import { openTarget } from "./mod.ts";

/** The handle operations in a file of expected results. */
interface Expected {
  readonly handle_operations?: {
    readonly operations: readonly {
      readonly frames: readonly {
        readonly symbol?: string;
        readonly export_symbol?: string;
        readonly file?: string;
      }[];
    }[];
    readonly still_open: readonly string[];
  };
}

if (sharedFolder("minidumps") === undefined) {
  Deno.test({
    name: "real minidumps as targets (shared/data is missing)",
    ignore: true,
    fn: () => {},
  });
}

for (const file of expectedFiles("minidumps")) {
  const { handle_operations: expected } = file.expected as Expected;
  if (expected === undefined) continue;
  const isFull = file.name.endsWith("-full");
  Deno.test(`${file.name}: names of frames and open handles are as expected`, async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/x.dmp`;
    Deno.writeFileSync(path, await file.bytes());
    const pdbs = sharedFolder(`pdbs/${file.name.replace("-full", "")}`)!;
    using session = new Session(await openTarget(path), {
      symbols: symbolSource({ path: decodeURIComponent(pdbs.pathname), offline: true }),
    });
    const { log, listed, stacks, isOutstanding } = await session.show();
    assertEquals(listed.length, expected.operations.length);
    for (const [index, { frames }] of expected.operations.entries()) {
      const named = stacks.get(log.stack[index]!)!.frames;
      assertEquals(named.length, frames.length);
      for (const [place, wanted] of frames.entries()) {
        const frame = named[place]!;
        // Only a dump with full memory has the exports of images that are not available.
        const symbol = wanted.symbol ?? (isFull ? wanted.export_symbol : undefined);
        if (symbol !== undefined) {
          assertEquals(`${frameName(frame)}+0x${frame.displacement?.toString(16)}`, symbol);
        } else {
          assertEquals(frame.symbol, undefined);
        }
        // Lines differ on purpose: theirs are those of the return address, ours those of the call before it.
        assertEquals(frame.file, wanted.file);
      }
    }
    const open = Array.from(isOutstanding.entries())
      .filter(([, flag]) => flag === 1)
      .map(([trace]) => `0x${traceAt(log, trace).handle.toString(16)}`);
    assertEquals(open.sort(), [...expected.still_open].sort());
  });
}

Deno.test("a file that begins like a minidump is one, whatever its name", () =>
  withFolder(async (folder) => {
    const path = `${folder}/core`;
    Deno.writeFileSync(path, usualDump());
    using target = await openTarget(path);
    assertEquals([target.kind, target.name], ["minidump", path]);
    assert(target.memory);
  }));

Deno.test("a damaged minidump is rejected, and its file is closed", () =>
  withFolder(async (folder) => {
    const path = `${folder}/cut.dmp`;
    Deno.writeFileSync(path, usualDump().subarray(0, 40));
    await assertRejects(
      () => openTarget(path),
      FormatError,
      "its stream directory at 0x20 is cut off after 8 of 108 bytes",
    );
  }));

Deno.test("a minidump takes no arguments and cannot be traced", () =>
  withFolder(async (folder) => {
    const path = `${folder}/x.dmp`;
    Deno.writeFileSync(path, usualDump());
    await assertRejects(() => openTarget(path, { args: ["leak"] }), Error, "a minidump takes none");
    using session = new Session(await openTarget(path));
    await assertRejects(() => session.enable(), TargetError, "cannot be switched");
  }));
