/**
 * Open handles in a recording: the object of each handle value.
 *
 * @module
 */
import type { HandleEntry } from "../target.ts";
import type { ByteReader } from "./_byte_reader.ts";
import type { ByteWriter } from "./_byte_writer.ts";
import type { Allowance } from "./_limits.ts";

/** Size of the shortest handle in bytes: its value and six flags. */
const SHORTEST_HANDLE = 7;

/** Writes handles. */
export function writeHandles(writer: ByteWriter, handles: readonly HandleEntry[]): void {
  writer.varint(handles.length);
  for (const entry of handles) {
    writer.varint(entry.handle);
    writer.optional(entry.type, (type) => writer.text(type));
    writer.optional(entry.objectName, (name) => writer.text(name));
    writer.optional(entry.object, (object) => writer.address(object));
    writer.optional(entry.grantedAccess, (access) => writer.varint(access));
    writer.optional(entry.handleCount, (count) => writer.varint(count));
    writer.optional(entry.pointerCount, (count) => writer.varint(count));
  }
}

/** Reads handles. */
export function readHandles(reader: ByteReader, allowance: Allowance): HandleEntry[] {
  const count = reader.count(SHORTEST_HANDLE);
  allowance.take("handles", count, reader);
  return Array.from({ length: count }, () => {
    const handle = reader.varint();
    const type = reader.optional(() => reader.text());
    const objectName = reader.optional(() => reader.text());
    const object = reader.optional(() => reader.address());
    const grantedAccess = reader.optional(() => reader.varint());
    const handleCount = reader.optional(() => reader.varint());
    const pointerCount = reader.optional(() => reader.varint());
    return {
      handle,
      ...(type !== undefined && { type }),
      ...(objectName !== undefined && { objectName }),
      ...(object !== undefined && { object }),
      ...(grantedAccess !== undefined && { grantedAccess }),
      ...(handleCount !== undefined && { handleCount }),
      ...(pointerCount !== undefined && { pointerCount }),
    };
  });
}
