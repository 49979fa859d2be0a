/**
 * Texts of debuggers: what was pasted into a ticket, a mail, or a file that the debugger wrote.
 *
 * @module
 */
import { isTextHead, openPastedText, STANDARD_INPUT } from "./_pasted_text.ts";
import type { TargetKind } from "./_target_kind.ts";

/** The kind, for the table. Every text is read to its end: what it holds may stand behind thousands of other lines. */
export const DEBUGGER_LOG: TargetKind = {
  name: "debugger log",
  forms: [
    "log.txt, -         a text with outputs of !htrace, !handle or Application Verifier; - is the standard input",
  ],
  accepts: ({ text, head }) => text === STANDARD_INPUT || (head !== undefined && isTextHead(head)),
  open: openPastedText,
};
