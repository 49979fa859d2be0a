/**
 * Memory of a process and the addresses of its PEBs, through system calls.
 *
 * @module
 */
import type { Memory, PointerSize } from "../memory.ts";
import type { Ntdll } from "../ntdll.ts";
import { isFailure, NtStatusError, STATUS } from "./status.ts";
import { unsignedOf } from "./structure_reader.ts";

const PROCESS_BASIC_INFORMATION = 0;
const PROCESS_WOW64_INFORMATION = 26;

/** PROCESS_BASIC_INFORMATION, as `winternl.h` has it. */
const BASIC_INFORMATION = {
  4: { PebBaseAddress: 4, size: 0x18 },
  8: { PebBaseAddress: 8, size: 0x30 },
} as const satisfies Record<PointerSize, object>;

const PAGE = 0x1000;

/** The address space behind a process handle with PROCESS_VM_READ. */
export function processMemory(ntdll: Ntdll, process: number): Memory {
  /** Returns how much of the buffer was filled: all of it, or as much as a partial copy reports. */
  function fill(address: bigint, buffer: Uint8Array): number {
    const { status, returnLength } = ntdll.readVirtualMemory(process, address, buffer);
    return status === STATUS.SUCCESS ? buffer.length : Math.min(returnLength, buffer.length);
  }

  function read(address: bigint, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    let filled = length === 0 ? 0 : fill(address, bytes);
    // A partial copy may end well before the first missing page, so the rest is read page by page.
    while (filled < length) {
      const place = address + BigInt(filled);
      const room = Math.min(PAGE - Number(place % BigInt(PAGE)), length - filled);
      const copied = fill(place, bytes.subarray(filled, filled + room));
      filled += copied;
      if (copied < room) break;
    }
    return bytes.subarray(0, filled);
  }

  return { pointerSize: ntdll.pointerSize, read };
}

/** Addresses of a process's PEBs. */
export interface PebAddresses {
  /** The PEB of the process's own width; for a WOW64 process, that of the 64-bit half. */
  readonly native: bigint;
  /** PEB of the 32-bit half. */
  readonly wow64?: bigint;
}

/** Queries where the PEBs are; the handle needs PROCESS_QUERY_INFORMATION. */
export function queryPebs(ntdll: Ntdll, process: number, attempt: string): PebAddresses {
  const layout = BASIC_INFORMATION[ntdll.pointerSize];
  const buffer = new Uint8Array(layout.size);
  const { status } = ntdll.queryInformationProcess(process, PROCESS_BASIC_INFORMATION, buffer);
  if (isFailure(status)) throw new NtStatusError("NtQueryInformationProcess", status, attempt);
  const field = buffer.subarray(layout.PebBaseAddress, layout.PebBaseAddress + ntdll.pointerSize);
  const wow64 = ntdll.pointerSize === 8 ? queryWow64Peb(ntdll, process) : 0n;
  return { native: unsignedOf(field), ...(wow64 !== 0n && { wow64 }) };
}

/** 0 for a process without a 32-bit half, and on a system without WOW64. */
function queryWow64Peb(ntdll: Ntdll, process: number): bigint {
  const buffer = new Uint8Array(ntdll.pointerSize);
  const { status } = ntdll.queryInformationProcess(process, PROCESS_WOW64_INFORMATION, buffer);
  return isFailure(status) ? 0n : unsignedOf(buffer);
}
