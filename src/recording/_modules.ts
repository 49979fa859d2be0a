/**
 * Modules in a recording, with the ids used to find their PDBs later.
 *
 * @module
 */
import type { Module, PdbId } from "../module.ts";
import type { ByteReader } from "./_byte_reader.ts";
import type { ByteWriter } from "./_byte_writer.ts";
import type { Allowance } from "./_limits.ts";

/** Size of the shortest module in bytes: two empty strings, base, size and two flags. */
const SHORTEST_MODULE = 13;

/** Writes modules. */
export function writeModules(writer: ByteWriter, modules: readonly Module[]): void {
  writer.varint(modules.length);
  for (const module of modules) {
    writer.text(module.name);
    writer.text(module.path);
    writer.address(module.base);
    writer.varint(module.size);
    writer.optional(module.timestamp, (timestamp) => writer.varint(timestamp));
    writer.optional(module.pdb, (pdb) => {
      writer.text(pdb.guid);
      writer.varint(pdb.age);
      writer.text(pdb.path);
    });
  }
}

/** Reads modules. */
export function readModules(reader: ByteReader, allowance: Allowance): Module[] {
  const count = reader.count(SHORTEST_MODULE);
  allowance.take("modules", count, reader);
  return Array.from({ length: count }, () => {
    const name = reader.text();
    const path = reader.text();
    const base = reader.address();
    const size = reader.varint();
    const timestamp = reader.optional(() => reader.varint());
    const pdb = reader.optional((): PdbId => ({
      guid: reader.text(),
      age: reader.varint(),
      path: reader.text(),
    }));
    return {
      name,
      path,
      base,
      size,
      ...(timestamp !== undefined && { timestamp }),
      ...(pdb !== undefined && { pdb }),
    };
  });
}
