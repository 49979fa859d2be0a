/**
 * Test helper: what the command line does with a file of each kind, and the rules that every run must obey, regardless
 * of the file's contents.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import { runCli } from "./cli_fixture.ts";
import { Effects } from "./effects_fixture.ts";
import { REPORTS } from "./reports/mod.ts";

/** A symbol server that a test names; nothing is requested over the network. */
export const SERVER = "http://symbols.test";

/** Binary reports: they are never printed on a terminal. */
const BYTES = ["pprof"];

/**
 * Command lines on a target, the file `FILE`, in a folder `DIR` with a good recording `good.htrace`. They write to
 * `DIR/out`.
 */
export const TARGET_LINES: readonly (readonly string[])[] = [
  ...Object.keys(REPORTS).map((format) => ["report", "FILE", "--format", format]),
  ["show", "FILE"],
  ["show", "FILE", "--group", "--names"],
  ["show", "FILE", "--json", "--answers"],
  ["show", "FILE", "7dc", "--type", "open"],
  ["diff", "FILE"],
  ["diff", "FILE", "DIR/good.htrace"],
  ["diff", "DIR/good.htrace", "FILE", "--json"],
  ["diff", "FILE", "FILE", "--handles"],
  ["report", "FILE", "FILE", "--merge", "function"],
  ["report", "FILE", "--fail-on-leak"],
  ["report", "FILE", "-o", "DIR/out/report.csv"],
  ["symbols", "FILE"],
  ["symbols", "FILE", "--json"],
  ["symbols", "FILE", "--symbols", `srv*DIR/cache*${SERVER}/symbols`],
  ["report", "FILE", "--symbols", `cache*DIR/cache;srv*${SERVER}/symbols;DIR/store`, "--force"],
  ["record", "FILE", "-o", "DIR/out/x.htrace"],
  ["snapshot", "FILE", "-o", "DIR/out/y.htrace"],
  ["convert", "FILE", "-o", "DIR/out/x.dmp"],
  ["processes", "FILE"],
  ["processes", "FILE", "--json"],
  ["symbolize", "FILE", "0", "1000", "1540", "ffffffff"],
  ["debug", "FILE", "-c", "lm; lmv; !handle; !handle 0 f; !handle 7dc f Event; !process 0 0; ?"],
  ["debug", "FILE", "-c", "!htrace; !htrace -diff; !htrace -diff -group -names; !htrace 7dc"],
  ["debug", "FILE", "-c", ".sympath; .reload; x *!a*; ln 1001190; ln 0; x badhandle!*; g"],
  ["debug", "FILE", "-c", ".dump /mh DIR/out/z.dmp; .dump /f DIR/out/k.dmp; .logopen DIR/out/log"],
];

/** Command lines on an image or a PDB, which is in `DIR/symbols` under the names in the recording. */
export const SYMBOL_LINES: readonly (readonly string[])[] = [
  ["symbolize", "FILE", "0", "1000", "1010", "1190", "11c5", "1540", "7fffffff", "ffffffff"],
  ["symbolize", "FILE", "1000", "1190", "1540", "--json"],
  ["symbolize", "FILE", "1000", "1190", "1540", "--names", "full", "--force"],
  ["symbols", "DIR/good.htrace", "--symbols", "DIR/symbols"],
  ["symbols", "DIR/good.htrace", "--symbols", "DIR/symbols", "--force"],
  ["report", "DIR/plain.htrace", "--symbols", "DIR/symbols", "--format", "json"],
  ["report", "DIR/plain.htrace", "--symbols", "DIR/symbols", "--force"],
  ["debug", "DIR/plain.htrace", "--symbols", "DIR/symbols", "-c", "x badhandle!*; lmv; ln 1001190"],
  ["debug", "DIR/plain.htrace", "--symbols", "DIR/symbols", "--force", "-c", "x badhandle!m*"],
  ["show", "FILE"],
];

/** Messages that are not ours: something in the program failed, and was printed in one line like any other error. */
const BROKEN =
  /Cannot read propert|Cannot set propert|Cannot convert|Cannot mix|is not a function|is not iterable|is not defined|is not a constructor|(?<!\w)undefined|(?<!\w)NaN(?!\w)|Invalid (?:array|typed array|date|time|count|string)|Maximum (?:call stack|BigInt)|RangeError|TypeError|out of (?:range|bounds)(?! of)|unreachable|memory access|null (?:function|reference)|Assertion|at [\w./]+:\d+:\d+|Array buffer allocation|panicked/;

/** Limit on the processor time of runs of the program, independent of other load. */
const MAX_MILLISECONDS = 5_000;

/** Runs a command line, with the words replaced, and returns what is wrong with its behaviour. */
export async function faultsOf(
  line: readonly string[],
  words: Readonly<Record<string, string>>,
  answer?: (path: string) => Response,
): Promise<{ readonly faults: string[]; readonly code: number; readonly milliseconds: number }> {
  const args = line.map((word) =>
    Object.entries(words).reduce((text, [name, value]) => text.replaceAll(name, value), word)
  );
  const none = (): Response => new Response("no", { status: 404 });
  using effects = new Effects({
    folders: [`${words["DIR"]}`],
    servers: { [SERVER]: answer ?? none },
  });
  const start = cpuUsage();
  const { code, stdout, stderr } = await runCli(...args);
  const { user, system } = cpuUsage(start);
  const milliseconds = (user + system) / 1000;
  const faults = [...effects.problems];
  if (milliseconds > MAX_MILLISECONDS) faults.push(`it took ${milliseconds.toFixed(0)} ms`);
  if (![0, 1, 2, 3].includes(code)) faults.push(`its exit code is ${code}`);
  if (code > 1 && stderr === "") faults.push("it fails without a word");
  for (const message of stderr.split("\n").slice(0, -1)) {
    if (!message.startsWith("htrace: ")) faults.push(`not a message: ${message}`);
    if (BROKEN.test(message.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""'))) {
      faults.push(`something broke: ${message}`);
    }
  }
  const isBytes = BYTES.some((format) => args.includes(format));
  for (const text of isBytes ? [stderr] : [stdout, stderr]) {
    if (UNPRINTABLE.test(text.replaceAll("\r\n", "\n"))) {
      faults.push("it prints what moves a cursor");
    }
  }
  const mayAsk = args.some((arg) => arg.includes(SERVER));
  if (!mayAsk && effects.requests.length > 0) faults.push(`it asks for ${effects.requests[0]}`);
  return { faults, code, milliseconds };
}

/** Everything that moves a cursor, ends a line or reverses text, except the line breaks and tabs of a text. */
const UNPRINTABLE = /(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
