/**
 * The processes of the running system: NtQuerySystemInformation class 5.
 *
 * Layout of SYSTEM_PROCESS_INFORMATION as in Microsoft's documentation of the call, with the names of phnt's
 * `ntexapi.h`.
 *
 * @module
 */
import type { PointerSize } from "../memory.ts";
import type { Ntdll } from "../ntdll.ts";
import type { ProcessEntry } from "../target.ts";
import { growingQuery } from "./growing_query.ts";
import { NtStatusError } from "./status.ts";
import { unsignedOf } from "./structure_reader.ts";

const SYSTEM_PROCESS_INFORMATION = 5;

/** SYSTEM_PROCESS_INFORMATION up to its threads, and the size of one SYSTEM_THREAD_INFORMATION. */
const PROCESS_INFORMATION = {
  4: {
    NextEntryOffset: 0,
    NumberOfThreads: 4,
    CreateTime: 0x20,
    ImageNameLength: 0x38,
    UniqueProcessId: 0x44,
    InheritedFromUniqueProcessId: 0x48,
    HandleCount: 0x4c,
    size: 0xb8,
    threadSize: 0x40,
  },
  8: {
    NextEntryOffset: 0,
    NumberOfThreads: 4,
    CreateTime: 0x20,
    ImageNameLength: 0x38,
    UniqueProcessId: 0x50,
    InheritedFromUniqueProcessId: 0x58,
    HandleCount: 0x60,
    size: 0x100,
    threadSize: 0x50,
  },
} as const satisfies Record<PointerSize, object>;

/** All processes that the system shows to this user. */
export function systemProcesses(ntdll: Ntdll): ProcessEntry[] {
  const answer = growingQuery((buffer) =>
    ntdll.querySystemInformation(SYSTEM_PROCESS_INFORMATION, buffer)
  );
  if (answer.kind === "failed") {
    throw new NtStatusError("NtQuerySystemInformation", answer.status, "list the processes");
  }
  return parseProcesses(answer.bytes, ntdll.pointerSize);
}

/** 1601, where a FILETIME begins, in milliseconds before 1970. */
const FILETIME_EPOCH = 11_644_473_600_000;

/** A FILETIME as a date, to the millisecond; undefined for 0, which means that it has not happened or is not known. */
export function dateOfFileTime(fileTime: bigint): Date | undefined {
  return fileTime === 0n ? undefined : new Date(Number(fileTime / 10_000n) - FILETIME_EPOCH);
}

/** When a process was created; the idle process and the emulated guest's have no time. */
function startedAt(fileTime: bigint): Pick<ProcessEntry, "startTime"> {
  const startTime = dateOfFileTime(fileTime);
  return startTime === undefined ? {} : { startTime };
}

function parseProcesses(bytes: Uint8Array, pointerSize: PointerSize): ProcessEntry[] {
  const layout = PROCESS_INFORMATION[pointerSize];
  const processes: ProcessEntry[] = [];
  for (let start = 0; start + layout.size <= bytes.length;) {
    const integer = (offset: number, size: number): number =>
      Number(unsignedOf(bytes.subarray(start + offset, start + offset + size)));
    // The name's pointer is an address in the caller; its text follows the threads.
    const text = start + layout.size + integer(layout.NumberOfThreads, 4) * layout.threadSize;
    const name = bytes.subarray(text, text + integer(layout.ImageNameLength, 2));
    processes.push({
      processId: integer(layout.UniqueProcessId, pointerSize),
      parentProcessId: integer(layout.InheritedFromUniqueProcessId, pointerSize),
      // The idle process, of id 0, has no image and no name.
      imageName: new TextDecoder("utf-16le").decode(name) || "Idle",
      handleCount: integer(layout.HandleCount, 4),
      ...startedAt(
        unsignedOf(bytes.subarray(start + layout.CreateTime, start + layout.CreateTime + 8)),
      ),
    });
    const next = integer(layout.NextEntryOffset, 4);
    if (next === 0) break;
    start += next;
  }
  return processes;
}
