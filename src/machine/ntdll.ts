/**
 * The `Ntdll` seam of the emulated machine: every call is made by the guest's Debugger process and executed
 * by the guest kernel's own code.
 *
 * Arguments are those of the published prototypes (winternl.h and System Informer's ntpsapi.h, ntexapi.h,
 * ntobapi.h); service numbers are those of 32-bit Windows XP SP2, which the guest uses.
 *
 * @module
 */
import type { HandleResult, Ntdll, NtStatus, QueryResult } from "../ntdll.ts";
import { Arena } from "./arena.ts";
import type { Machine } from "./machine.ts";
import { USER_MAP } from "./memory_map.ts";
import { CLIENT_ID, encodeStructure, OBJECT_ATTRIBUTES } from "./structures.ts";

/** System-service numbers. */
const SERVICES = {
  NtClose: 0x19,
  NtDuplicateObject: 0x44,
  NtOpenProcess: 0x7a,
  NtQueryInformationProcess: 0x9a,
  NtQueryObject: 0xa3,
  NtQuerySystemInformation: 0xad,
  NtReadVirtualMemory: 0xba,
  NtSetInformationProcess: 0xe4,
} as const;

/** The buffer is too large for the Debugger process, as for any process of its size. */
const STATUS_NO_MEMORY = 0xc000_0017;

/** NtReadVirtualMemory's status for addresses where nothing is mapped. */
const STATUS_PARTIAL_COPY = 0x8000_000d;

/** First address beyond a 32-bit guest. */
const ADDRESS_END = 0x1_0000_0000n;

/** The largest buffer of a call; the rest of the region is for the call's small structures. */
const MAX_BUFFER = USER_MAP.callBuffers.end - USER_MAP.callBuffers.start - 0x1000;

/** Makes system calls in an emulated machine. Handles belong to its Debugger process. */
export class GuestNtdll implements Ntdll {
  /** Width of pointers in the guest. */
  readonly pointerSize = 4;
  readonly #machine: Machine;

  /** Calls into `machine`, which must be stopped, as it is whenever it is not running. */
  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** NtOpenProcess. */
  openProcess(processId: number, access: number): HandleResult {
    const arena = this.#newArena();
    const attributes = arena.place(
      encodeStructure(OBJECT_ATTRIBUTES, { Length: OBJECT_ATTRIBUTES.size }),
    );
    const clientId = arena.place(encodeStructure(CLIENT_ID, { UniqueProcess: processId }));
    return this.#callForHandle(
      arena,
      (handle) => ["NtOpenProcess", handle, access, attributes, clientId],
    );
  }

  /** NtClose. */
  close(handle: number): NtStatus {
    return this.#call("NtClose", handle);
  }

  /** NtSetInformationProcess. */
  setInformationProcess(
    process: number,
    informationClass: number,
    buffer: Uint8Array | null,
  ): NtStatus {
    const length = buffer?.length ?? 0;
    if (length > MAX_BUFFER) return STATUS_NO_MEMORY;
    const address = buffer === null ? 0 : this.#newArena().place(buffer);
    return this.#call("NtSetInformationProcess", process, informationClass, address, length);
  }

  /** NtQueryInformationProcess. */
  queryInformationProcess(
    process: number,
    informationClass: number,
    buffer: Uint8Array,
  ): QueryResult {
    return this.#query(buffer, "NtQueryInformationProcess", process, informationClass);
  }

  /** NtReadVirtualMemory. */
  readVirtualMemory(process: number, address: bigint, buffer: Uint8Array): QueryResult {
    if (address >= ADDRESS_END) return { status: STATUS_PARTIAL_COPY, returnLength: 0 };
    return this.#query(buffer, "NtReadVirtualMemory", process, Number(address));
  }

  /** NtQuerySystemInformation. */
  querySystemInformation(informationClass: number, buffer: Uint8Array): QueryResult {
    return this.#query(buffer, "NtQuerySystemInformation", informationClass);
  }

  /** NtQueryObject. */
  queryObject(handle: number, informationClass: number, buffer: Uint8Array): QueryResult {
    return this.#query(buffer, "NtQueryObject", handle, informationClass);
  }

  /** NtDuplicateObject; the new handle inherits no attributes. */
  duplicateObject(
    sourceProcess: number,
    sourceHandle: number,
    targetProcess: number,
    access: number,
    options: number,
  ): HandleResult {
    return this.#callForHandle(this.#newArena(), (handle) => [
      "NtDuplicateObject",
      sourceProcess,
      sourceHandle,
      targetProcess,
      handle,
      access,
      0,
      options,
    ]);
  }

  /** A call whose last arguments are buffer, length and where to put the length of the result. */
  #query(buffer: Uint8Array, service: keyof typeof SERVICES, ...args: number[]): QueryResult {
    if (buffer.length > MAX_BUFFER) return { status: STATUS_NO_MEMORY, returnLength: 0 };
    const space = this.#machine.debuggerSpace;
    const arena = this.#newArena();
    const returnLength = arena.place(new Uint8Array(4));
    const address = arena.place(buffer);
    const status = this.#call(service, ...args, address, buffer.length, returnLength);
    buffer.set(space.read(address, buffer.length));
    return { status, returnLength: space.read32(returnLength) };
  }

  /** A call that stores a new handle at a given address. */
  #callForHandle(
    arena: Arena,
    call: (handle: number) => [service: keyof typeof SERVICES, ...args: number[]],
  ): HandleResult {
    const address = arena.place(new Uint8Array(4));
    const status = this.#call(...call(address));
    return { status, handle: this.#machine.debuggerSpace.read32(address) };
  }

  #call(service: keyof typeof SERVICES, ...args: number[]): NtStatus {
    return this.#machine.systemCall(SERVICES[service], args.map((argument) => argument >>> 0));
  }

  /** Calls are made one after the other, so each may use all of the region. */
  #newArena(): Arena {
    return new Arena(this.#machine.debuggerSpace, USER_MAP.callBuffers);
  }
}
