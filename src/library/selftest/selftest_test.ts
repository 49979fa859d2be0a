import { assert, assertEquals, assertMatch } from "@std/assert";
import { runProgram, type RunResult } from "../run.ts";
import { Bench, type ProgramName } from "./bench.ts";
import { type Claim, ClaimError, expectSameLines, NotPossibleError } from "./claim.ts";
import { EMULATED_CLAIMS, EXAMPLE_HASH, FILE_CLAIMS } from "./emulated_claims.ts";
import { listingLines } from "./listing.ts";
import { type ClaimResult, runSelftest } from "./selftest.ts";
import { RUN_CLAIMS, TRACING_CLAIMS } from "./windows_claims.ts";

/** Runs badhandle on the emulated machine, whose kernel traces like Windows' own. */
class EmulatedBench extends Bench {
  override async requireTracing(): Promise<void> {}

  override async run(
    _name: ProgramName,
    args: readonly string[],
    slots?: number,
  ): Promise<RunResult> {
    return await runProgram(args, { on: "emulated:2003", ...(slots !== undefined && { slots }) });
  }
}

/** Always runs a different scenario from the requested one. */
class WrongBench extends EmulatedBench {
  override run(name: ProgramName, [scenario]: readonly string[]): Promise<RunResult> {
    return super.run(name, scenario === "leak" ? ["churn", "2"] : ["leak", "2"]);
  }
}

async function collect(results: AsyncIterable<ClaimResult>): Promise<ClaimResult[]> {
  return await Array.fromAsync(results);
}

for (const { text, check } of [...EMULATED_CLAIMS, ...FILE_CLAIMS]) {
  Deno.test(`the selftest's claim holds here: ${text}`, async () => {
    using bench = new Bench();
    await check(bench);
  });
}

Deno.test("the hash of the documented example is that of the golden text", async () => {
  const golden = new URL("../../../testdata/golden/documented-example.txt", import.meta.url);
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(golden));
  assertEquals(new Uint8Array(digest).toHex(), EXAMPLE_HASH);
});

/** The emulated machine reports an unknown scenario before badhandle could fail by itself. */
const shownHere = RUN_CLAIMS.filter(({ text }) => !text.includes("fails by itself"));

for (const claim of [...TRACING_CLAIMS, ...shownHere]) {
  Deno.test(`the selftest's claim holds on the emulated machine's kernel: ${claim.text}`, async () => {
    using bench = new EmulatedBench();
    await claim.check(bench);
  });

  Deno.test(`the selftest notices if this fails: ${claim.text}`, async () => {
    using bench = new WrongBench();
    const problem = await claim.check(bench).then(() => undefined, (error: unknown) => error);
    assert(problem instanceof ClaimError, String(problem));
  });
}

const CLAIMS: readonly Claim[] = [
  { text: "one holds", check: async () => {} },
  {
    text: "one does not",
    check: () => Promise.reject(new TypeError("Cannot read: it is gone; try again")),
  },
  { text: "one takes Windows", check: () => Promise.reject(new NotPossibleError("not Windows")) },
  { text: "one hangs", check: () => new Promise(() => {}) },
];

Deno.test("runSelftest() reports what passes, what fails and why, what is not possible, and what hangs", async () => {
  const results = await collect(runSelftest([{ name: "All", claims: CLAIMS }], 50));
  assertEquals(results.map(({ outcome, reason }) => [outcome, reason]), [
    ["held", undefined],
    ["did not hold", "Cannot read: it is gone; try again"],
    ["not possible here", "not Windows"],
    ["did not hold", "it took more than 0.05 seconds"],
  ]);
});

Deno.test("runSelftest() leaves no folder behind", async () => {
  let folder = "";
  const claim: Claim = {
    text: "a program is unpacked",
    check: async (bench) => {
      folder = bench.folder;
      assert((await Deno.stat(await bench.program("badhandle64"))).size > 0);
    },
  };
  const [result] = await collect(runSelftest([{ name: "All", claims: [claim] }]));
  assertEquals(result?.outcome, "held");
  assertMatch(folder, /htrace-selftest-/);
  assertEquals(await Deno.stat(folder).then(() => true, () => false), false);
});

Deno.test("listingLines() reduces two listings to what they must agree on", () => {
  const separator = "-".repeat(38);
  const ours = `${separator}\nHandle = 0x00000044 - OPEN\n\n0x00007ff6a1b2c3d4: app!open+0x14\n`;
  const native = "*** symbols are loading\n" +
    `${separator}\r\nHandle = 0x00000044 - OPEN\r\n\r\n0x00007FF6A1B2C3D4: app+0x1014\r\n`;
  assertEquals(listingLines(ours), [
    separator,
    "Handle = 0x00000044 - OPEN",
    "0x00007ff6a1b2c3d4",
  ]);
  expectSameLines(listingLines(native.replace("7FF6A1B2C3D4", "7ff6a1b2c3d4")), listingLines(ours));
});

Deno.test("expectSameLines() says which line differs", () => {
  let message = "";
  try {
    expectSameLines(["one", "two", "three"], ["one", "deux"]);
  } catch (error) {
    message = String(error);
  }
  assertMatch(message, /line 2 of 3: found "two", not "deux"$/);
});
