/**
 * Minidumps: snapshots of a process, made by debuggers and crash reporters.
 *
 * @module
 */
import { isMinidump } from "../dump/minidump/dump.ts";
import { MinidumpTarget } from "../dump/minidump/minidump_target.ts";
import { openTargetFile } from "./_target_file.ts";
import type { TargetKind } from "./_target_kind.ts";

/** The kind, for the table. */
export const MINIDUMP: TargetKind = {
  name: "minidump",
  forms: [
    "crash.dmp        a user-mode dump: traces where handle tracing was on, and open handles",
  ],
  accepts: ({ head }) => head !== undefined && isMinidump(head),
  open: async (text, { warn }) => {
    using opening = new DisposableStack();
    const source = opening.use(openTargetFile(text));
    const { mtime } = await Deno.stat(text);
    const target = new MinidumpTarget(source, {
      kind: MINIDUMP.name,
      ...(mtime && { fileTime: mtime }),
      ...(warn && { warn }),
    });
    opening.move();
    return target;
  },
};
