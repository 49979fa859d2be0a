/**
 * Test helper: the kinds of files that the command line reads, each with some good files, a way to damage them, and the
 * command lines to run with them.
 *
 * @module
 */
import { HANDLE_LISTS } from "./debugger_log/_handle_lists_testing.ts";
import { givenTexts, mutateText } from "./debugger_log/debugger_log_fuzz.ts";
import { mutate } from "./dump/_mutate_testing.ts";
import { sampleKernelDump } from "./dump/kernel/kernel_dump_fixture.ts";
import { usualDump } from "./dump/minidump/_dump_testing.ts";
import { hostileRecordings } from "./hostile_recordings_fixture.ts";
import { allLayouts } from "./nt/layouts.ts";
import { TestLog } from "./recorder/_log_testing.ts";
import { pack, unpack } from "./recording/_container.ts";
import { decodeRecording } from "./recording/recording.ts";
import { cabinetOf } from "./symbols/cabinet_fixture.ts";
import { keyFolder, pdbKey } from "./symbols/path/store.ts";
import { SERVER, SYMBOL_LINES, TARGET_LINES } from "./verb_lines_fixture.ts";

/** What mutations start from. */
export interface GoodFiles {
  /** A recording with names. */
  readonly good: Uint8Array;
  /** The same without names. */
  readonly plain: Uint8Array;
  /** Recordings built as attacks. */
  readonly hostile: ReadonlyMap<string, Uint8Array>;
  /** Where a store keeps badhandle's PDB, relative to the store's root. */
  readonly key: string;
}

/** A kind of files. */
export interface FuzzedKind {
  /** What they are called. */
  readonly name: string;
  /** Some good files, or good attacks. */
  readonly seeds: (good: GoodFiles) => Promise<readonly Uint8Array[]>;
  /** Damages one, always in the same way for the same number. */
  readonly mutate: (file: Uint8Array, number: number) => Promise<Uint8Array>;
  /** Its path within the folder of a run. */
  readonly place: (good: GoodFiles, number: number) => string;
  /** Command lines with `FILE` and `DIR`. */
  readonly lines: readonly (readonly string[])[];
  /** What the symbol server sends, if the file comes from there. */
  readonly answer?: (file: Uint8Array, number: number) => Response;
}

/** Prepares what all kinds need. */
export async function makeGoodFiles(): Promise<GoodFiles> {
  const hostile = await hostileRecordings();
  const [good, plain] = [hostile.get("good")!, hostile.get("plain")!];
  const { modules } = await decodeRecording("good", good);
  const pdb = modules.find(({ name }) => name === "badhandle")!.pdb!;
  return { good, plain, hostile, key: keyFolder(pdbKey(pdb), false).join("/") };
}

const TEST_DATA = new URL("../testdata/", import.meta.url);

function testData(...names: readonly string[]): Promise<Uint8Array[]> {
  return Promise.all(names.map((name) => Deno.readFile(new URL(name, TEST_DATA))));
}

function texts(...given: readonly string[]): Promise<readonly Uint8Array[]> {
  return Promise.resolve(given.map((text) => new TextEncoder().encode(text)));
}

/** Changes bytes in place. */
const inBytes = (file: Uint8Array, number: number): Promise<Uint8Array> =>
  Promise.resolve(mutate(file, number));

/** Changes lines, characters and encodings. */
const inText = (file: Uint8Array, number: number): Promise<Uint8Array> =>
  Promise.resolve(mutateText(file, number));

/**
 * Packed data is changed before it is packed, otherwise the checksum would stop everything; occasionally the outside.
 */
async function inRecording(file: Uint8Array, number: number): Promise<Uint8Array> {
  if (number % 16 === 0) return mutate(file, number);
  const content = await unpack("x.htrace", file);
  if (number % 4 === 0) return await pack(new Uint8Array(mutate(content, number)));
  // One byte, so that most of it can still be read.
  const changed = content.slice();
  changed[(Math.imul(number, 0x9e37_79b1) >>> 0) % changed.length] = number >>> 3 & 0xff;
  return await pack(changed);
}

/** The first version had the same outside, and is recognized by its number. */
async function firstVersion({ hostile }: GoodFiles): Promise<readonly Uint8Array[]> {
  return await Promise.resolve(
    hostile.values().take(4).map((file) => {
      const old = file.slice();
      old[8] = 1;
      return old;
    }).toArray(),
  );
}

function recorderLog(): Uint8Array {
  const log = new TestLog();
  const stack = log.stack([0x7ff0_0010n, 0x40_1000n], { opened: 2, closed: 1 });
  log.module({ path: "\\??\\C:\\app\\app.exe", base: 0x40_0000n });
  log.module({ path: "C:\\windows\\system32\\ntdll.dll", base: 0x7ff0_0000n });
  log.listing("start", [[4, "Key"]]);
  const name = log.name("\\??\\C:\\app\\a.txt");
  log.event({ kind: "open", handle: 0x44, stack, name, type: "File" });
  log.event({ kind: "close", handle: 0x44, stack, type: "File" });
  log.mark("warmup");
  log.openHandle(0x48, log.event({ kind: "open", handle: 0x48, stack }), { stack });
  return log.listing("end", [[4, "Key"], [0x48, "Event"]]).end(7).bytes;
}

/** Small kernels of some builds, in each form of dump. */
function kernelDumps(): Promise<readonly Uint8Array[]> {
  const forms = [["x86", 1], ["x86", 2], ["pae", 1], ["x64", 1], ["x64", 5], ["x64", 6]] as const;
  return Promise.resolve(forms.map(([mode, type], index) => {
    const fitting = allLayouts()
      .filter(({ architecture }) => (architecture === "x64") === (mode === "x64"));
    const layouts = fitting[(index * 5) % fitting.length]!;
    return sampleKernelDump({ layouts, mode, type, seed: index + 1 });
  }));
}

const BASELINE_LINES = [
  ["report", "DIR/good.htrace", "--fail-on-leak", "--baseline", "FILE"],
  ["diff", "DIR/good.htrace", "--fail-on-leak", "--baseline", "FILE"],
  ["report", "DIR/good.htrace", "--baseline", "FILE", "--format", "junit"],
  ["report", "DIR/good.htrace", "--fail-on-leak", "--baseline", "FILE", "--update-baseline"],
  ["run", "--target", "emulated", "--fail-on-leak", "--baseline", "FILE", "--", "leak", "1"],
  ["show", "FILE"],
];

const STORE_LINES = [
  ["symbols", "DIR/plain.htrace", "--symbols", "DIR/store"],
  ["symbols", "DIR/plain.htrace", "--symbols", "srv*DIR/store", "--json"],
  ["symbols", "DIR/plain.htrace", "--symbols", "cache*DIR/cache;DIR/store", "--force"],
  ["report", "DIR/plain.htrace", "--symbols", "srv*DIR/cache*DIR/store"],
  ["debug", "DIR/plain.htrace", "--symbols", "srv*DIR/cache*DIR/store", "-c", "x badhandle!*; lm"],
];

const SERVER_LINES = [
  ["symbols", "DIR/plain.htrace", "--symbols", `srv*DIR/cache*${SERVER}/s`],
  ["symbols", "DIR/plain.htrace", "--symbols", `cache*DIR/cache;srv*${SERVER}/s`, "--json"],
  ["report", "DIR/plain.htrace", "--symbols", `srv*DIR/cache*${SERVER}/s`, "--force"],
  [
    "debug",
    "DIR/plain.htrace",
    "-c",
    `.sympath srv*DIR/cache*${SERVER}/s; .reload; lm; x badhandle!m*`,
  ],
];

const POINTERS = [
  "PATH:/etc/passwd",
  "PATH:C:\\symbols\\badhandle.pdb",
  "PATH:\\\\host\\share\\badhandle.pdb",
  "PATH:\\??\\UNC\\host\\share\\badhandle.pdb",
  "PATH://host/share/badhandle.pdb",
  "PATH:/dev/zero",
  "PATH:/proc/self/environ",
  "path: ..\\..\\badhandle.pdb\r\n",
  "MSG: the file was removed\r\nPATH:/etc/passwd",
  "PATH:/a\0b",
];

/** Locations that a server may give for a file; only the first is allowed. */
const LOCATIONS = [
  `${SERVER}/again`,
  "file:///etc/passwd",
  "file://host/share/x.pdb",
  "\\\\host\\share",
  "data:,x",
  "javascript:0",
  "http://",
  "%00",
];

/** Lengths that are not the file's: numeric ones cause a retry, which takes time. */
const LENGTHS = ["-1", "x", "1e3", "0x10", "999999999999"];

/** Redirects, statuses, wrong lengths; mostly the file itself. */
function serverAnswer(file: Uint8Array, number: number): Response {
  switch (number % 8) {
    case 1: {
      const location = LOCATIONS[(number >>> 3) % LOCATIONS.length]!;
      const status = [301, 302, 307, 308][(number >>> 3) % 4]!;
      return new Response(null, { status, headers: { location } });
    }
    case 2:
      return new Response("no", { status: [403, 404, 410, 418][(number >>> 3) % 4]! });
    case 3: {
      const length = LENGTHS[number % 256 === 3 ? 4 : (number >>> 3) % 4]!;
      return new Response(file.slice(), { headers: { "content-length": length } });
    }
    default:
      return new Response(file.slice());
  }
}

/** The kinds. */
export const FUZZED_KINDS: readonly FuzzedKind[] = [
  {
    name: "recordings",
    seeds: ({ hostile }) =>
      Promise.resolve(
        Array.from(hostile).filter(([name]) => name !== "long").map(([, bytes]) => bytes),
      ),
    mutate: inRecording,
    place: () => "x.htrace",
    lines: TARGET_LINES,
  },
  {
    name: "recordings of version 1",
    seeds: firstVersion,
    mutate: inBytes,
    place: () => "x.htrace",
    lines: TARGET_LINES,
  },
  {
    name: "recorder logs",
    seeds: () => Promise.resolve([recorderLog()]),
    mutate: inBytes,
    place: () => "x.hrec",
    lines: TARGET_LINES,
  },
  {
    name: "minidumps",
    seeds: () => Promise.resolve([usualDump()]),
    mutate: inBytes,
    place: () => "x.dmp",
    lines: TARGET_LINES,
  },
  {
    name: "kernel dumps",
    seeds: kernelDumps,
    mutate: inBytes,
    place: () => "MEMORY.DMP",
    lines: TARGET_LINES,
  },
  {
    name: "debugger logs",
    seeds: () => Promise.resolve(givenTexts()),
    mutate: inText,
    place: () => "log.txt",
    lines: TARGET_LINES,
  },
  {
    name: "handle lists",
    seeds: () => texts(...HANDLE_LISTS),
    mutate: inText,
    place: () => "handles.txt",
    lines: TARGET_LINES,
  },
  {
    name: "PDBs",
    seeds: () => testData("guest/badhandle.pdb", "guest/ntdll.pdb", "hostile/escape.pdb"),
    mutate: inBytes,
    place: () => "symbols/badhandle.pdb",
    lines: SYMBOL_LINES,
  },
  {
    name: "images",
    seeds: () => testData("guest/badhandle.exe", "guest/kernel32.dll", "windows/badhandle64.exe"),
    mutate: inBytes,
    place: () => "symbols/badhandle.exe",
    lines: SYMBOL_LINES,
  },
  {
    name: "baselines",
    seeds: () =>
      texts(
        "# htrace baseline 2\nbadhandle!main;badhandle!open_event 3\nbadhandle+0x1190 1\n",
        "# htrace baseline 2\n# a comment\n\napp!a%3Bb;app!%20c 999999999\n",
        "# 3 outstanding\nbadhandle!main;badhandle!open_event\n",
      ),
    mutate: inText,
    place: () => "leaks.txt",
    lines: BASELINE_LINES,
  },
  {
    name: "store pointers",
    seeds: () => texts(...POINTERS),
    mutate: (file, number) => number % 2 === 0 ? inText(file, number) : Promise.resolve(file),
    place: ({ key }) => `store/${key}/file.ptr`,
    lines: STORE_LINES,
  },
  {
    name: "cabinets",
    seeds: async () => {
      const [pdb] = await testData("guest/badhandle.pdb");
      return [
        await cabinetOf("badhandle.pdb", pdb!),
        await cabinetOf("..\\..\\escaped.pdb", pdb!),
        await cabinetOf("badhandle.pdb", new Uint8Array(4_000_000)),
      ];
    },
    mutate: inBytes,
    place: ({ key }) => `store/${key}/badhandle.pd_`,
    lines: STORE_LINES,
  },
  {
    name: "files of a symbol server",
    seeds: async () => {
      const [pdb] = await testData("guest/badhandle.pdb");
      return [pdb!, await cabinetOf("badhandle.pdb", pdb!), ...await texts("<html>sign in</html>")];
    },
    mutate: inBytes,
    place: () => "unused",
    lines: SERVER_LINES,
    answer: serverAnswer,
  },
];
