/**
 * An `Ntdll` for protocol tests: one process with a ring of traces, memory and handles. Its results follow the
 * reference's section A and can be made to change or fail between two calls.
 *
 * @module
 */
import type { PointerSize } from "../memory.ts";
import type { HandleResult, Ntdll, NtStatus, QueryResult } from "../ntdll.ts";
import {
  integerBytes,
  queryRecord,
  type SampleTrace,
  SparseMemory,
  utf16,
} from "./_memory_testing.ts";

/** A query's reply: a status, or the bytes to fill the buffer with. */
export type Reply = NtStatus | Uint8Array;

/** The statuses are written as numbers here, as the reference has them. */
const SUCCESS = 0;
const INFO_LENGTH_MISMATCH = 0xc0000004;
const INVALID_PARAMETER = 0xc000000d;
const ACCESS_DENIED = 0xc0000022;
const INVALID_INFO_CLASS = 0xc0000003;
const PARTIAL_COPY = 0x8000000d;

/** The fake; a test sets up and inspects its fields. */
export class FakeNtdll implements Ntdll {
  readonly pointerSize: PointerSize;
  readonly memory: SparseMemory;
  /** Traces, newest first; undefined while tracing is not enabled. */
  traces: SampleTrace[] | undefined;
  /** Called after every query of the traces, to act like a busy process. */
  afterQuery: () => void = () => {};
  /** Replies instead of the fake's own, by information class. */
  readonly processReplies = new Map<number, Reply>();
  readonly systemReplies = new Map<number, Reply>();
  /** Rights that are denied when the process is opened. */
  denied = 0;
  /** The status that opening returns in place of success. */
  openStatus: NtStatus = SUCCESS;
  /** The status that setting returns, in place of the fake's own. */
  setStatus: NtStatus | undefined;
  /** Whether the 8-byte form of enabling is known. */
  knowsSlots = true;
  /** The buffers that class 32 was set with. */
  readonly set: (Uint8Array | null)[] = [];
  /** Sizes of the buffers that class 32 was queried with. */
  readonly querySizes: number[] = [];
  /** Access masks of the handles that are open. */
  readonly open = new Map<number, number>();
  /** Name of the type of every handle's object. */
  typeName = "Event";
  #nextHandle = 0x100;

  constructor(pointerSize: PointerSize) {
    this.pointerSize = pointerSize;
    this.memory = new SparseMemory(pointerSize);
  }

  openProcess(_processId: number, access: number): HandleResult {
    if ((access & this.denied) !== 0) return { status: ACCESS_DENIED, handle: 0 };
    if (this.openStatus !== SUCCESS) return { status: this.openStatus, handle: 0 };
    return this.#newHandle(access);
  }

  close(handle: number): NtStatus {
    return this.open.delete(handle) ? SUCCESS : 0xc0000008;
  }

  setInformationProcess(
    process: number,
    _informationClass: number,
    buffer: Uint8Array | null,
  ): NtStatus {
    this.set.push(buffer);
    if (this.setStatus !== undefined) return this.setStatus;
    if (((this.open.get(process) ?? 0) & 0x200) === 0) return ACCESS_DENIED;
    if (buffer?.length === 8 && !this.knowsSlots) return INFO_LENGTH_MISMATCH;
    this.traces = buffer === null ? undefined : [];
    return SUCCESS;
  }

  queryInformationProcess(
    process: number,
    informationClass: number,
    buffer: Uint8Array,
  ): QueryResult {
    const reply = this.processReplies.get(informationClass);
    if (reply !== undefined) return answer(reply, buffer);
    if (informationClass !== 32) return { status: INVALID_INFO_CLASS, returnLength: 0 };
    if (((this.open.get(process) ?? 0) & 0x400) === 0) {
      return { status: ACCESS_DENIED, returnLength: 0 };
    }
    return this.#queryTraces(buffer);
  }

  readVirtualMemory(process: number, address: bigint, buffer: Uint8Array): QueryResult {
    if (((this.open.get(process) ?? 0) & 0x10) === 0) {
      return { status: ACCESS_DENIED, returnLength: 0 };
    }
    const bytes = this.memory.read(address, buffer.length);
    if (bytes.length === buffer.length) {
      buffer.set(bytes);
      return { status: SUCCESS, returnLength: bytes.length };
    }
    // A real partial copy may report fewer bytes than it copied.
    const copied = bytes.length > 16 ? bytes.length - 16 : bytes.length;
    buffer.set(bytes.subarray(0, copied));
    return { status: PARTIAL_COPY, returnLength: copied };
  }

  querySystemInformation(informationClass: number, buffer: Uint8Array): QueryResult {
    return answer(this.systemReplies.get(informationClass) ?? INVALID_INFO_CLASS, buffer);
  }

  queryObject(_handle: number, _informationClass: number, buffer: Uint8Array): QueryResult {
    const text = utf16(this.typeName);
    const type = new Uint8Array((this.pointerSize === 4 ? 0x60 : 0x68) + text.length);
    type.set(integerBytes(text.length, 2));
    type.set(text, type.length - text.length);
    return answer(type, buffer);
  }

  duplicateObject(): HandleResult {
    return this.#newHandle(0);
  }

  #newHandle(access: number): HandleResult {
    const handle = this.#nextHandle;
    this.#nextHandle += 4;
    this.open.set(handle, access);
    return { status: SUCCESS, handle };
  }

  /** Reference A.4: fills what fits, counts all, and calls a buffer that is too small a mismatch. */
  #queryTraces(buffer: Uint8Array): QueryResult {
    this.querySizes.push(buffer.length);
    if (this.traces === undefined) return { status: INVALID_PARAMETER, returnLength: 0 };
    const header = this.pointerSize === 4 ? 8 : 0x10;
    const size = this.pointerSize === 4 ? 0x50 : 0xa0;
    const fitting = Math.min(this.traces.length, Math.floor((buffer.length - header) / size));
    const total = this.traces.length;
    buffer.set(integerBytes(total, 4), this.pointerSize);
    this.traces.slice(0, fitting).forEach((trace, index) =>
      buffer.set(queryRecord(trace, this.pointerSize), header + index * size)
    );
    this.afterQuery();
    return {
      status: fitting < total ? INFO_LENGTH_MISMATCH : SUCCESS,
      returnLength: header + fitting * size,
    };
  }
}

function answer(reply: Reply, buffer: Uint8Array): QueryResult {
  if (typeof reply === "number") return { status: reply, returnLength: 0 };
  if (reply.length > buffer.length) return { status: INFO_LENGTH_MISMATCH, returnLength: 0 };
  buffer.set(reply);
  return { status: SUCCESS, returnLength: reply.length };
}
