/**
 * Compares what the Windows debugger engine and htrace say about one process.
 *
 * @module
 */
import { renderClassic } from "../../reports/classic.ts";
import type { Target } from "../../target.ts";
import { debuggerEngine, openTarget } from "../../targets/mod.ts";
import { DebugEngineError } from "../../win32/dbgeng_library.ts";
import { convert } from "../convert.ts";
import { traceStep } from "../trace_step.ts";
import { debuggingTools, requireWindows } from "./bench.ts";
import { type Claim, expectSameLines, NotPossibleError } from "./claim.ts";
import { listingLines } from "./listing.ts";

/** E_NOTIMPL, which an engine that imitates Windows' own returns. */
const NOT_IMPLEMENTED = "0x80004001";

/** The debugger engine. */
export const ENGINE_CLAIMS: readonly Claim[] = [
  {
    text: "the debugger engine opens a process, and sees the modules that htrace sees",
    check: async (bench) => {
      await using holder = await bench.hold();
      using ours = await openTarget(String(holder.processId));
      using engine = await openTarget(`dbgeng:${holder.processId}`);
      expectSameLines(await moduleLines(engine), await moduleLines(ours));
    },
  },
  {
    text: "the engine's own !htrace shows the traces that htrace shows, line by line",
    check: async (bench) => {
      await bench.requireTracing();
      await requireDebuggingTools();
      await using holder = await bench.hold();
      using session = await bench.open(String(holder.processId));
      await session.enable();
      await holder.act();
      const ours = renderClassic(await session.show());
      using engine = await openTarget(`dbgeng:${holder.processId}`);
      expectSameLines(listingLines(execute(engine, "!htrace")), listingLines(ours));
    },
  },
  {
    text: "a minidump that the engine wrote has the modules that the engine saw",
    check: async (bench) => {
      await using holder = await bench.hold();
      const path = bench.file(".dmp");
      using engine = await openTarget(`dbgeng:${holder.processId}`);
      execute(engine, `.dump /mh "${path}"`);
      using dump = await openTarget(path);
      expectSameLines(await moduleLines(engine), await moduleLines(dump));
    },
  },
  {
    text:
      "the engine opens a minidump that htrace wrote, and its own !htrace lists the same traces",
    check: async (bench) => {
      requireWindows();
      await requireDebuggingTools();
      const path = bench.file(".dmp");
      using session = await bench.open("emulated", ["leak", "2"]);
      await traceStep(session);
      await convert(session, path);
      using dump = await bench.open(path);
      const ours = renderClassic(await dump.show());
      using engine = await openTarget(`dbgeng:${path}`);
      expectSameLines(listingLines(execute(engine, "!htrace")), listingLines(ours));
    },
  },
];

async function requireDebuggingTools(): Promise<void> {
  if (await debuggingTools() !== undefined) return;
  throw new NotPossibleError(
    "the Debugging Tools for Windows are not installed; the system's own engine has no !htrace",
  );
}

/** Runs one of the engine's own commands. */
function execute(target: Target, command: string): string {
  try {
    return debuggerEngine(target)!.execute(command);
  } catch (error) {
    if (!(error instanceof DebugEngineError && error.message.includes(NOT_IMPLEMENTED))) {
      throw error;
    }
    throw new NotPossibleError("this system's debugger engine runs no commands");
  }
}

async function moduleLines(target: Target): Promise<string[]> {
  const modules = await target.modules();
  return modules
    .map(({ name, base, size }) => `${name.toLowerCase()} at 0x${base.toString(16)}, ${size} bytes`)
    .toSorted();
}
