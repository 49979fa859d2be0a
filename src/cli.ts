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
  proposeCompletions,
  run,
  text_en,
} from "@stricli/core";
import { argumentSentence } from "./commands/_argument_errors.ts";
import { type CliContext, EXIT_CODES } from "./commands/_context.ts";
import { cliProcess, type RawProcess, type RawStream } from "./commands/terminal/streams.ts";
import { HtraceError, UsageError } from "./error.ts";
import { VERBS } from "./commands/mod.ts";
import { escapeText } from "./escape_text.ts";
import { fileReason } from "./file_reason.ts";
import { VERSION } from "./version.ts";

/** Every error is one line, `htrace: what is wrong: what to do`; none shows a stack. */
const TEXT: ApplicationText = {
  ...text_en,
  noCommandRegisteredForInput: ({ input, corrections }) =>
    errorLine(
      corrections.length > 0
        ? `there is no verb "${input}": did you mean ${corrections.join(" or ")}?`
        : `there is no verb "${input}": "htrace --help" lists them`,
    ),
  exceptionWhileParsingArguments: (error) =>
    errorLine(error instanceof ArgumentScannerError ? argumentSentence(error) : error),
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
    versionInfo: { currentVersion: VERSION },
    scanner: { caseStyle: "allow-kebab-for-camel" },
    documentation: { disableAnsiColor: true, onlyRequiredInUsageLine: true },
    localization: { text: TEXT },
    determineExitCode: (error) =>
      error instanceof UsageError ? EXIT_CODES.usage : EXIT_CODES.target,
  },
);

/** Runs one command line and returns the exit code. Arguments after `--` are left to the target. */
export async function main(args: readonly string[], streams: RawProcess): Promise<number> {
  const process = cliProcess(streams);
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

/** The parser marks its own failures with negative codes. */
function exitCodeOf(code: number): number {
  if (code === ExitCode.UnknownCommand || code === ExitCode.InvalidArgument) {
    return EXIT_CODES.usage;
  }
  return code < 0 ? EXIT_CODES.target : code;
}

function errorLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `htrace: ${escapeText(message)}`; // it quotes text from a user or a file
}

/** A system stream; once its reader has gone away (`| head`), output is lost and nothing else changes. */
function rawStream(
  stream: { writeSync(bytes: Uint8Array): number; isTerminal(): boolean },
  onFailure: (cause: unknown) => void,
): RawStream {
  const encoder = new TextEncoder();
  // One buffer: otherwise the pieces of a long output would keep hundreds of megabytes alive after use.
  const buffer = new Uint8Array(0x1_0000);
  let isClosed = false;
  const writeBytes = (bytes: Uint8Array): void => {
    if (isClosed) return;
    try {
      for (let written = 0; written < bytes.length;) {
        written += stream.writeSync(bytes.subarray(written));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) onFailure(error);
      isClosed = true;
    }
  };
  return {
    write: (text) => {
      for (let start = 0; start < text.length;) {
        const { read, written } = encoder.encodeInto(text.slice(start), buffer);
        writeBytes(buffer.subarray(0, written));
        start += read;
      }
    },
    writeBytes,
    ...(stream.isTerminal() && { isTerminal: true, width: Deno.consoleSize().columns }),
    get isClosed(): boolean {
      return isClosed;
    },
  };
}

if (import.meta.main) {
  const code = await main(Deno.args, {
    stdout: rawStream(Deno.stdout, (cause) => {
      throw new HtraceError(`Cannot write the output: ${fileReason(cause)}; send it elsewhere`);
    }),
    stderr: rawStream(Deno.stderr, () => {}), // nobody is left to report to
  });
  // Exits instead of returning: a name query that never returned keeps its thread alive, and with it the process.
  Deno.exit(code);
}
