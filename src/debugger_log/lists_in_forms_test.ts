/**
 * Handle lists in every form in which texts arrive: what is read equals what was written.
 */
import { assertEquals } from "@std/assert";
import { LOG_FORMS } from "./_damage_testing.ts";
import { Random } from "./_log_writer_testing.ts";
import { readText } from "./_read_testing.ts";

/** Types of objects, including those whose names begin lines of the debugger. */
const TYPES = ["Thread", "Process", "Event", "File", "Key", "ALPC Port", "WaitCompletionPacket"];
const NAMES = ["", "\\BaseNamedObjects\\till-tick", "\\Device\\HarddiskVolume3\\till (2)\\a.dat"];

interface Row {
  readonly handle: number;
  readonly type: string;
  readonly name: string;
}

/** How a list of handles is printed. */
const LISTS: Readonly<Record<string, (rows: readonly Row[]) => string[]>> = {
  "!handle": (rows) => [
    "0:000> !handle 0x0 0xf",
    ...rows.flatMap(({ handle, type, name }) => [
      `Handle ${handle.toString(16)}`,
      `  Type         \t${type}`,
      "  Attributes   \t0",
      "  GrantedAccess\t0x1f0003:",
      "         Delete,ReadControl,WriteDac,WriteOwner,Synch",
      "  HandleCount  \t2",
      "  PointerCount \t32770",
      `  Name         \t${name || "<none>"}`,
      ...(type === "Event" ? ["  Object Specific Information", "    Event Type Auto Reset"] : []),
    ]),
    `${rows.length} Handles`,
    "Type           \tCount",
    ...TYPES.map((type) => `${type.padEnd(15)}\t${countOf(rows, type)}`),
    "0:000> q",
  ],
  "!handle, types alone": (rows) => [
    "0:000> !handle",
    ...rows.flatMap(({ handle, type }) => [
      `Handle ${handle.toString(16).padStart(8, "0")}`,
      `  Type         \t${type}`,
    ]),
    "0:000> q",
  ],
  "handle.exe -a": (rows) => [
    "Nthandle v4.22 - Handle viewer",
    "Copyright (C) 1997-2019 Mark Russinovich",
    "",
    "-".repeat(78),
    "tillsvc.exe pid: 4312 NT AUTHORITY\\SYSTEM",
    ...rows.map(({ handle, type, name }) =>
      `${handle.toString(16).toUpperCase().padStart(5)}: ${
        name === "" ? type : `${type.padEnd(14)}        ${name}`
      }`
    ),
  ],
};

Object.assign(LISTS, {
  "handle.exe -v": (rows: readonly Row[]) => [
    "Process,PID,User,Handle,Type,Share Flags,Name,Access",
    ...rows.map(({ handle, type, name }) =>
      `tillsvc.exe,4312,NT AUTHORITY\\SYSTEM,0x${
        handle.toString(16).toUpperCase().padStart(8, "0")
      },${type},,${name},0x00120089`
    ),
  ],
  "!handle in kernel mode": (rows: readonly Row[]) => [
    "0: kd> !handle 0 3 ffffb40c5a2d1080",
    "",
    "PROCESS ffffb40c5a2d1080",
    "    SessionId: 1  Cid: 1f40    Peb: 7b1c2f4000  ParentCid: 0d24",
    "    Image: tillsvc.exe",
    "",
    `Handle table at ffffd38c1d2e3f40 with ${rows.length} entries in use`,
    "",
    ...rows.flatMap(({ handle, type, name }) => [
      `${
        handle.toString(16).padStart(4, "0")
      }: Object: ffffb40c5b6a7c60  GrantedAccess: 0012019f Entry: ffffd38c1d6c55d0`,
      `Object: ffffb40c5b6a7c60  Type: (ffffb40c500c5380) ${type}`,
      "    ObjectHeader: ffffb40c5b6a7c30 (new version)",
      "        HandleCount: 1  PointerCount: 32769",
      ...(name === "" ? [] : [`        Directory Object: 00000000  Name: ${name}`]),
    ]),
  ],
});

function countOf(rows: readonly Row[], type: string): number {
  return rows.filter((row) => row.type === type).length;
}

/** Forms that break the lines of a list, whose names have no end mark, or that change the debugger's output. */
const LOSES_LINES = /wrapped|^broken|blanks in frames|remarks|warnings/;

for (const [list, write] of Object.entries(LISTS)) {
  for (const form of LOG_FORMS.filter(({ name }) => !LOSES_LINES.test(name))) {
    Deno.test(`a list of ${list} reads back equal: ${form.name}`, () => {
      for (let seed = 0; seed < 10; seed++) {
        const random = new Random(seed);
        const rows = Array.from({ length: 3 + random.below(20) }, (_, index) => ({
          handle: 4 * (index * 7 + 1 + random.below(7)),
          type: random.of(TYPES),
          name: list.includes("alone") ? "" : random.of(NAMES),
        }));
        const lines = write(rows);
        const text = form.text?.(lines, random) ?? lines.join("\n");
        const log = readText(form.bytes?.(text) ?? text);
        assertEquals(
          log.tables.flatMap((table) => table.rows).map(({ handle, type, name = "" }) => ({
            handle,
            type,
            name,
          })),
          rows,
          `seed ${seed}`,
        );
        const [table] = log.tables;
        assertEquals(
          [table?.total, table?.types.get("Thread") ?? 0],
          [rows.length, countOf(rows, "Thread")],
        );
      }
    });
  }
}

Deno.test("a list of several hundred KiB on one line reads back equal", () => {
  for (const [list, write] of Object.entries(LISTS)) {
    const random = new Random(7);
    const rows = Array.from({ length: 6000 }, (_, index) => ({
      handle: 4 * (index + 1),
      type: random.of(TYPES),
      name: list.includes("alone") ? "" : random.of(NAMES),
    }));
    const log = readText(write(rows).filter((line) => line !== "").join(" "));
    const read = log.tables.flatMap((table) => table.rows).map(({ handle, type, name = "" }) => ({
      handle,
      type,
      name,
    }));
    assertEquals(read.length, rows.length, list);
    assertEquals(read, rows, list);
  }
});
