/**
 * `htrace selftest`: tests every claim of the README on this machine.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "./_context.ts";
import { disposeOnInterrupt } from "./terminal/interrupt.ts";
import { messageLine } from "./terminal/streams.ts";

interface Flags {
  readonly output: string;
}

/** The exit code if a claim fails. */
const DID_NOT_HOLD = 1;

/** The verb. */
export const selftest: Command<CliContext> = buildCommand<Flags, [], CliContext>({
  docs: {
    brief: "Check on this machine everything that htrace claims, and write a report",
    fullDescription:
      `Unpacks small bundled programs into a temporary folder, traces them, and compares what it finds with what it claims:
kernel tracing, the debugger engine, programs that are run, lists of handles, symbols. No other process is touched,
nothing is downloaded, and only the report stays on the machine.

The report names no person and none of your folders, so it can be pasted into an issue. The exit code is 1 if a claim
does not hold. Run it elevated to check more; without Windows little can be checked.

Examples:
  htrace selftest
  htrace selftest -o report.txt`,
  },
  parameters: {
    flags: {
      output: {
        kind: "parsed",
        parse: String,
        placeholder: "file",
        default: "htrace-selftest.txt",
        brief: "File to write the report to",
      },
    },
    aliases: { o: "output" },
  },
  func: runSelftestVerb,
});

async function runSelftestVerb(this: CliContext, { output }: Flags): Promise<void> {
  const library = await import("../library/selftest/mod.ts");
  const { replaceFile } = await import("../library/replace_file.ts");
  const { stdout, stderr } = this.process;
  const facts = await library.describeMachine();
  stdout.write(library.renderMachine(facts));
  const results = [];
  for await (const result of library.runSelftest()) {
    stdout.write(library.renderResult(result, results.at(-1)));
    results.push(result);
  }
  stdout.write(library.renderCounts(results));
  await replaceFile(
    output,
    new TextEncoder().encode(library.renderReport(facts, results, [Deno.cwd()])),
    { guard: disposeOnInterrupt },
  );
  stderr.write(
    messageLine(`the report is in "${output}"; please paste it into an issue, whatever it says`),
  );
  if (results.some(({ outcome }) => outcome === "did not hold")) {
    this.process.exitCode = DID_NOT_HOLD;
  }
}
