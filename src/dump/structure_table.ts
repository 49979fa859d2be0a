/**
 * Structures of dump files as tables: name, size, and the offset of each field.
 *
 * A table is written once, beside the source of its layout; code then reads and writes fields by name. Everything in
 * dump files is little-endian.
 *
 * @module
 */

/** Width and sign of a field; `u64` is read as a bigint, the others as a number. */
export type FieldType = "u8" | "u16" | "u32" | "i32" | "u64";

/** The types of a structure's fields, by their names in the public header. */
export type FieldTypes = Readonly<Record<string, FieldType>>;

/** The layout of one structure. */
export interface StructureTable<Types extends FieldTypes = FieldTypes> {
  /** Name of the structure, as its header spells it. */
  readonly name: string;
  /** Size in bytes of the part that is read. */
  readonly size: number;
  /** Byte offset from the start of the structure, and type; unused fields can be left out. */
  readonly fields: { readonly [Name in keyof Types]: readonly [offset: number, type: Types[Name]] };
}

/** The values of a structure's fields. */
export type Structure<Types extends FieldTypes> = {
  readonly [Name in keyof Types]: FieldValue<Types[Name]>;
};

/** The values of the fields of a declared structure: `StructureOf<typeof HEADER>`. */
export type StructureOf<Table> = Table extends StructureTable<infer Types> ? Structure<Types>
  : never;

type FieldValue<Type> = Type extends "u64" ? bigint : number;

const FIELD_SIZES: Readonly<Record<FieldType, number>> = { u8: 1, u16: 2, u32: 4, i32: 4, u64: 8 };

/** Declares a structure. Throws a RangeError if a field extends past the structure's end, a mistake in the table. */
export function structureTable<const Types extends FieldTypes>(
  name: string,
  size: number,
  fields: StructureTable<Types>["fields"],
): StructureTable<Types> {
  for (const field in fields) {
    const [offset, type] = fields[field];
    if (offset + FIELD_SIZES[type] > size) {
      throw new RangeError(`Cannot declare ${name}.${field}: it ends beyond ${size} bytes`);
    }
  }
  return { name, size, fields };
}

/** Reads a structure that begins at `offset` of `bytes`. Throws a RangeError if `bytes` ends inside it. */
export function decodeStructure<Types extends FieldTypes>(
  table: StructureTable<Types>,
  bytes: Uint8Array,
  offset = 0,
): Structure<Types> {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, table.size);
  const values: Record<string, number | bigint> = {};
  for (const name in table.fields) {
    const [place, type] = table.fields[name];
    values[name] = readField(view, place, type);
  }
  return values as Structure<Types>;
}

/** The bytes of a structure with these values; omitted fields and bytes that no field covers are zero. */
export function encodeStructure<Types extends FieldTypes>(
  table: StructureTable<Types>,
  values: Partial<Structure<Types>>,
): Uint8Array {
  const bytes = new Uint8Array(table.size);
  writeStructure(table, values, bytes);
  return bytes;
}

/** Writes the given fields to a structure that begins at `offset` of `bytes`. */
export function writeStructure<Types extends FieldTypes>(
  table: StructureTable<Types>,
  values: Partial<Structure<Types>>,
  bytes: Uint8Array,
  offset = 0,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, table.size);
  for (const name in table.fields) {
    const [place, type] = table.fields[name];
    const value: number | bigint | undefined = values[name];
    if (value !== undefined) writeField(view, place, type, value);
  }
}

function readField(view: DataView, offset: number, type: FieldType): number | bigint {
  switch (type) {
    case "u8":
      return view.getUint8(offset);
    case "u16":
      return view.getUint16(offset, true);
    case "u32":
      return view.getUint32(offset, true);
    case "i32":
      return view.getInt32(offset, true);
    case "u64":
      return view.getBigUint64(offset, true);
  }
}

function writeField(
  view: DataView,
  offset: number,
  type: FieldType,
  value: number | bigint,
): void {
  switch (type) {
    case "u8":
      return view.setUint8(offset, Number(value));
    case "u16":
      return view.setUint16(offset, Number(value), true);
    case "u32":
      return view.setUint32(offset, Number(value), true);
    case "i32":
      return view.setInt32(offset, Number(value), true);
    case "u64":
      return view.setBigUint64(offset, BigInt(value), true);
  }
}
