/**
 * Test helper: recordings with the attacks that worked on version 0.1.0, built for the current format. Each corresponds
 * to a file of `shared/data/hostile` and has its name.
 *
 * @module
 */
import { recordSession } from "./library/mod.ts";
import type { Module } from "./module.ts";
import { ByteWriter } from "./recording/_byte_writer.ts";
import { pack } from "./recording/_container.ts";
import { encodeRecording, type Recording } from "./recording/recording.ts";
import { Session } from "./session.ts";
import { openTarget } from "./targets/mod.ts";

/** Escape sequences, C1 codes, bidirectional controls, line breaks of every kind. */
export const TERMINAL_NAME =
  "x\x1b[2J\x1b]0;title\x07\x9b31m\u202e\u2066\x00\x7f\r\ny\u2028z\u2029\u0085\nFAKED";

const GUID = "0123456789ABCDEF0123456789ABCDEF";

/**
 * Paths of PDBs that lead to another machine, to devices or streams, or out of the folder in which they are looked up.
 */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  unc: [
    "\\\\host\\share\\a.pdb",
    "//host/share/a.pdb",
    "\\/host\\share\\a.pdb",
    "\\??\\UNC\\host\\share\\x.pdb",
    "\\\\?\\UNC\\host\\share\\x.pdb",
    "\\\\.\\UNC\\host\\share\\x.pdb",
    "\\\\.\\pipe\\x.pdb",
    "\\\\?\\GLOBALROOT\\Device\\Mup\\host\\share\\x.pdb",
    "/??/UNC/host/share/x.pdb",
    "file://host/share/x.pdb",
    "\\Device\\Mup\\host\\share\\x.pdb",
  ],
  index2: ["index2.txt", "C:\\b\\index2.txt", "pingme.txt", "000admin", "000Admin\\x.pdb"],
  names: [
    "..\\..\\..\\x.pdb",
    "../../../../etc/passwd",
    "C:\\Windows\\x.pdb",
    "/etc/passwd",
    "a\0b.pdb",
    "CON",
    "aux.pdb",
    "COM1.pdb",
    "x.pdb:stream",
    "x.pdb::$DATA",
    "trail.pdb. ",
    "...",
    "..",
    ".",
    "",
    " ",
    "/dev/zero",
    "/proc/self/fd/0",
  ],
  long: ["L".repeat(300) + ".pdb", "M".repeat(100_000), "n\\".repeat(5000)],
  two: ["first.pdb", "second.pdb"],
  sixty: Array.from({ length: 60 }, (_, index) => `module${index}.pdb`),
  term: [`/${TERMINAL_NAME}.pdb`, `C:\\${TERMINAL_NAME}\\x.pdb`],
};

/**
 * All except decompression bombs, by the names of the files that they correspond to; `plain` is the good one without
 * names.
 */
export async function hostileRecordings(): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  using session = new Session(await openTarget("emulated", { args: ["leak", "2"] }));
  await session.enable();
  session.target.execution!.go();
  const good = await recordSession(session);
  const { frames: _, ...plain } = good;
  const files = new Map([
    ["good", await encodeRecording(good)],
    ["plain", await encodeRecording(plain)],
  ]);
  for (const [name, paths] of Object.entries(PATHS)) {
    files.set(name, await encodeRecording(withPdbs(good, paths)));
  }
  files.set("unc_show", await encodeRecording(withImages(good, PATHS["unc"]!)));
  files.set("term", await encodeRecording(withNames(good, TERMINAL_NAME)));
  return files;
}

/** Decompression bombs. */
export async function bombRecordings(): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [name, content] of Object.entries(BOMBS)) files.set(name, await pack(content()));
  return files;
}

/** More modules, each with a PDB at that path. */
function withPdbs(recording: Recording, paths: readonly string[]): Recording {
  const modules = paths.map((path, index): Module => ({
    name: `m${index}`,
    path: `C:\\app\\m${index}.dll`,
    base: BigInt(0x2000_0000 + index * 0x10_0000),
    size: 0x1_0000,
    pdb: { guid: GUID, age: 1, path },
  }));
  return { ...recording, modules: [...recording.modules, ...modules] };
}

/** The modules of the traces, from images and PDBs at those paths. */
function withImages(recording: Recording, paths: readonly string[]): Recording {
  const modules = recording.modules.map((module, index) => {
    const path = paths[index % paths.length]!;
    return { ...module, path, pdb: { guid: GUID, age: 1, path } };
  });
  const { frames: _, ...facts } = recording;
  return { ...facts, modules };
}

/** Gives everything that has a name this name. */
function withNames(recording: Recording, name: string): Recording {
  return {
    ...recording,
    targetName: name,
    identity: { ...recording.identity, imageName: name },
    limits: [name],
    log: { ...recording.log, incomplete: name },
    snapshots: new Map([...recording.snapshots, [name, recording.log]]),
    modules: recording.modules.map((module, index) => ({
      ...module,
      name: `${name}${index}`,
      path: `C:\\${name}\\${index}.dll`,
      ...(module.pdb && { pdb: { ...module.pdb, path: `/${name}${index}.pdb` } }),
    })),
    ...(recording.frames && {
      frames: new Map(
        Array.from(recording.frames, ([address, frame]) => [
          address,
          { ...frame, symbol: name, file: name, line: 1, inlined: [{ symbol: name, file: name }] },
        ]),
      ),
    }),
    handles: (recording.handles ?? []).map((handle) => ({
      ...handle,
      type: `Event${name}`,
      objectName: name,
    })),
  };
}

/** At most some hundred kilobytes that announce millions of identical things. */
const BOMBS: Readonly<Record<string, () => Uint8Array<ArrayBuffer>>> = {
  "bomb-8Mtraces": () => traceBomb(8_000_000),
  "bomb-40Mtraces": () => traceBomb(12_000_000),
  "bomb-entries4": () => traceBomb(0xffff_ffff, 1000),
  "bomb-handles": () =>
    contentOf({
      HNDL: (body) => {
        body.varint(4_000_000);
        body.raw(new Uint8Array(4_000_000 * 7));
      },
    }),
  "bomb-stacks": () =>
    contentOf({
      STAK: (body) => {
        body.varint(1);
        body.raw(new Uint8Array(2));
        body.varint(20_000_000);
        body.raw(new Uint8Array(20_000_000));
      },
    }),
  "bomb-name": () => contentOf({ TARG: (body) => writeTarget(body, "N".repeat(60_000_000)) }),
};

function traceBomb(count: number, bytes = 5 * count): Uint8Array<ArrayBuffer> {
  return contentOf({
    STAK: (body) => {
      body.varint(0);
      body.varint(1);
      body.byte(0);
    },
    TRAC: (body) => {
      body.raw(new Uint8Array(6));
      body.varint(count);
      body.raw(new Uint8Array(bytes));
    },
  });
}

function contentOf(
  sections: Readonly<Record<string, (body: ByteWriter) => void>>,
): Uint8Array<ArrayBuffer> {
  const content = new ByteWriter();
  const all = { TARG: writeTarget, ...sections };
  for (const [tag, write] of Object.entries(all)) {
    const body = new ByteWriter();
    write(body);
    content.raw(new TextEncoder().encode(tag));
    content.varint(body.bytes.length);
    content.raw(body.bytes);
  }
  return content.bytes;
}

/** A 32-bit user-mode target, read in 1970, about which nothing else is known. */
function writeTarget(body: ByteWriter, name = "bomb"): void {
  body.text(name);
  body.byte(0);
  body.byte(4);
  body.varint(0);
  for (let absent = 0; absent < 4; absent++) body.byte(0);
}
