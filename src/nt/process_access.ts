/**
 * Handles to a process, one for each access right that is needed.
 *
 * A single handle with every right would fail if any one right is denied. With one handle per right, memory can be read
 * even if tracing may not be switched, and an error names the right that is missing.
 *
 * @module
 */
import { TargetError } from "../error.ts";
import type { Ntdll } from "../ntdll.ts";
import type { ProcessEntry } from "../target.ts";
import { isFailure, NtStatusError, PROCESS_RIGHTS } from "./status.ts";
import { dateOfFileTime } from "./system_processes.ts";

/** Short names of the rights that this program uses. */
export type ProcessRight = keyof typeof PROCESS_RIGHTS;

/** The handles that are open to one process; disposing closes them. */
export class ProcessAccess implements Disposable {
  /** The process's id. */
  readonly processId: number;
  readonly #ntdll: Ntdll;
  readonly #handles = new Map<ProcessRight, number>();
  /** For a pinned process: when it was created, if known. */
  #pinned: { readonly startTime?: Date } | undefined;

  /** Opens nothing yet: for a process that cannot end and have its id reused, such as a guest's. */
  constructor(ntdll: Ntdll, processId: number) {
    this.#ntdll = ntdll;
    this.processId = processId;
  }

  /**
   * Opens a process of the system's list and holds it until disposed: no other process gets its id while a handle to it
   * is open. The creation time shows whether the id was reused after it was listed.
   */
  static pin(ntdll: Ntdll, { processId, startTime }: ProcessEntry): ProcessAccess {
    using untilPinned = new DisposableStack();
    const access = untilPinned.use(new ProcessAccess(ntdll, processId));
    access.#pinned = startTime === undefined ? {} : { startTime };
    try {
      access.handle("identify", `open process ${processId}`);
    } catch (error) {
      if (!(error instanceof NtStatusError)) throw error;
      throw new TargetError(error.message, { cause: error });
    }
    untilPinned.move();
    return access;
  }

  /** A handle with the right, opened on first use; `attempt` completes the error's "Cannot …". */
  handle(right: ProcessRight, attempt: string): number {
    const open = this.#handles.get(right);
    if (open !== undefined) return open;
    using untilChecked = new DisposableStack();
    const handle = untilChecked.adopt(
      this.#open(right, attempt),
      (unchecked) => void this.#ntdll.close(unchecked),
    );
    if (this.#pinned !== undefined) this.#checkIsSame(handle, attempt);
    untilChecked.move();
    this.#handles.set(right, handle);
    return handle;
  }

  /** Whether a pinned process has ended: it remains, as an empty shell, as long as it is held. */
  hasEnded(): boolean {
    const handle = this.#handles.get("identify");
    return handle !== undefined && queryTimes(this.#ntdll, handle).exitTime !== undefined;
  }

  /** Closes the handles. */
  [Symbol.dispose](): void {
    for (const handle of this.#handles.values()) this.#ntdll.close(handle);
    this.#handles.clear();
  }

  #open(right: ProcessRight, attempt: string): number {
    const { mask } = PROCESS_RIGHTS[right];
    const identify = this.#pinned === undefined ? 0 : PROCESS_RIGHTS.identify.mask;
    const { status, handle } = this.#ntdll.openProcess(this.processId, mask | identify);
    if (isFailure(status)) {
      throw new NtStatusError("NtOpenProcess", status, attempt, PROCESS_RIGHTS[right]);
    }
    return handle;
  }

  /** Handles are opened by id; they must lead to the same process as at the start. */
  #checkIsSame(handle: number, attempt: string): void {
    const expected = this.#pinned?.startTime?.getTime();
    if (expected === undefined) return;
    const { status, startTime } = queryTimes(this.#ntdll, handle);
    if (isFailure(status)) throw new NtStatusError("NtQueryInformationProcess", status, attempt);
    if (startTime?.getTime() === expected) return;
    throw new TargetError(
      `Cannot ${attempt}: the process has ended, and another one has its id now; "htrace ` +
        `processes" lists the processes`,
    );
  }
}

const PROCESS_TIMES = 4;

/** KERNEL_USER_TIMES, as phnt's `ntpsapi.h` has it: four FILETIMEs, of which two are read. */
const KERNEL_USER_TIMES = { CreateTime: 0, ExitTime: 8, size: 0x20 } as const;

/** When a process began and, if it has ended, when; the handle needs PROCESS_QUERY_LIMITED_INFORMATION. */
function queryTimes(
  ntdll: Ntdll,
  process: number,
): { readonly status: number; readonly startTime?: Date; readonly exitTime?: Date } {
  const buffer = new Uint8Array(KERNEL_USER_TIMES.size);
  const { status } = ntdll.queryInformationProcess(process, PROCESS_TIMES, buffer);
  if (isFailure(status)) return { status };
  const view = new DataView(buffer.buffer);
  const startTime = dateOfFileTime(view.getBigUint64(KERNEL_USER_TIMES.CreateTime, true));
  const exitTime = dateOfFileTime(view.getBigUint64(KERNEL_USER_TIMES.ExitTime, true));
  return { status, ...(startTime && { startTime }), ...(exitTime && { exitTime }) };
}
