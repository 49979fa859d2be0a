/**
 * Lists of open handles: what Sysinternals handle.exe or the debugger's `!handle` printed.
 *
 * @module
 */
import { openPastedText } from "./_pasted_text.ts";
import type { TargetKind } from "./_target_kind.ts";

/** How lists begin at the top of a text; others are found when the text is read. */
const BEGIN = /^\ufeff?\s*(?:nt)?handle(?:64)? v\d|^\ufeff?\s*"?Process"?[,;\t]"?PID"?[,;\t]/i;

/** The kind, for the table. */
export const HANDLE_LIST: TargetKind = {
  name: "handle list",
  forms: ["handles.txt        handles without traces: what handle.exe or !handle printed"],
  accepts: ({ head }) => head !== undefined && BEGIN.test(new TextDecoder().decode(head)),
  open: openPastedText,
};
