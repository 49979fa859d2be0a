/**
 * Open handles (HandleData, 12).
 *
 * @module
 */
import type { HandleEntry } from "../../target.ts";
import type { StructureOf } from "../structure_table.ts";
import { findStream, type Minidump } from "./dump.ts";
import {
  HANDLE_DESCRIPTOR,
  HANDLE_DESCRIPTOR_2,
  HANDLE_LIST_HEADER,
  LIMITS,
  STREAM,
} from "./format.ts";
import {
  type EntryList,
  incompleteOf,
  type Listing,
  readEntries,
  sizedList,
} from "./_entry_list.ts";

/** An open handle in a dump. */
export interface DumpHandle extends HandleEntry {
  /** OBJ_* attributes. */
  readonly attributes: number;
  /** Granted access mask. */
  readonly grantedAccess: number;
  /** Number of handles to the object, as counted by the system. */
  readonly handleCount: number;
  /** Number of references to the object; newer kernels count them in ways that say little. */
  readonly pointerCount: number;
  /** Byte offset of its object information, or 0 if there is none; `readObjectInformation` reads it. */
  readonly objectInformation: number;
}

/** A descriptor of either form. */
type Descriptor = StructureOf<typeof HANDLE_DESCRIPTOR> & { readonly ObjectInfoRva?: number };

/** Reads the open handles, in the order of the dump; empty if the dump has none. */
export function readHandleEntries(dump: Minidump): Listing<HandleEntry> {
  return collect(dump, (descriptor, types) => entryOf(dump, descriptor, types));
}

/** Reads the open handles with everything that the dump has about them. */
export function readHandles(dump: Minidump): Listing<DumpHandle> {
  return collect(dump, (descriptor, types) => handleOf(dump, descriptor, types));
}

/** Number of open handles in the dump, which can be more than are read; undefined if it has no list of them. */
export function countHandles(dump: Minidump): number | undefined {
  return descriptorsOf(dump)?.list.there;
}

/** Finds one open handle; undefined if it is not open. */
export function findHandle(dump: Minidump, handle: number): DumpHandle | undefined {
  const descriptors = descriptorsOf(dump)?.descriptors ?? [];
  for (const descriptor of descriptors) {
    if (valueOf(dump, descriptor) === handle) return handleOf(dump, descriptor, new TypeNames());
  }
  return undefined;
}

function collect<Entry>(
  dump: Minidump,
  make: (descriptor: Descriptor, types: TypeNames) => Entry,
): Listing<Entry> {
  const found = descriptorsOf(dump);
  if (found === undefined) return { entries: [] };
  const types = new TypeNames();
  const entries = Array.from(found.descriptors, (descriptor) => make(descriptor, types));
  const shortened = dump.strings.isExhausted
    ? "names are left out: the dump has more text than htrace reads"
    : undefined;
  return { entries, ...incompleteOf(found.list.incomplete, types.incomplete, shortened) };
}

/** The types in a list, at most as many as Windows can distinguish: a count for each handle's own would be large. */
class TypeNames {
  readonly #known = new Map<string, string>();
  #leftOut = 0;

  /** Why handles lack the type that they have in the dump. */
  get incomplete(): string | undefined {
    if (this.#leftOut === 0) return undefined;
    return `the types of ${this.#leftOut} handles are left out: the first ${LIMITS.types} are kept, ` +
      "and Windows has no more";
  }

  /** A type, as the same string for all its handles; undefined beyond the limit. */
  of(type: string | undefined): string | undefined {
    if (!type) return undefined;
    const known = this.#known.get(type);
    if (known !== undefined) return known;
    if (this.#known.size === LIMITS.types) {
      this.#leftOut++;
      return undefined;
    }
    this.#known.set(type, type);
    return type;
  }
}

function descriptorsOf(
  dump: Minidump,
): { readonly list: EntryList; readonly descriptors: Iterable<Descriptor> } | undefined {
  const stream = findStream(dump, STREAM.handleData);
  if (stream === undefined) return undefined;
  const list = sizedList(dump, stream, HANDLE_LIST_HEADER, {
    what: "handles",
    size: HANDLE_DESCRIPTOR.size,
    most: LIMITS.handles,
  });
  const descriptors = list.stride >= HANDLE_DESCRIPTOR_2.size
    ? readEntries(dump, list, HANDLE_DESCRIPTOR_2)
    : readEntries(dump, list, HANDLE_DESCRIPTOR);
  return { list, descriptors };
}

/** The handle value; for a 32-bit process only the lower half, because some writers extend the sign. */
function valueOf(dump: Minidump, { Handle }: Descriptor): number {
  return Number(dump.system.pointerSize === 4 ? BigInt.asUintN(32, Handle) : Handle);
}

function entryOf(dump: Minidump, descriptor: Descriptor, types: TypeNames): HandleEntry {
  const type = types.of(dump.strings.at(descriptor.TypeNameRva));
  const objectName = dump.strings.at(descriptor.ObjectNameRva);
  return {
    handle: valueOf(dump, descriptor),
    ...(type && { type }),
    ...(objectName && { objectName }),
    grantedAccess: descriptor.GrantedAccess,
    handleCount: descriptor.HandleCount,
    pointerCount: descriptor.PointerCount,
  };
}

function handleOf(dump: Minidump, descriptor: Descriptor, types: TypeNames): DumpHandle {
  return {
    ...entryOf(dump, descriptor, types),
    attributes: descriptor.Attributes,
    grantedAccess: descriptor.GrantedAccess,
    handleCount: descriptor.HandleCount,
    pointerCount: descriptor.PointerCount,
    objectInformation: descriptor.ObjectInfoRva ?? 0,
  };
}
