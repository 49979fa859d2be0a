/**
 * Modules, marks and listings of a recorder log.
 *
 * @module
 */
import type { PointerSize } from "../memory.ts";
import { type Module, moduleNameOf, type PdbId } from "../module.ts";
import { chain, type LogFile } from "./_file.ts";
import type { LogHeader } from "./header.ts";
import { BLOB_KIND, LISTED_HANDLE, LISTING, LISTING_KIND, MARK, MODULE } from "./layout.ts";

/** A module with its load and unload times. */
export interface RecordedModule extends Module {
  /** The next event's number when it was first loaded; 0: before recording began. */
  readonly loaded: number;
  /** When it was first loaded, or recording began. */
  readonly loadTime: Date;
  /** The next event's number when it was last unloaded; absent if it stayed. */
  readonly unloaded?: number;
  /** When it was last unloaded. */
  readonly unloadTime?: Date;
  /**
   * Counts modules that took the place of another, unloaded image. An address in a stack of generation g belongs to the
   * latest module there whose generation is g or lower.
   */
  readonly generation: number;
}

/** A mark that the program set. */
export interface RecordedMark {
  /** Its name. */
  readonly name: string;
  /** The next event's number then: events before the mark have lower numbers. */
  readonly number: number;
  /** When it was set. */
  readonly time: Date;
  /** Id of the thread that set it. */
  readonly threadId: number;
}

/** Handles that the system listed. */
export interface ListedHandles {
  /** How many there are. */
  readonly count: number;
  /** Their values. */
  readonly handle: Uint32Array;
  /** Their rights. */
  readonly grantedAccess: Uint32Array;
  /** Numbers of their objects' types. */
  readonly type: Uint32Array;
  /** Refs of their objects' names; files have none here. */
  readonly name: Uint32Array;
}

/** The process's handle table at one time. */
export interface HandleListing {
  /** When recording began, or the process ended itself. */
  readonly kind: "start" | "end";
  /** The next event's number before and after: events between them may or may not be reflected in the list. */
  readonly before: number;
  /** See `before`. */
  readonly after: number;
  /** When. */
  readonly time: Date;
  /** The handles. */
  readonly handles: ListedHandles;
}

/** Reads the modules, in load order. */
export function readModules(file: LogFile, header: LogHeader): RecordedModule[] {
  const modules: RecordedModule[] = [];
  for (const { view } of chain(file, header.places.modules, MODULE.size, "modules")) {
    const path = file.name(view.getUint32(MODULE.path, true), "the path of a module") ?? "";
    const pdb = pdbOf(file, view);
    const unloaded = Number(view.getBigUint64(MODULE.unloaded, true));
    const timeAt = (field: number): Date => new Date(header.timeOf(view.getBigUint64(field, true)));
    modules.push({
      name: moduleNameOf(path),
      path: filePath(path, header.pointerSize),
      base: view.getBigUint64(MODULE.base, true),
      size: view.getUint32(MODULE.imageSize, true),
      timestamp: view.getUint32(MODULE.timestamp, true),
      ...(pdb && { pdb }),
      loaded: Number(view.getBigUint64(MODULE.loaded, true)),
      loadTime: timeAt(MODULE.loadedTime),
      ...(unloaded !== 0 && { unloaded, unloadTime: timeAt(MODULE.unloadedTime) }),
      generation: view.getUint32(MODULE.generation, true),
    });
  }
  return modules.reverse();
}

/**
 * NT's name for `C:\x.dll` is `\??\C:\x.dll`; the folder that a 32-bit program calls system32 has another name for
 * everyone else.
 */
function filePath(path: string, pointerSize: PointerSize): string {
  const whole = path.startsWith("\\??\\") ? path.slice(4) : path;
  return pointerSize === 4 ? whole.replace(/\\system32\\/i, "\\syswow64\\") : whole;
}

function pdbOf(file: LogFile, view: DataView): PdbId | undefined {
  const ref = view.getUint32(MODULE.pdbPath, true);
  if (ref === 0) return undefined;
  const path = file.blob(ref, BLOB_KIND.bytes, "the PDB of a module").data;
  return {
    guid: guidText(view, MODULE.pdbGuid),
    age: view.getUint32(MODULE.pdbAge, true),
    path: new TextDecoder().decode(path),
  };
}

/** A GUID as symbol stores write it: three numbers, then eight bytes. */
function guidText(view: DataView, offset: number): string {
  const hex = (value: number, width: number): string => value.toString(16).padStart(width, "0");
  const numbers = hex(view.getUint32(offset, true), 8) + hex(view.getUint16(offset + 4, true), 4) +
    hex(view.getUint16(offset + 6, true), 4);
  const bytes = Array.from({ length: 8 }, (_, i) => hex(view.getUint8(offset + 8 + i), 2)).join("");
  return (numbers + bytes).toUpperCase();
}

/** Reads the marks, in the order set. */
export function readMarks(file: LogFile, header: LogHeader): RecordedMark[] {
  const marks: RecordedMark[] = [];
  for (const { view } of chain(file, header.places.marks, MARK.size, "marks")) {
    marks.push({
      name: file.name(view.getUint32(MARK.name, true), "the name of a mark") ?? "",
      number: Number(view.getBigUint64(MARK.number, true)),
      time: header.dateOf(view.getBigUint64(MARK.time, true)),
      threadId: view.getUint32(MARK.thread, true),
    });
  }
  return marks.reverse();
}

/** Reads the listings, in the order made. */
export function readListings(file: LogFile, header: LogHeader): HandleListing[] {
  const listings: HandleListing[] = [];
  let bytes = 0;
  for (const { ref, view } of chain(file, header.places.listings, LISTING.size, "listings")) {
    const count = view.getUint32(LISTING.count, true);
    const size = count * LISTED_HANDLE.size;
    bytes += size;
    if (bytes > file.size) throw file.error("it is damaged: its listings overlap");
    const entries = file.at(ref + LISTING.size / 8, size, "one of its listings");
    const column = (field: number): Uint32Array =>
      Uint32Array.from(
        { length: count },
        (_, index) => entries.getUint32(index * LISTED_HANDLE.size + field, true),
      );
    listings.push({
      kind: view.getUint32(LISTING.kind, true) === LISTING_KIND.start ? "start" : "end",
      before: Number(view.getBigUint64(LISTING.before, true)),
      after: Number(view.getBigUint64(LISTING.after, true)),
      time: header.dateOf(view.getBigUint64(LISTING.time, true)),
      handles: {
        count,
        handle: column(LISTED_HANDLE.handle),
        grantedAccess: column(LISTED_HANDLE.access),
        type: column(LISTED_HANDLE.type),
        name: column(LISTED_HANDLE.name),
      },
    });
  }
  return listings.reverse();
}
