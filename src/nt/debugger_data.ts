/**
 * KDDEBUGGER_DATA64: the kernel's own list of the addresses of its variables.
 *
 * One layout serves 32- and 64-bit kernels; 32-bit addresses are sign-extended in it. Offsets are those of
 * the public `wdbgexts.h` (reference dump-formats, 2.5).
 *
 * @module
 */
import { TargetError } from "../error.ts";
import { type Memory, type PointerSize, readExact } from "../memory.ts";

/** Where walks start. Addresses are those of variables; members that a version of the block lacks are absent. */
export interface DebuggerData {
  /** Address of the variable PsLoadedModuleList, the head of the list of kernel modules. */
  readonly psLoadedModuleList: bigint;
  /** Address of the variable PsActiveProcessHead, the head of the list of processes. */
  readonly psActiveProcessHead: bigint;
  /** Address of the variable ObpTypeObjectType, which points to the type of all object types. */
  readonly obpTypeObjectType?: bigint;
  /** Address of the variable MmPagedPoolStart. */
  readonly mmPagedPoolStart?: bigint;
  /** Byte offset of EPROCESS.Peb. */
  readonly pebOffset?: number;
  /** Size of EPROCESS in bytes. */
  readonly processSize?: number;
  /** The guard of page-table entries against L1TF: the masked bit, and the flag for whether it is masked. */
  readonly guard?: { readonly mask: bigint; readonly flag: bigint };
}

/** There is no readable KDDEBUGGER_DATA64 at an address. */
export class DebuggerDataError extends TargetError {}

/** Byte offsets in the block. */
export const DEBUGGER_DATA = {
  OwnerTag: 0x10,
  Size: 0x14,
  PsLoadedModuleList: 0x48,
  PsActiveProcessHead: 0x50,
  ObpTypeObjectType: 0xa0,
  MmPagedPoolStart: 0x120,
  SizeEProcess: 0x2a8,
  OffsetEprocessPeb: 0x2aa,
  L1tfHighPhysicalBitIndex: 0x2c2,
  L1tfSwizzleBitIndex: 0x2c3,
} as const;

/** `KDBG`; another value means that the block is encoded, as in live memory of 64-bit Windows 8 and later. */
export const OWNER_TAG = 0x4742444b;
/** The block's size up to the last field that is needed, which every version has. */
const MIN_SIZE = DEBUGGER_DATA.PsActiveProcessHead + 8;
/** The block is 0x380 bytes on Windows 11; a much larger size is damaged. */
const MAX_SIZE = 0x1000;

/** Whether these are the tag and size of a block. */
export function isDebuggerDataHead(tag: number, size: number): boolean {
  return tag === OWNER_TAG && size >= MIN_SIZE && size <= MAX_SIZE;
}

/** Reads the block at `address` of a kernel's address space. */
export function readDebuggerData(memory: Memory, address: bigint): DebuggerData {
  const head = readExact(memory, address, MIN_SIZE, "KDDEBUGGER_DATA64");
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const tag = view.getUint32(DEBUGGER_DATA.OwnerTag, true);
  const where = `Cannot read KDDEBUGGER_DATA64 at 0x${address.toString(16)}`;
  if (tag !== OWNER_TAG) {
    throw new DebuggerDataError(
      `${where}: its tag is 0x${
        tag.toString(16)
      } instead of "KDBG"; it may be encoded, as in a raw ` +
        `memory image`,
    );
  }
  const size = view.getUint32(DEBUGGER_DATA.Size, true);
  if (!isDebuggerDataHead(tag, size)) {
    throw new DebuggerDataError(
      `${where}: its size is 0x${size.toString(16)}, expected 0x${MIN_SIZE.toString(16)} to ` +
        `0x${MAX_SIZE.toString(16)}; the memory is damaged`,
    );
  }
  // The fields after the lists are optional.
  return parseDebuggerData(memory.read(address, size), memory.pointerSize);
}

/** Parses a block that is not encoded; `bytes` may end before its last fields. */
export function parseDebuggerData(bytes: Uint8Array, pointerSize: PointerSize): DebuggerData {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const address = (offset: number): bigint | undefined => {
    if (offset + 8 > bytes.length) return undefined;
    // Undoes the sign extension of 32-bit addresses.
    return BigInt.asUintN(pointerSize * 8, view.getBigUint64(offset, true)) || undefined;
  };
  const half = (offset: number): number =>
    offset + 2 > bytes.length ? 0 : view.getUint16(offset, true);
  const pebOffset = half(DEBUGGER_DATA.OffsetEprocessPeb);
  const processSize = half(DEBUGGER_DATA.SizeEProcess);
  const obpTypeObjectType = address(DEBUGGER_DATA.ObpTypeObjectType);
  const mmPagedPoolStart = address(DEBUGGER_DATA.MmPagedPoolStart);
  const mask = bytes[DEBUGGER_DATA.L1tfHighPhysicalBitIndex] ?? 0;
  const flag = bytes[DEBUGGER_DATA.L1tfSwizzleBitIndex] ?? 0;
  return {
    psLoadedModuleList: address(DEBUGGER_DATA.PsLoadedModuleList) ?? 0n,
    psActiveProcessHead: address(DEBUGGER_DATA.PsActiveProcessHead) ?? 0n,
    ...(obpTypeObjectType !== undefined && { obpTypeObjectType }),
    ...(mmPagedPoolStart !== undefined && { mmPagedPoolStart }),
    ...(pebOffset !== 0 && { pebOffset }),
    ...(processSize !== 0 && { processSize }),
    ...(mask !== 0 && flag !== 0 &&
      { guard: { mask: 1n << BigInt(mask), flag: 1n << BigInt(flag) } }),
  };
}
