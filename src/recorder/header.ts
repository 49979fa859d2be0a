/**
 * The header of a recorder log, checked.
 *
 * @module
 */
import type { PointerSize } from "../memory.ts";
import { LogFile } from "./_file.ts";
import {
  CALL,
  CALL_STATES,
  EVENT,
  HEADER,
  LIMITS,
  LOG_MAGIC,
  LOG_VERSION,
  STATE,
  TYPE,
} from "./layout.ts";

/** Whether a file begins like a recorder log. */
export function isRecorderLog(head: Uint8Array): boolean {
  if (head.length < 8) return false;
  return new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true) === LOG_MAGIC;
}

/** The state of a recorder. */
export type RecorderState = keyof typeof STATE;

/** Why a recorder could not start, by `Header.failure`: the end of a message. */
const FAILURES: Readonly<Record<number, string>> = {
  1: "the log is not as it expected it",
  2: "no slot of thread-local storage was free",
  3: "there was no free memory near ntdll",
  4: "no system call could be hooked: the program's code may not be changed, or another program has changed it",
};

/** The data on the log itself and on its process. */
export interface LogHeader {
  /** The state of the recorder. */
  readonly state: RecorderState;
  /** Why it could not start, as the end of a message. */
  readonly failure?: string;
  /** The process; 0 before the recorder has started. */
  readonly processId: number;
  /** Width of the program's pointers. */
  readonly pointerSize: PointerSize;
  /** Turns a time of the log into milliseconds since 1970; NaN for one that no clock can have had. */
  readonly timeOf: (counter: bigint) => number;
  /** The same as a date, rounded up; throws for an impossible time. */
  readonly dateOf: (counter: bigint) => Date;
  /** When recording began. */
  readonly startTime: Date;
  /** When the process ended itself. */
  readonly endTime?: Date;
  /** The status with which it ended itself, unsigned. */
  readonly exitStatus?: number;
  /** The number of the next event: events are numbered from 1. */
  readonly nextEvent: number;
  /** Number of events for which the ring has room. */
  readonly ringSlots: number;
  /** Most frames in a stack. */
  readonly maxFrames: number;
  /** Whether recording was stopped on request. */
  readonly isStopped: boolean;
  /** Counts of missing data and other counts, by their names in the header. */
  readonly counts: LogCounts;
  /** Offsets and refs in the header. */
  readonly places: {
    readonly ring: number;
    readonly directory: number;
    readonly directorySlots: number;
    readonly modules: number;
    readonly marks: number;
    readonly listings: number;
  };
}

const COUNTS = [
  "lostEvents",
  "lostStacks",
  "lostNames",
  "lostHandles",
  "lostModules",
  "reentered",
  "unplaced",
  "gone",
  "replaced",
  "unseenCloses",
  "cutStacks",
  "children",
  "setMarks",
  "givenUp",
] as const;

/**
 * Counts of a log: events, stacks, names, handles and modules that found no room; calls made while another one was
 * recorded; bad references for which it is not known which handle was bad; handles that were gone, or whose value was
 * opened again, although nothing had closed them; closes of handles that were neither seen opened nor listed; events
 * with stacks that were cut; processes that the program started; marks that it set, kept or not; records left
 * unfinished because of an exception.
 */
export type LogCounts = Readonly<Record<typeof COUNTS[number], number>>;

/** A call and whether it is hooked. */
export interface RecordedCall {
  /** Its name, `NtCreateEvent`. */
  readonly name: string;
  /** Whether it is hooked, or why not. */
  readonly state: typeof CALL_STATES[number];
  /** How many arguments it takes; in a 64-bit program, how many words are passed on. */
  readonly arguments: number;
}

/** A FILETIME counts 100 ns from 1601; 1970 is this many later. */
const FILETIME_OF_1970 = 116_444_736_000_000_000n;

/** Reads and checks the header. */
export function readHeader(file: LogFile): LogHeader {
  const view = file.view(0, Math.min(file.size, HEADER.size), "its header");
  const isLog = view.byteLength >= HEADER.size &&
    view.getBigUint64(HEADER.magic, true) === LOG_MAGIC;
  if (!isLog) throw file.error("it is not one", "name a file that the recorder wrote");
  const version = view.getUint32(HEADER.version, true);
  if (version !== LOG_VERSION) {
    throw file.error(`it is of version ${version}`, `use the htrace that wrote it`);
  }
  const u32 = (field: number): number => view.getUint32(field, true);
  const u64 = (field: number): bigint => view.getBigUint64(field, true);
  const number = (field: number): number => Number(u64(field));
  const state = STATE_NAMES[u32(HEADER.state)];
  if (state === undefined) throw file.error("it is damaged: its state is unknown");
  const ringSlots = number(HEADER.ringSlots);
  const regions = [
    ["the ring", number(HEADER.ring), ringSlots, EVENT.size, LIMITS.ringSlots],
    ["the table of calls", u32(HEADER.calls), u32(HEADER.callSlots), CALL.size, LIMITS.calls],
    ["the table of types", u32(HEADER.types), u32(HEADER.typeSlots), TYPE.size, LIMITS.types],
    ["the directory", u32(HEADER.directory), u32(HEADER.directorySlots), 4, LIMITS.directorySlots],
  ] as const;
  for (const [what, offset, count, size, most] of regions) {
    if (count > most || offset + count * size > file.size) {
      throw file.error(`it is damaged: ${what} is larger than it can be`);
    }
  }
  if (file.size - number(HEADER.arena) > LIMITS.arena) {
    throw file.error("it is damaged: it is larger than it can be");
  }
  if (ringSlots === 0 || (ringSlots & (ringSlots - 1)) !== 0) {
    throw file.error("it is damaged: the size of its ring is not a power of two");
  }
  const frequency = number(HEADER.frequency) || 1;
  const startCounter = u64(HEADER.startCounter);
  const start = Number(u64(HEADER.startTime) - FILETIME_OF_1970) / 1e4;
  const timeOf = (counter: bigint): number => {
    const time = start + Number(BigInt.asIntN(64, counter - startCounter)) * 1000 / frequency;
    // A log that was never written to has no start time.
    return (time >= 0 || u64(HEADER.startTime) === 0n) && Math.abs(time) <= MAX_DATE ? time : NaN;
  };
  const dateOf = (counter: bigint): Date => {
    const date = new Date(Math.ceil(timeOf(counter)));
    if (!Number.isNaN(date.getTime())) return date;
    throw file.error("it is damaged: it has a time that cannot be");
  };
  const failure = FAILURES[u32(HEADER.failure)];
  const hasEnded = state === "ended";
  return {
    state,
    ...(failure !== undefined && { failure }),
    processId: u32(HEADER.processId),
    pointerSize: u32(HEADER.pointerSize) === 4 ? 4 : 8,
    timeOf,
    dateOf,
    startTime: dateOf(startCounter),
    ...(hasEnded && {
      endTime: dateOf(u64(HEADER.endCounter)),
      exitStatus: u32(HEADER.exitStatus),
    }),
    nextEvent: eventNumber(file, u64(HEADER.nextEvent)),
    ringSlots,
    maxFrames: u32(HEADER.maxFrames),
    isStopped: u32(HEADER.isStopped) !== 0,
    counts: Object.fromEntries(COUNTS.map((name) => [name, number(HEADER[name])])) as LogCounts,
    places: {
      ring: number(HEADER.ring),
      directory: u32(HEADER.directory),
      directorySlots: u32(HEADER.directorySlots),
      modules: u32(HEADER.modules),
      marks: u32(HEADER.marks),
      listings: u32(HEADER.listings),
    },
  };
}

const STATE_NAMES = Object.keys(STATE) as (keyof typeof STATE)[];

/** The latest time that a Date can hold, in milliseconds. */
const MAX_DATE = 8.64e15;

/** Event numbers share 64 bits with the event's kind. */
const MAX_EVENT = 2 ** 53;

function eventNumber(file: LogFile, number: bigint): number {
  if (number >= MAX_EVENT) throw file.error("it is damaged: it has more events than there can be");
  return Number(number);
}

/** Reads the table of hooked calls. */
export function readCalls(file: LogFile): RecordedCall[] {
  const header = file.view(0, HEADER.size, "its header");
  const offset = header.getUint32(HEADER.calls, true);
  const slots = header.getUint32(HEADER.callSlots, true);
  const count = Math.min(header.getUint32(HEADER.callCount, true), slots, LIMITS.calls);
  const table = file.view(offset, count * CALL.size, "its calls");
  return Array.from({ length: count }, (_, index) => {
    const start = index * CALL.size;
    return {
      name: textIn(table, start + CALL.name, CALL.nameSize),
      state: CALL_STATES[table.getUint32(start + CALL.state, true)] ?? "unknown",
      arguments: table.getUint32(start + CALL.arguments, true),
    };
  });
}

/** Reads the names of object types by their numbers; number 0 is the unknown type, "". */
export function readTypes(file: LogFile): string[] {
  const header = file.view(0, HEADER.size, "its header");
  const offset = header.getUint32(HEADER.types, true);
  const slots = header.getUint32(HEADER.typeSlots, true);
  const count = Math.min(header.getUint32(HEADER.typeCount, true), slots, LIMITS.types);
  const table = file.view(offset, count * TYPE.size, "its types");
  return Array.from({ length: count }, (_, index) => textIn(table, index * TYPE.size, TYPE.size));
}

/** A text that ends at a zero or at the end of its field. */
function textIn(view: DataView, offset: number, size: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, size);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
