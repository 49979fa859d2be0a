/**
 * The ring of a trace database: its slots as bytes, newest first, and which are missing.
 *
 * Reference handle-tracing, B.5 (layout), C.2 and C.3 (how the kernel fills it) and C.5 (the walk of a kernel-mode
 * debugger extension).
 *
 * @module
 */
import { TargetError } from "../error.ts";
import { fieldLayout, type StructureLayout, structureLayout } from "./layouts.ts";
import type { KernelProcess } from "./process.ts";
import { isSystemAddress, StructureReader, type StructureSpace } from "./structure_reader.ts";
import { MAX_SLOTS, MIN_SLOTS } from "./tracing.ts";

/** A ring as it was read. */
export interface TraceRing {
  /** Address of the trace database. */
  readonly database: bigint;
  /** Number of slots. */
  readonly slots: number;
  /** The complete slots, newest first, blank ones included, each of the structure's size. */
  readonly entries: Uint8Array;
  /** Number of slots that were looked at: all, or the used ones of a ring that has not wrapped. */
  readonly looked: number;
  /** What `!htrace` would look at and print without a filter: its walk ends at the first blank slot. */
  readonly walk: { readonly parsed: number; readonly dumped: number };
  /** Number of lost slots by reason, in the order in which each reason first occurs. */
  readonly lost: ReadonlyMap<string, number>;
}

/** BitMaskFlags: the ring has wrapped. */
const WAS_WRAPPED_AROUND = 0x4000_0000;

/** Reads the ring of a process. Throws a `TargetError` if it has none, or not one that a kernel could have made. */
export function readTraceRing(space: StructureSpace, process: KernelProcess): TraceRing {
  const database = openDatabase(space, process);
  const entry = structureLayout(space.layouts, "HANDLE_TRACE_DB_ENTRY");
  const { bytes, gaps } = readAround(space, database.traces, database.slots * entry.size);
  const ring = new RingSlots(bytes, gaps, entry);
  const isUsed = ring.reasonLost(0) === undefined && !ring.isBlank(0);
  const hasWrapped = database.hasWrapped || isUsed;
  const newest = database.index % database.slots;
  const kept: number[] = [];
  const lost = new Map<string, number>();
  let walk: TraceRing["walk"] | undefined;
  for (let age = 0; age < database.slots; age++) {
    const slot = (newest - age + database.slots) % database.slots;
    // A ring that has not wrapped was never written after its newest trace.
    if (slot > newest && !hasWrapped) break;
    const reason = ring.reasonLost(slot);
    if (reason !== undefined) {
      lost.set(reason, (lost.get(reason) ?? 0) + 1);
      continue;
    }
    if (ring.isBlank(slot)) walk ??= { parsed: kept.length + 1, dumped: kept.length };
    kept.push(slot);
  }
  return {
    database: database.address,
    slots: database.slots,
    entries: ring.join(kept),
    looked: kept.length,
    walk: walk ?? { parsed: kept.length, dumped: kept.length },
    lost,
  };
}

/** The bytes of a ring, which may have gaps. */
class RingSlots {
  readonly #bytes: Uint8Array;
  readonly #gaps: readonly Gap[];
  readonly #size: number;
  readonly #type: number;
  /** The gap that may cover the requested slot: slots are mostly requested in order. */
  #gap = 0;

  constructor(bytes: Uint8Array, gaps: readonly Gap[], entry: StructureLayout) {
    this.#bytes = bytes;
    this.#gaps = gaps;
    this.#size = entry.size;
    this.#type = fieldLayout(entry, "Type").offset;
  }

  /** Why any byte of a slot is missing, or undefined if it is complete. */
  reasonLost(slot: number): string | undefined {
    const start = slot * this.#size;
    const gaps = this.#gaps;
    while (this.#gap > 0 && (gaps[this.#gap - 1]?.end ?? 0) > start) this.#gap--;
    while (this.#gap < gaps.length && (gaps[this.#gap]?.end ?? 0) <= start) this.#gap++;
    const gap = gaps[this.#gap];
    return gap !== undefined && gap.start < start + this.#size ? gap.reason : undefined;
  }

  isBlank(slot: number): boolean {
    const type = slot * this.#size + this.#type;
    return this.#bytes.subarray(type, type + 4).every((byte) => byte === 0);
  }

  /** The bytes of slots, one after the other. */
  join(slots: readonly number[]): Uint8Array {
    const joined = new Uint8Array(slots.length * this.#size);
    slots.forEach((slot, index) => {
      const start = slot * this.#size;
      joined.set(this.#bytes.subarray(start, start + this.#size), index * this.#size);
    });
    return joined;
  }
}

/** Missing bytes. */
interface Gap {
  readonly start: number;
  readonly end: number;
  readonly reason: string;
}

const PAGE = 0x1000n;

/** Reads a range whose pages may be missing: the bytes, with zeros in the gaps, and the gaps in ascending order. */
function readAround(
  { memory }: StructureSpace,
  address: bigint,
  length: number,
): { bytes: Uint8Array; gaps: Gap[] } {
  const bytes = new Uint8Array(length);
  const gaps: Gap[] = [];
  for (let start = 0; start < length;) {
    const piece = memory.read(address + BigInt(start), length - start);
    bytes.set(piece, start);
    start += piece.length;
    if (start >= length) break;
    const missing = address + BigInt(start);
    const rest = Number(PAGE - BigInt.asUintN(64, missing) % PAGE);
    const end = Math.min(start + rest, length);
    gaps.push({
      start,
      end,
      reason: memory.explainMissing?.(missing) ?? "the memory is not there",
    });
    start = end;
  }
  return { bytes, gaps };
}

interface TraceDatabase {
  readonly address: bigint;
  /** Number of slots of the ring. */
  readonly slots: number;
  /** CurrentStackIndex: slot of the newest trace, plus the slots for each time the ring has wrapped. */
  readonly index: number;
  readonly hasWrapped: boolean;
  /** Address of slot 0. */
  readonly traces: bigint;
}

function openDatabase(space: StructureSpace, process: KernelProcess): TraceDatabase {
  const who = `process 0x${process.process.toString(16)} (${process.imageName})`;
  if (process.objectTable === 0n) {
    throw new TargetError(
      `Cannot read the traces of ${who}: it has exited and its object table is gone`,
    );
  }
  const table = new StructureReader(space, "HANDLE_TABLE", process.objectTable);
  const address = table.pointer("DebugInfo");
  if (address === 0n) {
    throw new TargetError(
      `Cannot read the traces of ${who}: handle tracing was never enabled for it; ` +
        `enable it with "!htrace -enable" in user mode or with Application Verifier`,
    );
  }
  const database = new StructureReader(space, "HANDLE_TRACE_DEBUG_INFO", address);
  const damage = whyDamaged(space, database, process.objectTable);
  if (damage !== undefined) {
    throw new TargetError(
      `Cannot read the traces of ${who}: its trace database at 0x${
        address.toString(16)
      } ${damage}; ` +
        `the memory is damaged or the layouts are of another build`,
    );
  }
  const slots = slotsOf(space, database);
  const index = database.number("CurrentStackIndex");
  const flags = database.has("BitMaskFlags") ? database.number("BitMaskFlags") : 0;
  return {
    address,
    slots,
    index,
    hasWrapped: index >= slots || (flags & WAS_WRAPPED_AROUND) !== 0,
    traces: database.addressOf("TraceDb"),
  };
}

/** Windows XP has no TableSize: its array is declared with all its slots. */
function slotsOf(space: StructureSpace, database: StructureReader): number {
  if (database.has("TableSize")) return database.number("TableSize");
  const entry = structureLayout(space.layouts, "HANDLE_TRACE_DB_ENTRY");
  return fieldLayout(database.layout, "TraceDb").size / entry.size;
}

/** Why no kernel could have left these numbers: a walk with such numbers would go through all of memory. */
function whyDamaged(
  space: StructureSpace,
  database: StructureReader,
  objectTable: bigint,
): string | undefined {
  if (!isSystemAddress(database.address, space.layouts.pointerSize)) {
    return "is not at a kernel address";
  }
  if (database.address === objectTable) return "would be the object table itself";
  if (database.has("RefCount") && database.number("RefCount") === 0) {
    return "has no references and must have been freed";
  }
  const slots = slotsOf(space, database);
  const isPowerOfTwo = slots > 0 && (slots & (slots - 1)) === 0;
  if (!isPowerOfTwo || slots < MIN_SLOTS || slots > MAX_SLOTS) {
    return `has a table size of 0x${slots.toString(16)}, which no kernel makes`;
  }
  return undefined;
}
