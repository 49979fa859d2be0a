import { assertEquals, assertThrows } from "@std/assert";
import {
  HANDLE_LIST_LIMITS,
  type HandleListLimits,
  type HandleTable,
  OTHER_NAMES,
} from "./handle_list.ts";
import { HandleListReader } from "./handle_list_reader.ts";
import { LimitReached } from "./limit_reached.ts";

function read(text: string): HandleTable[] {
  const reader = new HandleListReader();
  text.split("\n").forEach((line, index) => reader.take(line, index + 1));
  return reader.end();
}

function rowsOf(text: string): unknown[] {
  return read(text).flatMap(({ rows }) => rows);
}

const BANNER = "Nthandle v4.22 - Handle viewer\nCopyright (C) 1997-2019 Mark Russinovich\n\n";

Deno.test("HandleListReader reads the rows of handle.exe -a by their columns", () => {
  const rows = rowsOf(`${BANNER}${"-".repeat(78)}
tillsvc.exe pid: 4312 NT AUTHORITY\\SYSTEM
   40: Event
   4C: File          (RW-)   C:\\Till\\bin
   58: ALPC Port             \\RPC Control\\till
  1A4: File          (R--)   C:\\Till\\day (1),  late.dat
  1A8: WaitCompletionPacket
  1AC: Process               till.exe(4312)
  1B0: <Unknown type>
  1B4: File          (---)   `);
  assertEquals(rows, [
    { handle: 0x40, type: "Event" },
    { handle: 0x4c, type: "File", name: "C:\\Till\\bin", share: "RW-" },
    { handle: 0x58, type: "ALPC Port", name: "\\RPC Control\\till" },
    { handle: 0x1a4, type: "File", name: "C:\\Till\\day (1),  late.dat", share: "R--" },
    { handle: 0x1a8, type: "WaitCompletionPacket" },
    { handle: 0x1ac, type: "Process", name: "till.exe(4312)" },
    { handle: 0x1b0, type: "<Unknown type>" },
    { handle: 0x1b4, type: "File", share: "---" },
  ]);
});

Deno.test("HandleListReader reads rows whose columns a web page has pushed together", () => {
  const rows = rowsOf(
    `${BANNER}4C: File (RW-) C:\\Till\\bin\n58: Key HKLM\\SOFTWARE\n5C: ALPC Port \\RPC\n60: Event`,
  );
  assertEquals(rows, [
    { handle: 0x4c, type: "File", name: "C:\\Till\\bin", share: "RW-" },
    { handle: 0x58, type: "Key", name: "HKLM\\SOFTWARE" },
    { handle: 0x5c, type: "ALPC Port", name: "\\RPC" },
    { handle: 0x60, type: "Event" },
  ]);
});

Deno.test("HandleListReader returns a table per process, and none for rows of other programs", () => {
  const tables = read(`10: not a row\n${BANNER}${"-".repeat(78)}
a.exe pid: 8 \\<unable to open process>
    4: Event
${"-".repeat(78)}
b.exe pid: 12 TILL\\ines
    4: Key
    8: Key`);
  assertEquals(tables.map(({ process, total, line }) => [process, total, line]), [
    [{ name: "a.exe", processId: 8, user: "\\<unable to open process>" }, 1, 7],
    [{ name: "b.exe", processId: 12, user: "TILL\\ines" }, 2, 10],
  ]);
});

Deno.test("HandleListReader reads comma-separated rows, names with commas, quotes and tabs", () => {
  const header = "Process,PID,User,Handle,Type,Share Flags,Name,Access";
  assertEquals(rowsOf(`${header}\na.exe,8,A\\u,0x0000004C,File,RW-,C:\\a, b,0x120089`), [
    { handle: 0x4c, type: "File", name: "C:\\a, b", share: "RW-", grantedAccess: 0x120089 },
  ]);
  const quoted = header.split(",").map((name) => `"${name}"`).join(";");
  assertEquals(rowsOf(`${quoted}\n"a.exe";"8";"A\\u";"0x4C";"File";"";"C:\\""a"";b";"0x1"`), [
    { handle: 0x4c, type: "File", name: 'C:\\"a";b', grantedAccess: 1 },
  ]);
  const tabs = header.replaceAll(",", "\t");
  assertEquals(rowsOf(`${tabs}\na.exe\t8\tA\\u\t0x4C\tKey\t\tHKLM\t0x1`).length, 1);
});

Deno.test("HandleListReader reads the rows of version 5 that do not fit their header", () => {
  const [table] = read(
    "Process,PID,User,Handle,Type,Share Flags,Name,Access\na.exe,8,File,A\\svc,0x000001A4,C:\\x, y, z.dat ",
  );
  assertEquals([table?.source, table?.rows], ["handle.exe -v (5.0)", [
    { handle: 0x1a4, type: "File", name: "C:\\x, y, z.dat" },
  ]]);
});

Deno.test("HandleListReader reads the rows of a search, with and without a user", () => {
  const tables = read(
    `a.exe              pid: 8      type: File          NT AUTHORITY\\SYSTEM   1c008X C:\\a b
b.exe              pid: 12     type: File           1C4: C:\\c
b.exe              pid: 12     type: WaitCompletionPacket 1C8: x`,
  );
  assertEquals(tables.map(({ source, rows }) => [source, rows]), [
    ["handle.exe -u (5.0)", [{ handle: 0x1c0, type: "File", name: "C:\\a b" }]],
    ["handle.exe -u", [
      { handle: 0x1c4, type: "File", name: "C:\\c" },
      { handle: 0x1c8, type: "WaitCompletionPacket", name: "x" },
    ]],
  ]);
});

Deno.test("HandleListReader adds up a type that occurs twice in a summary", () => {
  const [table] = read(
    `Handle type summary:\n  <Unknown type>  : 4\n  Event           : 9\n  <Unknown type>  : 6\nTotal handles: 19`,
  );
  assertEquals([table?.total, Object.fromEntries(table!.types)], [19, {
    "<Unknown type>": 10,
    Event: 9,
  }]);
});

Deno.test("HandleListReader reads !handle with every field, and skips the lines about the object itself", () => {
  const [table] = read(`Handle 000000000000001c
  Type         \tFile
  Attributes   \t0
  GrantedAccess\t0x120089:
         ReadControl,Synch
  HandleCount  \t2
  PointerCount \t30012
  Name         \t\\Device\\HarddiskVolume3\\Name with blanks
  Object Specific Information
    Name         \tnot this
Handle 20
  No object specific information available
Handle 24
  Type         \t
  Name         \t<none>
3 Handles
Type           \tCount
None           \t1
File           \t2`);
  assertEquals(table?.rows, [
    {
      handle: 0x1c,
      type: "File",
      name: "\\Device\\HarddiskVolume3\\Name with blanks",
      grantedAccess: 0x120089,
      handleCount: 2,
      pointerCount: 30012,
    },
    { handle: 0x20 },
    { handle: 0x24 },
  ]);
  assertEquals([table?.total, Object.fromEntries(table!.types)], [3, { None: 1, File: 2 }]);
});

Deno.test("HandleListReader does not mistake prose that begins with Handle 4 for a list", () => {
  assertEquals(read("Handle 4\nis the one that leaks.\nHandle 8\n"), []);
});

Deno.test("HandleListReader reads the kernel's list with its process", () => {
  const tables = read(`PROCESS 82a1c5e8  SessionId: 0  Cid: 03a8    Peb: 7ffd9000  ParentCid: 0250
    DirBase: 0bd40260  ObjectTable: e2d40f38  HandleCount:  71.
    Image: till.exe
Handle Table at e1004000 with 71 Entries in use
0004: Object: e1007298  GrantedAccess: 00000003 (Inherit) Entry: e1008008
Object: e1007298  Type: (8a3c7e70) KeyedEvent
    ObjectHeader: e1007280 (old version)
        HandleCount: 45  PointerCount: 46
        Directory Object: e1003848  Name: CritSecOutOfMemoryEvent
0008: Object: e1007300  GrantedAccess: 00100001 Entry: e1008010
Object: e1007300  Type: (8a3c7e80) File
        Directory Object: 00000000  Name: \\till\\x {HarddiskVolume1}`);
  assertEquals(tables.map(({ process, total }) => [process, total]), [
    [{ process: 0x82a1c5e8n, processId: 0x3a8, name: "till.exe" }, 71],
  ]);
  assertEquals(tables[0]?.rows, [
    {
      handle: 4,
      type: "KeyedEvent",
      name: "CritSecOutOfMemoryEvent",
      object: 0xe1007298n,
      grantedAccess: 3,
      handleCount: 45,
      pointerCount: 46,
    },
    { handle: 8, type: "File", name: "\\till\\x", object: 0xe1007300n, grantedAccess: 0x100001 },
  ]);
});

/** Reads a list of `count` events with `names` different names. */
function readEvents(count: number, names: number, limits: Partial<HandleListLimits>): HandleTable {
  const reader = new HandleListReader({ ...HANDLE_LIST_LIMITS, ...limits });
  reader.take("Nthandle v4.22 - Handle viewer", 1);
  for (let i = 0; i < count; i++) {
    reader.take(`  ${(i * 4).toString(16)}: Event                 \\n${i % names}`, i + 2);
  }
  return reader.end()[0]!;
}

Deno.test("HandleListReader counts the rows that are too many to list", () => {
  const { total, rows, names, incomplete } = readEvents(1500, 7, { rows: 500 });
  assertEquals([total, rows.length, names.get("Event")?.size], [1500, 500, 7]);
  assertEquals(incomplete, "1,000 rows are counted but not listed");
});

Deno.test("HandleListReader counts the names that are too many under one name", () => {
  const { total, names } = readEvents(1500, 1500, { names: 501 });
  assertEquals([total, names.get("Event")?.get(OTHER_NAMES)], [1500, 1000]);
});

Deno.test("HandleListReader throws for more tables than the limit", () => {
  const reader = new HandleListReader({ ...HANDLE_LIST_LIMITS, tables: 2 });
  const lines = [1, 2, 3].flatMap((id) => [`p${id}.exe pid: ${id} U`, "    4: Event"]);
  assertThrows(
    () => lines.forEach((line, i) => reader.take(line, i)),
    LimitReached,
    "more than 2 handle tables",
  );
});

Deno.test("HandleListReader reads a summary whose lines have an author's remarks, and not the prose after it", () => {
  const [table] = read(
    "66316 Handles\nType Count\nNone 9\nKey 66256 ==> Large Value\nALPC Port 40 // ours\nThread 11\n" +
      "We see 3 (at least) of them.\nEvent 4",
  );
  assertEquals(
    table?.types,
    new Map([["None", 9], ["Key", 66256], ["ALPC Port", 40], ["Thread", 11]]),
  );
  assertEquals(table?.incomplete, undefined);
});

Deno.test("HandleListReader says that a list has fewer handles than it states", () => {
  const listed = read("Handle 4\n  Type Key\n<Output snipped>\n377 Handles\nType Count\nKey 377\n");
  assertEquals(listed.map(({ incomplete }) => incomplete), [
    "1 of the 377 stated handles are listed",
  ]);
  const counted = read("146,287 Handles\n146287 Handles\nType Count\nEvent 145913\nFile 143\n");
  assertEquals(counted.map(({ incomplete }) => incomplete), [
    "the types of 146,056 of the 146,287 stated handles are listed",
  ]);
});

Deno.test("HandleListReader reads the table of the kernel's own handles", () => {
  const [table] = read(
    "Kernel handle table at fffff8a0000018b0 with 452 entries in use\n\n" +
      "0004: Object: fffffa8001863930  GrantedAccess: 001fffff Entry: fffff8a000002010\n" +
      "Object: fffffa8001863930  Type: (fffffa800184bde0) Process\n",
  );
  assertEquals([table?.source, table?.total, table?.rows.length], ["!handle (kernel)", 452, 1]);
});
