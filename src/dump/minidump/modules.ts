/**
 * Loaded and unloaded modules (ModuleList, 4; UnloadedModuleList, 14) and the CodeView records that name their PDBs.
 *
 * @module
 */
import { parseRsds } from "../../nt/image.ts";
import type { PdbId } from "../../module.ts";
import { decodeStructure } from "../structure_table.ts";
import { findStream, type Minidump } from "./dump.ts";
import {
  LIMITS,
  LIST_HEADER,
  MODULE,
  NB10,
  NB10_SIGNATURE,
  STREAM,
  UNLOADED_MODULE,
} from "./format.ts";
import { countedList, incompleteOf, type Listing, readEntries, sizedList } from "./_entry_list.ts";
import { decodeAnsi } from "./_strings.ts";

/** A loaded image in the module list. */
export interface DumpModule {
  /** Address of its first byte. */
  readonly base: bigint;
  /** Size in memory, in bytes. */
  readonly size: number;
  /** CheckSum of its image header. */
  readonly checksum: number;
  /** TimeDateStamp of its image header. */
  readonly timestamp: number;
  /** Its path; empty if the dump has none. */
  readonly path: string;
  /** The PDB that it was linked with, if it has a record of it. */
  readonly codeView?: CodeView;
}

/** A CodeView record. */
export type CodeView =
  /** PDB 7.0, which all linkers have written since 2002. */
  | { readonly kind: "RSDS"; readonly pdb: PdbId }
  /** PDB 2.0, found by time stamp and age. */
  | {
    readonly kind: "NB10";
    readonly timestamp: number;
    readonly age: number;
    readonly path: string;
  };

/** A module that was unloaded before the dump was written. */
export interface UnloadedModule {
  /** Where its first byte was. */
  readonly base: bigint;
  /** Its size in bytes. */
  readonly size: number;
  /** CheckSum of its image header. */
  readonly checksum: number;
  /** TimeDateStamp of its image header. */
  readonly timestamp: number;
  /** Its name, usually without folders. */
  readonly path: string;
}

/** Reads the module list; empty if the dump has none. */
export function readModules(dump: Minidump): Listing<DumpModule> {
  const stream = findStream(dump, STREAM.moduleList);
  if (stream === undefined) return { entries: [] };
  const list = countedList(dump, stream, {
    what: "modules",
    size: MODULE.size,
    most: LIMITS.modules,
  });
  const entries: DumpModule[] = [];
  for (const module of readEntries(dump, list, MODULE)) {
    const codeView = readCodeView(dump, module.CvRecordRva, module.CvRecordSize);
    entries.push({
      base: module.BaseOfImage,
      size: module.SizeOfImage,
      checksum: module.CheckSum,
      timestamp: module.TimeDateStamp,
      path: dump.strings.at(module.ModuleNameRva) ?? "",
      ...(codeView && { codeView }),
    });
  }
  return { entries, ...incompleteOf(list.incomplete) };
}

/** Reads the list of unloaded modules; empty if the dump has none. */
export function readUnloadedModules(dump: Minidump): Listing<UnloadedModule> {
  const stream = findStream(dump, STREAM.unloadedModuleList);
  if (stream === undefined) return { entries: [] };
  const list = sizedList(dump, stream, LIST_HEADER, {
    what: "unloaded modules",
    size: UNLOADED_MODULE.size,
    most: LIMITS.unloadedModules,
  });
  const entries: UnloadedModule[] = [];
  for (const module of readEntries(dump, list, UNLOADED_MODULE)) {
    entries.push({
      base: module.BaseOfImage,
      size: module.SizeOfImage,
      checksum: module.CheckSum,
      timestamp: module.TimeDateStamp,
      path: dump.strings.at(module.ModuleNameRva) ?? "",
    });
  }
  return { entries, ...incompleteOf(list.incomplete) };
}

/** Reads a CodeView record; undefined if there is none, or it is of another kind (Breakpad has its own for ELF). */
function readCodeView(dump: Minidump, offset: number, size: number): CodeView | undefined {
  if (offset === 0 || size === 0) return undefined;
  const bytes = dump.file.read(offset, Math.min(size, LIMITS.codeViewBytes));
  const pdb = parseRsds(bytes);
  if (pdb !== undefined) return { kind: "RSDS", pdb };
  if (bytes.length < NB10.size) return undefined;
  const record = decodeStructure(NB10, bytes);
  if (record.Signature !== NB10_SIGNATURE) return undefined;
  const end = bytes.indexOf(0, NB10.size);
  const path = decodeAnsi(bytes.subarray(NB10.size, end < 0 ? bytes.length : end));
  return { kind: "NB10", timestamp: record.TimeDateStamp, age: record.Age, path };
}
