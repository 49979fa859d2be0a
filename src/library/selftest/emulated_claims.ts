/**
 * Claims for every system: the emulated machine, recordings, symbols.
 *
 * @module
 */
import { basename } from "node:path";
import { runLine } from "../../debugger/prompt.ts";
import { readText, REPORTS } from "../../reports/mod.ts";
import { convert } from "../convert.ts";
import { openImageSymbols } from "../image_symbols.ts";
import { record } from "../record.ts";
import { runProgram } from "../run.ts";
import { traceStep } from "../trace_step.ts";
import { type Claim, expect, expectEqual, expectSameLines } from "./claim.ts";
import { listingLines } from "./listing.ts";

/** SHA-256 of the documented example: the text itself is nowhere in the program. */
export const EXAMPLE_HASH = "e8d76308478819c96dedbdeab3d6831aae8faaed1402a7ff9ae46216ee3e6049";

/** The emulated machine. */
export const EMULATED_CLAIMS: readonly Claim[] = [
  {
    text: "the documented example comes out byte for byte",
    check: async (bench) => {
      using session = await bench.open("emulated:kernel");
      const process = (session.process?.process ?? 0n).toString(16);
      let text = "";
      await runLine(session, `!htrace 0 ${process}`, (piece) => text += piece);
      expectEqual("SHA-256 of the text", await sha256(text), EXAMPLE_HASH);
    },
  },
  {
    text: "a leak is found with its stack: three handles of one stack",
    check: async () => {
      const { leaks: { leaks } } = await runProgram(["leak", "3"], { on: "emulated" });
      expectEqual("stacks that leak", leaks.length, 1);
      expectEqual("handles of the stack", leaks[0]?.group.outstanding, 3);
    },
  },
  {
    text: "a bad reference is shown with the close and the open before it",
    check: async () => {
      const { analysis } = await runProgram(["double-close"], { on: "emulated" });
      const whole = analysis.misuses.filter(({ close, open }) =>
        close !== undefined && open !== undefined
      );
      expectEqual("bad references with their story", whole.length, 1);
    },
  },
];

/** RVAs in a small program's code, which begins after its headers. */
const CODE = Array.from({ length: 0x100 }, (_, index) => 0x1000 + index * 0x10);

/** Files. */
export const FILE_CLAIMS: readonly Claim[] = [
  {
    text: "a recording says what the target said",
    check: async (bench) => {
      const path = bench.file(".htrace");
      using session = await bench.open("emulated", ["leak", "2"]);
      await traceStep(session);
      await record(session, path);
      using recorded = await bench.open(path);
      const [there, here] = [await recorded.diff(), await session.diff()];
      const text = await readText(REPORTS.classic, there);
      expect(text === await readText(REPORTS.classic, here), "the two listings differ");
    },
  },
  {
    text: "a minidump that is written has the traces of its target",
    check: async (bench) => {
      const path = bench.file(".dmp");
      using session = await bench.open("emulated", ["leak", "2"]);
      await traceStep(session);
      await convert(session, path);
      using dump = await bench.open(path);
      const [there, here] = [await dump.show(), await session.show()];
      expectSameLines(
        listingLines(await readText(REPORTS.classic, there)),
        listingLines(await readText(REPORTS.classic, here)),
      );
    },
  },
  {
    text: "functions of a program are named from the PDB beside it",
    check: async (bench) => {
      const path = await bench.program("badhandle64");
      using symbols = await openImageSymbols(path, { offline: true });
      expect(symbols.warning === undefined, symbols.warning ?? "");
      const frames = await symbols.frames(CODE, {});
      const frame = frames.find(({ symbol }) => symbol === "leak");
      expect(frame !== undefined, `no place in ${basename(path)} is named leak`);
      expect(/\bbadhandle\.c$/.test(frame.file ?? ""), `leak is in the file ${frame.file}`);
    },
  },
];

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex();
}
