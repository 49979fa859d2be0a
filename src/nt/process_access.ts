/**
 * Handles to a process, one for each right that is needed.
 *
 * One handle with every right would fail as a whole where a single right is refused; with one each, memory of
 * a process can be read that nobody may switch tracing for, and an error names the right that is missing.
 *
 * @module
 */
import type { Ntdll } from "../ntdll.ts";
import { isFailure, NtStatusError, PROCESS_RIGHTS } from "./status.ts";

/** Short names of the rights that this program uses. */
export type ProcessRight = keyof typeof PROCESS_RIGHTS;

/** The handles that are open to one process; disposing closes them. */
export class ProcessAccess implements Disposable {
  /** The process's id. */
  readonly processId: number;
  readonly #ntdll: Ntdll;
  readonly #handles = new Map<ProcessRight, number>();

  /** Opens nothing yet. */
  constructor(ntdll: Ntdll, processId: number) {
    this.#ntdll = ntdll;
    this.processId = processId;
  }

  /** A handle with the right, opened on first use; `attempt` completes the error's "Cannot …". */
  handle(right: ProcessRight, attempt: string): number {
    const open = this.#handles.get(right);
    if (open !== undefined) return open;
    const { mask } = PROCESS_RIGHTS[right];
    const { status, handle } = this.#ntdll.openProcess(this.processId, mask);
    if (isFailure(status)) {
      throw new NtStatusError("NtOpenProcess", status, attempt, PROCESS_RIGHTS[right]);
    }
    this.#handles.set(right, handle);
    return handle;
  }

  /** Closes the handles. */
  [Symbol.dispose](): void {
    for (const handle of this.#handles.values()) this.#ntdll.close(handle);
    this.#handles.clear();
  }
}
