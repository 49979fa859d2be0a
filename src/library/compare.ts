/**
 * What is outstanding since an earlier reading that another run of the program kept.
 *
 * @module
 */
import type { Analysis } from "../analysis.ts";
import type { AnalysisOptions, Session } from "../session.ts";
import { type Target, TraceQueryError } from "../target.ts";
import type { TraceLog } from "../trace_log.ts";

/**
 * Lists the handles opened since a snapshot and not closed since.
 *
 * The snapshot is that of `earlier`, a recording of the same target; without one it is the last that the session took
 * or the target brought along; and where there is none, the moment when tracing began and the ring was empty.
 *
 * ```ts ignore
 * using earlier = await openTarget("before.htrace");
 * using session = new Session(await openTarget("4242"));
 * console.log(REPORTS.classic(await diffSince(session, earlier)));
 * ```
 */
export async function diffSince(
  session: Session,
  earlier?: Target,
  options: AnalysisOptions = {},
): Promise<Analysis> {
  if (earlier !== undefined) session.keepSnapshot(snapshotOf(earlier, session.target));
  if (!session.snapshots.has("")) session.keepSnapshot(emptyLog(session.target));
  return await session.diff("", options);
}

/** The traces that an earlier recording of a target holds; refuses those of another, and one that kept none. */
export function snapshotOf(earlier: Target, target: Target): TraceLog {
  checkSame(earlier, target);
  const log = earlier.readTraces({});
  if (log.bytes.length === 0 && log.incomplete !== undefined) {
    throw new TraceQueryError(
      `Cannot compare ${target.name} with the snapshot: it has no traces (${log.incomplete}); ` +
        "take one without --handles",
    );
  }
  return log;
}

/** Two processes have nothing in common that could be compared; ids are reused, so the image's name counts too. */
export function checkSame(earlier: Target, target: Target): void {
  if (earlier.name === target.name) return;
  throw new TraceQueryError(
    `Cannot compare ${target.name} with the snapshot: it is of ${earlier.name}; take one of the ` +
      `same target`,
  );
}

function emptyLog(target: Target): TraceLog {
  return { ...target.readTraces({ maxTraces: 1 }), bytes: new Uint8Array(), parsed: 0 };
}
