/** Recognizing files that are not targets. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { FILE_SIGNATURES, fileKindOf, isBinary, textKindOf } from "./file_kind.ts";

const SHARED = new URL("../../shared/data/", import.meta.url);

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("every row of FILE_SIGNATURES is reachable: no earlier row matches its files", () => {
  for (const row of FILE_SIGNATURES) {
    const digits = row.bytes.replaceAll("..", "00");
    const head = new Uint8Array(0x100);
    head.set(Uint8Array.fromHex(digits), row.offset ?? 0);
    assertEquals(fileKindOf(head), row, row.what);
  }
});

Deno.test("fileKindOf() says that a file is empty", () => {
  assertEquals(fileKindOf(new Uint8Array())?.what, "empty");
});

Deno.test("fileKindOf() mistakes no text for another file because of its first words", () => {
  const texts = [
    "Microsoft C/C++ Optimizing Compiler Version 19.29\nlink.exe ...",
    "MZ told me this:\n0:000> !htrace\n",
    "PAGE 1\n--------------------------------------\n",
    "MDMP files are dumps",
    "BZh",
    "PK: see the log below",
    "Rar! she said",
  ];
  for (const text of texts) {
    assertEquals(fileKindOf(bytesOf(text)), undefined, text);
    assert(!isBinary(bytesOf(text)));
  }
});

Deno.test("isBinary() distinguishes texts in any encoding from other bytes", () => {
  const line = "Handle = 0x0000000000000004 - OPEN\r\n\tKopfgröße\x1b[0m\f\n".repeat(4);
  const utf16 = new Uint8Array(line.length * 2);
  for (let at = 0; at < line.length; at++) utf16[at * 2] = line.charCodeAt(at);
  const texts = [bytesOf(line), Uint8Array.of(0xff, 0xfe, ...utf16), utf16, new Uint8Array()];
  for (const head of texts) assert(!isBinary(head));
  const counting = Uint8Array.from({ length: 0x400 }, (_, at) => at);
  for (const head of [new Uint8Array(0x1000), counting]) assert(isBinary(head));
});

Deno.test("textKindOf() distinguishes reports of other tools from logs", () => {
  const whats: readonly (readonly [string, RegExp | undefined])[] = [
    ["Dr. Memory version 2.3.0 build 1\nRunning app.exe\n", /report of Dr\. Memory/],
    ["~~Dr.M~~ Error #1: HANDLE LEAK: KERNEL handle 0x1c\n", /report of Dr\. Memory/],
    ["Line #,Process,Handle Type,Create Stack,Count\n1,a.exe,Event,[Root],4\n", /Performance Anal/],
    ["<?xml version='1.0'?>\n<WindowsPerformanceRecorder Version='1.0'>", /a profile/],
    ["0:000> !htrace\nHandle = 0x4 - OPEN\n", undefined],
    ["The tool Dr. Memory found nothing, so I ran !htrace:\n", undefined],
  ];
  for (const [text, what] of whats) {
    if (what === undefined) assertEquals(textKindOf(text), undefined, text);
    else assertMatch(textKindOf(text)!.what, what);
  }
});

/** Real files of each kind, and what they are. */
const REAL: readonly (readonly [string, string])[] = [
  ["pdbs/badhandle-x64/badhandle.exe", "a Windows program or library (PE), without traces"],
  ["pdbs/xframe_eh_dll-x86/xframe_eh_dll.dll", "a Windows program or library (PE), without traces"],
  ["pdbs/crash-x86/crash.pdb", "a PDB: symbols, without traces"],
  ["etl/airbus_AMSITrace.etl", "an ETW recording, which this version does not read"],
  ["etl/sawbuck_image_data_32_v2.etl", "an ETW recording, which this version does not read"],
  ["etl/perfview_net.4.5.2.x64.etl.zip", "a zip archive"],
  ["etl/etwanalyzer_TraceLoggingTester.7z", "a 7z archive"],
];

for (const [path, what] of REAL) {
  const head = headOf(new URL(path, SHARED));
  Deno.test({
    name: `fileKindOf() recognizes ${path}${head === undefined ? " (needs ../shared/data)" : ""}`,
    ignore: head === undefined,
    fn: () => assertEquals(fileKindOf(head!)?.what, what),
  });
}

function headOf(file: URL): Uint8Array | undefined {
  try {
    return Deno.readFileSync(file).subarray(0, 0x1000);
  } catch {
    return undefined;
  }
}
