/**
 * `htrace mcp`: a Model Context Protocol server on standard input and output, for assistants that debug.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import { toggle } from "./_arguments.ts";
import type { CliContext } from "./_context.ts";
import { warnTo } from "./_output.ts";
import { SYMBOL_FLAGS } from "./_symbol_flags.ts";
import { inputTexts } from "./terminal/standard_input.ts";

interface Flags {
  readonly symbols?: string;
  readonly online?: boolean;
}

/** The verb. */
export const mcp: Command<CliContext> = buildCommand<Flags, [], CliContext>({
  docs: {
    brief: "Serve an assistant by the Model Context Protocol, on standard input and output",
    fullDescription:
      `Serves a debugging assistant by the Model Context Protocol, on standard input and output: it opens targets, asks for
summaries, groups, stacks, traces, bad references, differences, handles and symbols, and has files written. Targets are
only read; files are written only on request, and an existing file is replaced only if the assistant says so.

Without --online no symbol server and no path to another machine is used, whatever the assistant asks for. The server
ends when its client does.

In the settings of most assistants:
  { "mcpServers": { "htrace": { "command": "htrace", "args": ["mcp"] } } }

Examples:
  htrace mcp
  htrace mcp --symbols C:\\build\\symbols
  htrace mcp --online --symbols srv*C:\\symbols*https://msdl.microsoft.com/download/symbols`,
  },
  parameters: {
    flags: {
      symbols: SYMBOL_FLAGS.symbols,
      online: toggle("Allow requests to symbol servers and files on other machines"),
    },
  },
  func: runMcp,
});

async function runMcp(this: CliContext, { symbols, online = false }: Flags): Promise<void> {
  const { LineTransport, serve } = await import("../mcp/mod.ts");
  const transport = new LineTransport(inputTexts(), this.process.stdout);
  const warn = warnTo(this.process);
  transport.onerror = ({ message }) => warn(`Cannot read the client's message: ${message}`);
  await serve(transport, { online, symbolPath: symbols });
}
