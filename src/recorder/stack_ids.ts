/**
 * Stacks of a recorder log as ids in a session's table, with what the log says about each.
 *
 * @module
 */
import { isInModule } from "../module.ts";
import type { ObjectInfo } from "../trace.ts";
import type { StackId, StackTable, StackTotals, TraceLog } from "../trace_log.ts";
import type { AddressSpace } from "./address_space.ts";
import type { RecorderLog } from "./log.ts";
import { LIMITS } from "./layout.ts";
import { isSystemOpen, SYSTEM_FRAMES } from "./system_opens.ts";

/** The stacks of a log as read once. */
export class StackIds {
  readonly #log: RecorderLog;
  readonly #space: AddressSpace;
  readonly #into: StackTable;
  readonly #ids = new Map<number, StackId>();
  #kept = 0;
  #leftOut = 0;
  readonly #totals = new Map<StackId, StackTotals>();
  /** For each stack that opened handles: whether the system keeps all of them. */
  readonly #isSystem = new Map<StackId, boolean>();

  /** Puts stacks of a log into a table. */
  constructor(log: RecorderLog, space: AddressSpace, into: StackTable) {
    this.#log = log;
    this.#space = space;
    this.#into = into;
  }

  /** The id of a stack by its ref; one that was lost has no frames. */
  of(ref: number): StackId {
    return this.#ids.get(ref) ?? this.#read(ref);
  }

  /** Notes that a stack opened a handle to an object. */
  opened(ref: number, object: ObjectInfo | undefined): void {
    const id = this.of(ref);
    if (this.#isSystem.get(id) === false) return;
    this.#isSystem.set(id, object !== undefined && isSystemOpen(object, this.#callersOf(id)));
  }

  /** What is known of the stacks beyond their traces; their totals where traces are missing. */
  facts(areTracesMissing: boolean): Pick<TraceLog, "totals" | "systemStacks" | "notes"> {
    const systemStacks = [...this.#isSystem].filter(([, isSystem]) => isSystem).map(([id]) => id);
    return {
      ...(areTracesMissing && { totals: this.#totals }),
      ...(systemStacks.length > 0 && { systemStacks: new Set(systemStacks) }),
      ...(this.#leftOut > 0 && {
        notes: [
          `${this.#leftOut} stacks are left out after the ${LIMITS.stacks} newest: ` +
          "their operations have no frames",
        ],
      }),
    };
  }

  #read(ref: number): StackId {
    const stack = this.#kept < LIMITS.stacks ? this.#log.stack(ref) : undefined;
    if (stack !== undefined) this.#kept++;
    else if (ref !== 0) this.#leftOut++;
    const id = this.#into.intern(
      stack === undefined
        ? new BigUint64Array()
        : this.#space.shown(stack.addresses, stack.generation),
    );
    this.#ids.set(ref, id);
    if (stack !== undefined && stack.opened > 0) {
      // Two refs are one stack if a module came back in a later generation.
      const { opened = 0, closed = 0 } = this.#totals.get(id) ?? {};
      this.#totals.set(id, { opened: opened + stack.opened, closed: closed + stack.closed });
    }
    return id;
  }

  /** Names of the modules that made the system call: the first frame is the call's stub. */
  #callersOf(id: StackId): string[] {
    const callers = this.#into.addresses(id).subarray(1, 1 + SYSTEM_FRAMES);
    return Array.from(callers, (caller) => {
      const module = this.#space.modules.find((module) => isInModule(module, caller));
      return module?.name ?? "";
    });
  }
}
