/**
 * The program: verbs, help, exit codes, errors as one line.
 *
 * @module
 */
import {
  type ApplicationText,
  ArgumentScannerError,
  buildApplication,
  buildRouteMap,
  ExitCode,
  formatMessageForArgumentScannerError,
  proposeCompletions,
  run,
  text_en,
} from "@stricli/core";
import { type CliContext, type CliProcess, EXIT_CODES, UsageError } from "./commands/_context.ts";
import { VERBS } from "./commands/mod.ts";
import { fileReason } from "./file_reason.ts";
import config from "../deno.json" with { type: "json" };

/** Every error is one line, `htrace: what is wrong: what to do`; none shows a stack. */
const TEXT: ApplicationText = {
  ...text_en,
  noCommandRegisteredForInput: ({ input, corrections }) =>
    corrections.length > 0
      ? `htrace: there is no verb "${input}": did you mean ${corrections.join(" or ")}?`
      : `htrace: there is no verb "${input}": "htrace --help" lists them`,
  exceptionWhileParsingArguments: (error) =>
    error instanceof ArgumentScannerError
      ? `htrace: ${
        formatMessageForArgumentScannerError(error, {})
      }: add --help to see what is taken`
      : errorLine(error),
  exceptionWhileLoadingCommandFunction: errorLine,
  exceptionWhileLoadingCommandContext: errorLine,
  exceptionWhileRunningCommand: errorLine,
  exceptionWhileRunningIntegrationFlag: ({ exception }) => errorLine(exception),
  commandErrorResult: errorLine,
};

const APPLICATION = buildApplication(
  buildRouteMap({
    routes: VERBS,
    docs: {
      brief: "Find who leaks and who misuses Windows handles",
      fullDescription:
        `Finds who leaks and who misuses Windows handles: all that the debugger command !htrace does,
without a debugger.

Examples:
  htrace example
  htrace debug emulated -c "!htrace -enable; g; !htrace -diff; q" -- leak 3
  htrace debug --help`,
    },
  }),
  {
    name: "htrace",
    versionInfo: { currentVersion: config.version },
    scanner: { caseStyle: "allow-kebab-for-camel" },
    documentation: { disableAnsiColor: true },
    localization: { text: TEXT },
    determineExitCode: (error) =>
      error instanceof UsageError ? EXIT_CODES.usage : EXIT_CODES.target,
  },
);

/** Runs one command line and answers the exit code. What follows `--` is left to the target. */
export async function main(args: readonly string[], process: CliProcess): Promise<number> {
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  const targetArguments = end < 0 ? [] : args.slice(end + 1);
  const context: CliContext = {
    process,
    targetArguments,
    propose: async (words) => {
      const proposals = await proposeCompletions(APPLICATION, words, context);
      return proposals.map(({ completion }) => completion);
    },
  };
  await run(APPLICATION, own, context);
  return exitCodeOf(Number(process.exitCode ?? EXIT_CODES.done));
}

/** The library marks its own failures by negative codes. */
function exitCodeOf(code: number): number {
  if (code === ExitCode.UnknownCommand || code === ExitCode.InvalidArgument) {
    return EXIT_CODES.usage;
  }
  return code < 0 ? EXIT_CODES.target : code;
}

function errorLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // What a user or a file gave is quoted in it, and may have what moves the cursor or ends the line.
  // deno-lint-ignore no-control-regex
  return `htrace: ${message.replaceAll(/\s*[\0-\x1f\x7f]+\s*/g, " ")}`;
}

/** The standard output takes no more. */
class OutputError extends Error {
  /** Creates the error with what the system said. */
  constructor(cause: unknown) {
    super(`Cannot write the output: ${fileReason(cause)}; send it elsewhere`, { cause });
    this.name = "OutputError";
  }
}

/** Writes all of a text; a reader that has gone away (`| head`) ends the program without a word. */
function writeTo(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let written = 0; written < bytes.length;) {
      written += stream.writeSync(bytes.subarray(written));
    }
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(EXIT_CODES.done);
    if (stream === Deno.stderr) Deno.exit(EXIT_CODES.target); // nobody is left to be told
    throw new OutputError(error);
  }
}

if (import.meta.main) {
  // Exits instead of running out: a name query that never returned keeps its thread, and so the process.
  const code = await main(Deno.args, {
    stdout: {
      write: (text) => writeTo(Deno.stdout, text),
      isTerminal: Deno.stdout.isTerminal(),
    },
    stderr: {
      write: (text) => writeTo(Deno.stderr, text),
      isTerminal: Deno.stderr.isTerminal(),
    },
  });
  Deno.exit(code);
}
