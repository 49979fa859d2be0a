/**
 * `htrace processes [target]`: the processes with their handle counts.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import { escapeText } from "../escape_text.ts";
import type { ProcessEntry } from "../target.ts";
import { TARGET, toggle } from "./_arguments.ts";
import type { CliContext } from "./_context.ts";
import { warnTo, writeJson } from "./_output.ts";

interface Flags {
  readonly json?: boolean;
}

/** The verb. */
export const processes: Command<CliContext> = buildCommand<Flags, [string?], CliContext>({
  docs: {
    brief: "List processes with their handle counts, most handles first",
    customUsage: ["[options] [<target>]"],
    fullDescription:
      `Lists the processes of this machine, of a kernel or of an emulated machine, most handles first.

Examples:
  htrace processes
  htrace processes emulated:kernel
  htrace processes --json`,
  },
  parameters: {
    flags: {
      json: toggle("Print one line of JSON, an array of processes"),
    },
    positional: {
      kind: "tuple",
      parameters: [{
        ...TARGET,
        brief: "Target whose processes are listed; this machine if omitted",
        optional: true,
      }],
    },
  },
  func: runProcesses,
});

async function runProcesses(this: CliContext, flags: Flags, spec?: string): Promise<void> {
  const { listProcesses } = await import("../library/mod.ts");
  const { openTarget } = await import("../targets/mod.ts");
  using target = spec === undefined ? undefined : await openTarget(spec);
  const list = await listProcesses(target);
  if (flags.json) writeJson(this.process, list);
  else this.process.stdout.write(listText(list));
  const warn = warnTo(this.process);
  for (const gap of await target?.gaps?.() ?? []) warn(`incomplete: ${gap}`);
}

/** A table; it includes the address that kernel-mode commands take only if processes have one. */
function listText(list: readonly ProcessEntry[]): string {
  const hasAddress = list.some(({ process }) => process !== undefined);
  const row = (id: string, parent: string, handles: string, address: string, name: string) => {
    const place = hasAddress ? `${address.padEnd(18)}  ` : "";
    return `${id.padStart(8)}${parent.padStart(8)}${handles.padStart(9)}  ${place}${name}\n`;
  };
  const rows = list.map(({ processId, parentProcessId, handleCount, process, imageName }) =>
    row(
      String(processId),
      String(parentProcessId ?? ""),
      String(handleCount ?? ""),
      process === undefined ? "" : `0x${process.toString(16)}`,
      escapeText(imageName),
    )
  );
  return row("Id", "Parent", "Handles", "Address", "Image") + rows.join("");
}
