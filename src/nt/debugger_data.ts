/**
 * KDDEBUGGER_DATA64: the kernel's own list of where its variables are.
 *
 * One layout serves 32- and 64-bit kernels; 32-bit addresses are sign-extended in it. Offsets are those of
 * the public `wdbgexts.h` (reference dump-formats, 2.5).
 *
 * @module
 */
import { type Memory, type PointerSize, readExact } from "../memory.ts";

/** The addresses in KDDEBUGGER_DATA64 that walks start from. */
export interface DebuggerData {
  /** Address of the variable PsLoadedModuleList, the head of the list of kernel modules. */
  readonly psLoadedModuleList: bigint;
  /** Address of the variable PsActiveProcessHead, the head of the list of processes. */
  readonly psActiveProcessHead: bigint;
}

/** There is no readable KDDEBUGGER_DATA64 at an address. */
export class DebuggerDataError extends TypeError {
  /** Creates the error with its sentence. */
  constructor(message: string) {
    super(message);
    this.name = "DebuggerDataError";
  }
}

const OFFSETS = {
  OwnerTag: 0x10,
  Size: 0x14,
  PsLoadedModuleList: 0x48,
  PsActiveProcessHead: 0x50,
} as const;

/** `KDBG`; another value means that the block is encoded, as in live memory of 64-bit Windows 8 and later. */
const OWNER_TAG = 0x4742444b;
/** The block's size up to the last field that is read, which every version has. */
const SMALLEST = OFFSETS.PsActiveProcessHead + 8;
/** The block is 0x380 bytes on Windows 11; a size far above is a damaged one. */
const LARGEST = 0x1000;

/** Reads the block at `address` of a kernel's address space. */
export function readDebuggerData(memory: Memory, address: bigint): DebuggerData {
  const head = readExact(memory, address, SMALLEST, "KDDEBUGGER_DATA64");
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const tag = view.getUint32(OFFSETS.OwnerTag, true);
  if (tag !== OWNER_TAG) {
    throw new DebuggerDataError(
      `Cannot read KDDEBUGGER_DATA64 at 0x${address.toString(16)}: its tag is ` +
        `0x${tag.toString(16)} instead of "KDBG"; it may be encoded, as in a raw memory image`,
    );
  }
  const size = view.getUint32(OFFSETS.Size, true);
  if (size < SMALLEST || size > LARGEST) {
    throw new DebuggerDataError(
      `Cannot read KDDEBUGGER_DATA64 at 0x${address.toString(16)}: its size is ` +
        `0x${size.toString(16)}, expected 0x${SMALLEST.toString(16)} to 0x${LARGEST.toString(16)}`,
    );
  }
  return {
    psLoadedModuleList: addressAt(view, OFFSETS.PsLoadedModuleList, memory.pointerSize),
    psActiveProcessHead: addressAt(view, OFFSETS.PsActiveProcessHead, memory.pointerSize),
  };
}

/** Undoes the sign extension of 32-bit addresses. */
function addressAt(view: DataView, offset: number, pointerSize: PointerSize): bigint {
  return BigInt.asUintN(pointerSize * 8, view.getBigUint64(offset, true));
}
