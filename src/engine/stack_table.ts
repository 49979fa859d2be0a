/**
 * The stack table of a session, which lives in the WASM module (`wasm/src/traces/stack_table.rs`).
 *
 * @module
 */
import type { EntryLayout } from "../entry_layout.ts";
import type { EntriesRead, ReadEntriesOptions, StackId, StackTable } from "../trace_log.ts";
import { callEngine } from "./_call_engine.ts";
import {
  closeStackTable,
  internStacks,
  openStackTable,
  readEntries,
  stackAddresses,
  stackCount,
  withoutKernelFrames,
} from "./wasm.ts";

/** Stands for "no entry" in the module's results. */
const NO_ENTRY = 0xffff_ffff;

/**
 * A stack table in the engine. Ids stay valid until it is disposed of.
 *
 * @example
 * ```ts
 * using stacks = new EngineStackTable();
 * const entries = stacks.readEntries(bytes, layout);
 * console.log(stacks.addresses(entries.stack[0]!));
 * ```
 */
export class EngineStackTable implements StackTable, Disposable {
  readonly #number = openStackTable();

  /** Number of distinct stacks. */
  get count(): number {
    return callEngine("count stacks", () => stackCount(this.#number));
  }

  /** Return addresses of a stack, innermost first. Throws a RangeError outside the table. */
  addresses(stack: StackId): BigUint64Array {
    const { count } = this;
    if (!Number.isInteger(stack) || stack < 0 || stack >= count) {
      throw new RangeError(`Cannot read stack ${stack}: the table has ${count} stacks`);
    }
    return callEngine(`read stack ${stack}`, () => stackAddresses(this.#number, stack));
  }

  /** Returns the id of a stack of any depth, new or known. */
  intern(addresses: BigUint64Array): StackId {
    return this.internAll(addresses, Uint32Array.of(addresses.length))[0]!;
  }

  /**
   * Returns the ids of many stacks, given their addresses one after the other and where each ends. An end outside
   * `addresses`, or before the end of the previous stack, throws an {@linkcode EngineError}.
   */
  internAll(addresses: BigUint64Array, ends: Uint32Array): Uint32Array {
    return callEngine("intern stacks", () => internStacks(this.#number, addresses, ends));
  }

  /**
   * Reads whole entries into columns, newest first, and interns their stacks.
   *
   * A stack ends at its first zero address. Entries that are empty or damaged are left out and counted, or end reading
   * (`stopAtGap`). Throws an {@linkcode EngineError} for bytes that end inside an entry, and for a layout with fields
   * outside its entry.
   */
  readEntries(
    bytes: Uint8Array,
    layout: EntryLayout,
    { oldestFirst = false, stopAtGap = false }: ReadEntriesOptions = {},
  ): EntriesRead {
    const { wideTraces, wideHandles, firstEmpty, firstDamaged, ...read } = callEngine(
      `read traces from ${layout.name} entries`,
      () => readEntries(this.#number, bytes, layoutWords(layout), oldestFirst, stopAtGap),
    );
    return {
      count: read.type.length,
      ...read,
      ...(firstEmpty !== NO_ENTRY && { firstEmpty }),
      ...(firstDamaged !== NO_ENTRY && { firstDamaged }),
      ...(wideTraces.length > 0 && {
        wideHandles: new Map(Array.from(wideTraces, (trace, i) => [trace, wideHandles[i]!])),
      }),
    };
  }

  /**
   * Returns the stacks of a column of ids without their leading addresses from `userEnd` on, that is, without the
   * kernel frames with which a stack begins. The shorter stacks are interned too; ids of stacks without such frames
   * stay as they are.
   */
  withoutKernelFrames(stacks: Uint32Array, userEnd: bigint): Uint32Array {
    return callEngine(
      "leave kernel frames out of stacks",
      () => withoutKernelFrames(this.#number, stacks, userEnd),
    );
  }

  /** Frees the table. */
  [Symbol.dispose](): void {
    closeStackTable(this.#number);
  }
}

/** A layout in the form for `EntryLayout::from_numbers` in `wasm/src/traces/entry_layout.rs`. */
function layoutWords(layout: EntryLayout): Uint32Array {
  const fields = [layout.handle, layout.processId, layout.threadId, layout.type, layout.stack];
  return Uint32Array.from([
    layout.size,
    ...fields.flatMap(({ offset, size }) => [offset, size]),
    layout.stack.frames,
  ]);
}
