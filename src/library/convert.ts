/**
 * A target as a minidump file, which a debugger's own `!htrace` reads.
 *
 * @module
 */
import type { Session } from "../session.ts";
import { dumpSession } from "../session_dump.ts";
import type { TraceLog } from "../trace_log.ts";
import { replaceFile, type ReplaceOptions } from "./replace_file.ts";

/** The result of a conversion. */
export interface Conversion {
  /** The traces that the dump has. */
  readonly log: TraceLog;
  /** Number of its modules. */
  readonly modules: number;
  /** Number of its open handles, if the target has a list. */
  readonly handles?: number;
  /** What the format cannot contain, each as a noun phrase. */
  readonly losses: readonly string[];
}

/**
 * Writes traces, handles and modules of a session's target as a minidump; the file is replaced as a whole.
 *
 * ```ts ignore
 * using session = new Session(await openTarget("service.htrace"));
 * const { losses } = await convert(session, "service.dmp");
 * ```
 *
 * @throws {TargetError} for a kernel-mode target.
 */
export async function convert(
  session: Session,
  path: string,
  options: ReplaceOptions = {},
): Promise<Conversion> {
  const { pieces, ...conversion } = await dumpSession(session);
  await replaceFile(path, pieces, options);
  return conversion;
}
