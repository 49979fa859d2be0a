/**
 * Debugger texts: pasted into a ticket or an email, or written to a file by the debugger.
 *
 * @module
 */
import { isTextHead, openPastedText, STANDARD_INPUT } from "./_pasted_text.ts";
import type { TargetKind } from "./_target_kind.ts";

/**
 * The kind, for the table. Every text is read to its end: the part of interest may come after thousands of other lines.
 */
export const DEBUGGER_LOG: TargetKind = {
  name: "debugger log",
  forms: [
    "log.txt, -         a text with outputs of !htrace, !handle or Application Verifier; - is the standard input",
  ],
  accepts: ({ text, head }) => text === STANDARD_INPUT || (head !== undefined && isTextHead(head)),
  open: openPastedText,
};
