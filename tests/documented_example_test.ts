/**
 * The emulated machine reproduces the documented example without knowing it. `src/cli_emulated_test.ts` tests that it
 * does; this file tests that nothing in the sources gives the result away.
 *
 * @module
 */
import { assertEquals } from "@std/assert";

const root = new URL("../", import.meta.url);
const golden = Deno.readTextFileSync(
  new URL("testdata/golden/documented-example.txt", root),
);

/** Documented functions that are also system calls, which the seam to ntdll must name. */
const SYSTEM_CALLS = ["NtClose", "NtSetEvent"];

/** Every source file of the program and the engine except tests, benchmarks and their helpers. */
function* sources(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(new URL(folder, root))) {
    const path = folder + entry.name;
    if (entry.isDirectory) yield* sources(`${path}/`);
    else if (/\.(ts|rs)$/.test(path) && !/_(test|bench|testing|fixture)\.|\/tests?\//.test(path)) {
      yield path;
    }
  }
}

/**
 * The parts of the golden text that would give the result away; without underscores, which split numbers in sources.
 */
function documentedWords(): RegExp[] {
  const frames = [...golden.matchAll(/^0x([0-9A-F]{8}): \w+!(\w+)\+0x([0-9A-F]+)$/gm)];
  const addresses = new Set(frames.map(([, address]) => address ?? ""));
  const symbols = new Set(
    frames.map(([, , symbol]) => symbol ?? "").filter((name) => !SYSTEM_CALLS.includes(name)),
  );
  symbols.delete("main"); // every program has one, including ours
  const handles = new Set([...golden.matchAll(/Handle 0x([0-9A-F]+)/g)].map(([, value]) => value));
  return [
    ...[...addresses].map((address) => new RegExp(address.replace(/^0+/, ""), "i")),
    ...[...symbols].map((symbol) => new RegExp(`\\b${symbol.replaceAll("_", "")}\\b`)),
    ...[...handles].map((handle) => new RegExp(`\\b(0x)?${handle}\\b`, "i")),
  ];
}

Deno.test("documentedWords() finds addresses, symbols and handle values in the example", () => {
  const words = documentedWords().map(({ source }) => source);
  for (
    const known of ["10011A0", "\\bCreateEventA\\b", "\\bKiSystemService\\b", "\\b(0x)?7DC\\b"]
  ) {
    assertEquals(words.filter((word) => word === known).length, 1, words.join());
  }
});

Deno.test("nothing in src/ or wasm/ contains a documented address, symbol or handle value", () => {
  const words = documentedWords();
  const found: string[] = [];
  for (const path of [...sources("src/"), ...sources("wasm/src/")]) {
    Deno.readTextFileSync(new URL(path, root)).replaceAll("_", "").split("\n").forEach(
      (line, index) => {
        const word = words.find((pattern) => pattern.test(line));
        if (word) found.push(`${path}:${index + 1}: ${word.source}`);
      },
    );
  }
  assertEquals(found, []);
});
