import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { type ByteSource, bytesSource, type SymbolFiles } from "../byte_source.ts";
import { EngineError } from "../engine/engine_error.ts";
import type { Module } from "../module.ts";
import { pdbIdOf, Symbolizer } from "./symbolizer.ts";
import { SHARED } from "../shared_fixture.ts";

const testdata = new URL("../../testdata/", import.meta.url);

function source(path: string): ByteSource {
  return bytesSource(path, Deno.readFileSync(new URL(path, testdata)));
}

/** badhandle as built for 64-bit Windows. */
const badhandle: Module = {
  name: "badhandle",
  path: "C:\\badhandle64.exe",
  base: 0x1_4000_0000n,
  size: 0x10000,
};
const files: SymbolFiles = {
  pdb: source("windows/badhandle64.pdb"),
  image: source("windows/badhandle64.exe"),
};

/** A PDB of the shared data, if that is beside the project. */
function sharedPdb(path: string): ByteSource | undefined {
  try {
    const url = new URL(`data/pdbs/${path}`, SHARED);
    return bytesSource(path, Deno.readFileSync(url));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Where a function of badhandle begins. */
function rvaOf(symbolizer: Symbolizer, symbol: string): number {
  const rvas = Uint32Array.from({ length: 0x4000 }, (_, i) => 0x1000 + i);
  const frames = symbolizer.symbolizeRvas(badhandle, rvas, { lines: false });
  const index = frames.findIndex((frame) => frame.symbol === symbol && frame.displacement === 0);
  assert(index >= 0, `${symbol} is not there`);
  return rvas[index]!;
}

Deno.test("symbolize() agrees with llvm-symbolizer on every address of the documented example", () => {
  const bases: Record<string, bigint> = {
    ntoskrnl: 0x8010_0000n,
    badhandle: 0x0100_0000n,
    kernel32: 0x77dd_0000n,
  };
  using symbolizer = new Symbolizer();
  for (const [name, base] of Object.entries(bases)) {
    const module = { name, path: name, base, size: 0x10_0000 };
    const status = symbolizer.addModule(module, { pdb: source(`guest/${name}.pdb`) });
    assertEquals(status, { kind: "pdb", file: `guest/${name}.pdb` });
  }
  const recorded = Deno.readTextFileSync(new URL("golden/documented-example.llvm.txt", testdata));
  const answers = [...recorded.matchAll(/^(\w+) (0x\w+) (\w+)$/gm)];
  const addresses = BigUint64Array.from(answers, ([, , address]) => BigInt(address!));
  assert(addresses.length >= 15);
  assertEquals(
    symbolizer.symbolize(addresses).map(({ module, symbol }) => `${module?.name} ${symbol}`),
    answers.map(([, module, , symbol]) => `${module} ${symbol}`),
  );
});

Deno.test("symbolize() takes the line of the call, and the displacement of the return address", () => {
  using symbolizer = new Symbolizer();
  symbolizer.addModule(badhandle, files);
  const start = rvaOf(symbolizer, "main");
  const rvas = Uint32Array.from({ length: 0x200 }, (_, i) => start + i);
  const places = symbolizer.symbolizeRvas(badhandle, rvas);
  const next = places.findIndex(({ line }, i) => i > 0 && line !== places[i - 1]!.line);
  const address = badhandle.base + BigInt(rvas[next]!);
  const [frame] = symbolizer.symbolize(BigUint64Array.of(address));
  assertEquals(frame, { ...places[next - 1]!, address, displacement: next });
  assertEquals([frame?.module?.name, frame?.symbol], ["badhandle", "main"]);
  assertMatch(frame?.file ?? "", /badhandle\.c$/);
});

Deno.test("symbolize() returns addresses outside all modules without names", () => {
  using symbolizer = new Symbolizer();
  symbolizer.addModule(badhandle, files);
  const addresses = BigUint64Array.of(0n, badhandle.base + 0x10000n, 2n ** 64n - 1n);
  assertEquals(symbolizer.symbolize(addresses), [...addresses].map((address) => ({ address })));
});

Deno.test("addModule() accepts the PDB that the image asks for, and another one only when forced", () => {
  const pdb = pdbIdOf(files.image!)!;
  using symbolizer = new Symbolizer();
  assertEquals(symbolizer.addModule({ ...badhandle, pdb }, files).kind, "pdb");
  const other = { ...badhandle, pdb: { ...pdb, age: pdb.age + 1 } };
  const refused = symbolizer.addModule(other, { pdb: files.pdb! });
  assertEquals(refused.kind, "none");
  assertMatch(
    refused.problem ?? "",
    /^Cannot read symbols from windows\/badhandle64\.pdb: it is of another build, GUID \w{32}, age 1, and the module asks for GUID \w{32}, age 2; force it to use it anyway$/,
  );
  assertEquals(symbolizer.addModule(other, files, { force: true }).kind, "pdb");
});

Deno.test("addModule() falls back to the exports of the image and says why", () => {
  const kernel32 = { ...badhandle, name: "kernel32" };
  const pdb = bytesSource("kernel32.pdb", new Uint8Array(4096));
  using symbolizer = new Symbolizer();
  assertEquals(symbolizer.addModule(kernel32, { pdb, image: source("guest/kernel32.dll") }), {
    kind: "exports",
    file: "guest/kernel32.dll",
    problem: "Cannot read symbols from kernel32.pdb: it is not a PDB 7.0 file",
  });
  const rvas = Uint32Array.from({ length: 0x8000 }, (_, i) => i);
  const frames = symbolizer.symbolizeRvas(kernel32, rvas);
  assert(frames.some(({ symbol, displacement }) => symbol === "SetEvent" && displacement === 0));
});

Deno.test("addModule() reads into its own buffer if the file supports that", () => {
  const { name, size, read } = files.pdb!;
  const refused = (): never => {
    throw new Error("read() is called");
  };
  const readInto = (offset: number, target: Uint8Array): number => {
    const bytes = read(offset, target.length);
    target.set(bytes);
    return bytes.length;
  };
  const pdb = { name, size, read: refused, readInto };
  const short = { ...pdb, readInto: () => 3 };
  using symbolizer = new Symbolizer();
  assertEquals(symbolizer.addModule(badhandle, { pdb }), { kind: "pdb", file: name });
  rvaOf(symbolizer, "main");
  assertMatch(
    symbolizer.addModule(badhandle, { pdb: short }).problem ?? "",
    /bytes at offset 0x0 could not be read \(the reader gave 3\)$/,
  );
});

Deno.test("addModule() says what is wrong with files that are neither PDBs nor images", () => {
  using symbolizer = new Symbolizer();
  const unreadable = {
    name: "gone.pdb",
    size: 4096,
    read: (): Uint8Array => {
      throw new Error("the disk is gone");
    },
  };
  const short = { name: "short.pdb", size: 4096, read: () => new Uint8Array(3) };
  const sentences = [unreadable, short].map((pdb) => symbolizer.addModule(badhandle, { pdb }));
  assertEquals(sentences.map(({ problem }) => problem), [
    "Cannot read symbols from gone.pdb: 4096 bytes at offset 0x0 could not be read (the disk is gone)",
    "Cannot read symbols from short.pdb: 4096 bytes at offset 0x0 could not be read (the reader gave 3)",
  ]);
  assertEquals(symbolizer.addModule(badhandle, {}), { kind: "none" });
  assertThrows(() => pdbIdOf(short), EngineError, "Cannot read symbols from short.pdb: ");
});

Deno.test("a module whose PDB is partly damaged keeps the remaining names, and says so", () => {
  const bytes = Uint8Array.from(Deno.readFileSync(new URL("windows/badhandle64.pdb", testdata)));
  // Makes the record that names main, and everything after it in its module, too long for the stream.
  const main = new TextEncoder().encode("main\0");
  for (let at = bytes.length - main.length; at > 41; at--) {
    const isMain = main.every((byte, i) => bytes[at + i] === byte);
    if (isMain && bytes[at - 37] === 0x11) bytes.fill(0xff, at - 39, at - 37);
  }
  using symbolizer = new Symbolizer();
  symbolizer.addModule(badhandle, files);
  using damaged = new Symbolizer();
  damaged.addModule(badhandle, { pdb: bytesSource("damaged.pdb", bytes) });
  const rvas = Uint32Array.of(rvaOf(symbolizer, "main"));
  assertEquals(symbolizer.symbolizeRvas(badhandle, rvas)[0]?.symbol, "main");
  assertEquals(damaged.symbolizeRvas(badhandle, rvas)[0]?.symbol, "main"); // its public symbol
});

Deno.test("a module whose PDB has only its lines damaged keeps its names, and says what is lost", () => {
  const bytes = Uint8Array.from(Deno.readFileSync(new URL("windows/badhandle64.pdb", testdata)));
  // Makes each subsection of lines longer than its stream.
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 8 <= bytes.length; at += 4) {
    if (view.getUint32(at, true) === 0xf2) view.setUint32(at + 4, 0xffff_fff0, true);
  }
  using symbolizer = new Symbolizer();
  symbolizer.addModule(badhandle, files);
  using damaged = new Symbolizer();
  damaged.addModule(badhandle, { pdb: bytesSource("damaged.pdb", bytes) });
  const rvas = Uint32Array.of(rvaOf(symbolizer, "main"));
  const [frame] = damaged.symbolizeRvas(badhandle, rvas);
  assertEquals([frame?.symbol, frame?.line], ["main", undefined]);
  const { kind, problem } = damaged.status(badhandle);
  assertEquals(kind, "pdb");
  assertMatch(
    problem ?? "",
    /^Cannot read all source lines from damaged\.pdb: it is damaged in .*, at offset 0x[0-9a-f]+$/,
  );
});

Deno.test("symbolizeRvas() returns other names of folded functions on request", () => {
  const pdb = sharedPdb("xcpt4-x64/xcpt4.pdb");
  if (pdb === undefined) return;
  using symbolizer = new Symbolizer();
  symbolizer.addModule(badhandle, { pdb });
  const rvas = Uint32Array.of(0x500a, 0x1010);
  const [folded, alone] = symbolizer.symbolizeRvas(badhandle, rvas, { alsoNamed: true });
  const names = [folded?.symbol, ...folded?.alsoNamed ?? []];
  assert(names.includes("Test80$fin$1") && names.includes("Test83$fin$1"), names.join());
  assertEquals(alone?.alsoNamed, undefined);
  assertEquals(symbolizer.symbolizeRvas(badhandle, rvas)[0]?.alsoNamed, undefined);
});

Deno.test("a trap costs the file that caused it, and nothing else", () => {
  using symbolizer = new Symbolizer();
  const other = { ...badhandle, name: "other", base: 0x2_0000_0000n };
  symbolizer.addModule(badhandle, files);
  symbolizer.addModule(other, files);
  const rvas = Uint32Array.of(rvaOf(symbolizer, "main"));
  // More numbers than the engine's memory can hold: it runs out of memory and traps.
  const nothing = (): Iterator<number> => [].values();
  const tooMany = { length: 0x3fff_ffff, [Symbol.iterator]: nothing } as unknown as Uint32Array;
  assertEquals(symbolizer.symbolizeRvas(badhandle, tooMany), []);
  assertEquals(symbolizer.status(badhandle), {
    kind: "none",
    problem: "Cannot read symbols from windows/badhandle64.pdb: the engine failed at it; " +
      "report the file as a bug",
  });
  for (let i = 0; i < 100; i++) {
    assertEquals(symbolizer.symbolizeRvas(other, rvas)[0]?.symbol, "main");
  }
  assertEquals(symbolizer.symbolizeRvas(badhandle, rvas)[0]?.symbol, undefined);
});
