/**
 * The open handles of a process, from the system's own lists.
 *
 * Reference handle-tracing, D.1 and D.2. Class 51 lists one process and exists since Windows 8; class 64 lists
 * the whole system and is older than every Windows that traces handles.
 *
 * @module
 */
import type { PointerSize } from "../memory.ts";
import type { Ntdll } from "../ntdll.ts";
import type { HandleEntry } from "../target.ts";
import { growingQuery, type GrowingResult } from "./growing_query.ts";
import { isFailure, NtStatusError, STATUS } from "./status.ts";
import { unsignedOf } from "./structure_reader.ts";

/** An open handle with its type's number, by which the type's name is found. */
export interface OpenHandle extends HandleEntry {
  /** The kernel's number of the object's type. */
  readonly typeIndex: number;
}

const PROCESS_HANDLE_INFORMATION = 51;
const SYSTEM_EXTENDED_HANDLE_INFORMATION = 64;
const OBJECT_NAME_INFORMATION = 1;
const OBJECT_TYPE_INFORMATION = 2;
/** Our own process, as a handle. */
const CURRENT_PROCESS = -1;

type Field = readonly [offset: number, size: number];

interface HandleListLayout {
  /** Offset of the first entry; NumberOfHandles, pointer-sized, is at 0. */
  readonly entries: number;
  readonly entrySize: number;
  readonly HandleValue: Field;
  readonly GrantedAccess: Field;
  readonly ObjectTypeIndex: Field;
  readonly HandleCount?: Field;
  readonly PointerCount?: Field;
  readonly Object?: Field;
  readonly UniqueProcessId?: Field;
}

/** PROCESS_HANDLE_SNAPSHOT_INFORMATION. */
const PROCESS_LIST: Readonly<Record<PointerSize, HandleListLayout>> = {
  4: {
    entries: 8,
    entrySize: 0x1c,
    HandleValue: [0, 4],
    HandleCount: [4, 4],
    PointerCount: [8, 4],
    GrantedAccess: [0xc, 4],
    ObjectTypeIndex: [0x10, 4],
  },
  8: {
    entries: 0x10,
    entrySize: 0x28,
    HandleValue: [0, 8],
    HandleCount: [8, 8],
    PointerCount: [0x10, 8],
    GrantedAccess: [0x18, 4],
    ObjectTypeIndex: [0x1c, 4],
  },
};

/** SYSTEM_HANDLE_INFORMATION_EX. */
const SYSTEM_LIST: Readonly<Record<PointerSize, HandleListLayout>> = {
  4: {
    entries: 8,
    entrySize: 0x1c,
    Object: [0, 4],
    UniqueProcessId: [4, 4],
    HandleValue: [8, 4],
    GrantedAccess: [0xc, 4],
    ObjectTypeIndex: [0x12, 2],
  },
  8: {
    entries: 0x10,
    entrySize: 0x28,
    Object: [0, 8],
    UniqueProcessId: [8, 8],
    HandleValue: [0x10, 8],
    GrantedAccess: [0x18, 4],
    ObjectTypeIndex: [0x1e, 2],
  },
};

/** The open handles of the process behind a handle with PROCESS_QUERY_INFORMATION. */
export function listHandles(ntdll: Ntdll, process: number, processId: number): OpenHandle[] {
  const attempt = `list the handles of process ${processId}`;
  const own = growingQuery((buffer) =>
    ntdll.queryInformationProcess(process, PROCESS_HANDLE_INFORMATION, buffer)
  );
  if (own.kind === "bytes") {
    const objects = objectAddresses(ntdll, processId);
    return parseList(own.bytes, PROCESS_LIST[ntdll.pointerSize])
      .map((entry) => ({ ...entry, ...objects.get(entry.handle) }));
  }
  const isUnknownClass = own.status === STATUS.INVALID_INFO_CLASS ||
    own.status === STATUS.NOT_IMPLEMENTED;
  if (!isUnknownClass) throw new NtStatusError("NtQueryInformationProcess", own.status, attempt);
  const all = querySystemList(ntdll);
  if (all.kind === "failed") {
    throw new NtStatusError("NtQuerySystemInformation", all.status, attempt);
  }
  return parseList(all.bytes, SYSTEM_LIST[ntdll.pointerSize], processId);
}

/**
 * The objects' addresses by handle, which only the system's list has: they show whether a handle value was reused
 * between two lists. None if that list is denied or shows no addresses.
 */
function objectAddresses(ntdll: Ntdll, processId: number): Map<number, { object: bigint }> {
  const all = querySystemList(ntdll);
  const addresses = new Map<number, { object: bigint }>();
  if (all.kind === "failed") return addresses;
  for (
    const { handle, object } of parseList(all.bytes, SYSTEM_LIST[ntdll.pointerSize], processId)
  ) {
    if (object !== undefined) addresses.set(handle, { object });
  }
  return addresses;
}

function querySystemList(ntdll: Ntdll): GrowingResult {
  return growingQuery((buffer) =>
    ntdll.querySystemInformation(SYSTEM_EXTENDED_HANDLE_INFORMATION, buffer)
  );
}

/** Entries of a list, all or those of one process; no more than fit in the bytes, whatever the count says. */
function parseList(bytes: Uint8Array, layout: HandleListLayout, processId?: number): OpenHandle[] {
  const claimed = Number(unsignedOf(bytes.subarray(0, layout.HandleValue[1])));
  const room = Math.floor((bytes.length - layout.entries) / layout.entrySize);
  const handles: OpenHandle[] = [];
  for (let index = 0; index < Math.min(claimed, room); index++) {
    const start = layout.entries + index * layout.entrySize;
    const integer = ([offset, size]: Field): bigint =>
      unsignedOf(bytes.subarray(start + offset, start + offset + size));
    const owner = layout.UniqueProcessId && Number(integer(layout.UniqueProcessId));
    if (processId !== undefined && owner !== processId) continue;
    const object = layout.Object && integer(layout.Object);
    handles.push({
      handle: Number(integer(layout.HandleValue)),
      typeIndex: Number(integer(layout.ObjectTypeIndex)),
      grantedAccess: Number(integer(layout.GrantedAccess)),
      ...(layout.HandleCount && { handleCount: Number(integer(layout.HandleCount)) }),
      ...(layout.PointerCount && { pointerCount: Number(integer(layout.PointerCount)) }),
      // Windows 11 24H2 shows zeros to callers without SeDebugPrivilege.
      ...(object && { object }),
    });
  }
  return handles;
}

/**
 * Where the text of a result is: OBJECT_NAME_INFORMATION and OBJECT_TYPE_INFORMATION begin with the UNICODE_STRING that
 * describes it, and the text follows them.
 */
const TEXT_OFFSETS = {
  name: { 4: 0x08, 8: 0x10 },
  type: { 4: 0x60, 8: 0x68 },
} as const satisfies Record<string, Record<PointerSize, number>>;

/**
 * The name of the type of a handle's object. This duplicates the handle, so `process` needs PROCESS_DUP_HANDLE.
 * Undefined for types whose handles cannot be duplicated.
 */
export function handleTypeName(ntdll: Ntdll, process: number, handle: number): string | undefined {
  const answer = queryDuplicate(ntdll, process, handle, OBJECT_TYPE_INFORMATION);
  return answer && textIn(answer, TEXT_OFFSETS.type[ntdll.pointerSize]);
}

/**
 * The name of a handle's object, found in the same way; undefined for one without a name. Only for systems where the
 * query always returns: on Windows some never do.
 */
export function handleObjectName(
  ntdll: Ntdll,
  process: number,
  handle: number,
): string | undefined {
  const answer = queryDuplicate(ntdll, process, handle, OBJECT_NAME_INFORMATION);
  return (answer && textIn(answer, TEXT_OFFSETS.name[ntdll.pointerSize])) || undefined;
}

function queryDuplicate(
  ntdll: Ntdll,
  process: number,
  handle: number,
  informationClass: number,
): Uint8Array | undefined {
  const duplicate = ntdll.duplicateObject(process, handle, CURRENT_PROCESS, 0, 0);
  if (isFailure(duplicate.status)) return undefined;
  try {
    const answer = growingQuery((buffer) =>
      ntdll.queryObject(duplicate.handle, informationClass, buffer)
    );
    return answer.kind === "failed" ? undefined : answer.bytes;
  } finally {
    ntdll.close(duplicate.handle);
  }
}

function textIn(bytes: Uint8Array, offset: number): string {
  const length = Number(unsignedOf(bytes.subarray(0, 2))); // UNICODE_STRING.Length
  return new TextDecoder("utf-16le").decode(bytes.subarray(offset, offset + length));
}
