/**
 * A debugger log of 100 MB: time and memory that verbs take, against reading its bytes once. Run by `deno task bench`.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a benchmark prints
import { Random } from "../src/debugger_log/_log_writer_testing.ts";
import { measureReading, measureVerb, printFigures } from "./_bench_file.ts";

const BYTES = 100_000_000;
/** What a session prints before anybody types `!htrace`. */
const NOISE_LINES = 10_000;
const STACKS = 2_000;
const FRAMES = 12;
const NAMES = ["NtCreateEvent", "CreateEventW", "Session::Begin", "Cache::Load", "pool_worker"];
const RULE = "--------------------------------------\n";

const path = await Deno.makeTempFile({ suffix: ".txt" });
try {
  const entries = await writeLog(path);
  const read = await measureReading(path);
  const megabytes = (await Deno.stat(path)).size / 1e6;
  console.log(
    `log of ${megabytes.toFixed(0)} MB: ${entries} traces, ${STACKS} stacks of ${FRAMES}`,
  );
  printFigures("read its bytes once", read, read);
  const verbs = [["report"], ["show", "--answers"], ["diff"]];
  for (const [verb = "", ...options] of verbs) {
    const name = ["htrace", verb, ...options].join(" ");
    printFigures(name, await measureVerb([verb, path, ...options]), read);
  }
} finally {
  await Deno.remove(path);
}

/** Writes a session with one long `!htrace -diff`; returns how many traces it lists. */
async function writeLog(path: string): Promise<number> {
  const random = new Random(1);
  const stacks = Array.from({ length: STACKS }, () => stackText(random));
  using file = await Deno.open(path, { write: true });
  const encoder = new TextEncoder();
  let written = 0;
  const write = async (text: string): Promise<void> => {
    const bytes = encoder.encode(text);
    for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
    written += bytes.length;
  };
  let noise = "";
  for (let line = 0; line < NOISE_LINES; line++) {
    noise += `ModLoad: 00007ff6\`${hex(line * 0x1000, 8)} C:\\orders\\plugin${line}.dll\n`;
  }
  await write(
    noise + "0:000> !htrace -diff\nHandle tracing information snapshot successfully taken.\n",
  );
  let entries = 0;
  while (written < BYTES) {
    let text = "";
    for (let entry = 0; entry < 1_000; entry++, entries++) {
      text += `${RULE}Handle = 0x${hex(4 + 4 * entries, 16)} - OPEN\n` +
        `Thread ID = 0x${hex(0x1200 + 4 * random.below(16), 16)}, Process ID = 0x${
          hex(0x2b4c, 16)
        }\n\n` +
        random.of(stacks);
    }
    await write(text);
  }
  const count = `0x${entries.toString(16)}`;
  await write(
    `${RULE}Displayed ${count} stack traces for outstanding handles opened since the previous snapshot.\n0:000> q\n`,
  );
  return entries;
}

function stackText(random: Random): string {
  return Array.from({ length: FRAMES }, (_, depth) => {
    const address = `0x00007ff6${hex(random.below(0x1000_0000), 8)}`;
    const name = `orders!${random.of(NAMES)}_${random.below(STACKS)}`;
    return `${address}: ${depth < 2 ? "ntdll!NtCreateEvent" : name}+0x${
      hex(random.below(0x300) * 8 + 8, 16)
    }\n`;
  }).join("");
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
