/**
 * The kernel's objects: the type, name and counts in an OBJECT_HEADER.
 *
 * Reference handle-tracing, B.7; dump-formats, 4.
 *
 * @module
 */
import { type PointerSize, readExact } from "../memory.ts";
import type { HandleEntry } from "../target.ts";
import { fieldLayout, structureLayout } from "./layouts.ts";
import { NAME_INFO, nameInfoOf } from "./object_headers.ts";
import type { ObjectTypes } from "./object_types.ts";
import {
  StructureReader,
  type StructureSpace,
  unicodeString,
  unsignedOf,
  whereReadable,
} from "./structure_reader.ts";

/** What an object is. */
export type ObjectDescription = Omit<HandleEntry, "handle">;

/** Most nested directories: the deepest that Windows makes is `\Sessions\n\AppContainerNamedObjects\x\RPC Control`. */
const MAX_DEPTH = 32;

/** Describes the object with its header at `header`; type and names are left out if they cannot be read. */
export function describeObject(
  space: StructureSpace,
  header: bigint,
  types: ObjectTypes,
): ObjectDescription {
  const reader = new StructureReader(space, "OBJECT_HEADER", header).readAhead("Body");
  const type = whereReadable(() => types.nameOf(reader));
  const name = whereReadable(() => nameOf(space, reader));
  const objectPath = name && whereReadable(() => pathOf(space, name));
  return {
    object: reader.addressOf("Body"),
    ...countsOf(reader),
    ...(type && { type }),
    ...(name?.text && { objectName: name.text }),
    ...(objectPath && { objectPath }),
  };
}

/** The counts are signed and as wide as pointers. A negative one is damaged. */
function countsOf(header: StructureReader): Pick<HandleEntry, "pointerCount" | "handleCount"> {
  const count = (field: string): number =>
    Number(BigInt.asIntN(header.bytes(field).length * 8, header.integer(field)));
  const pointerCount = count("PointerCount");
  const handleCount = count("HandleCount");
  return {
    ...(pointerCount >= 0 && { pointerCount }),
    ...(handleCount >= 0 && { handleCount }),
  };
}

/** An object's own name, and the body of the directory that contains it, 0 for none. */
interface ObjectName {
  readonly text: string;
  readonly directory: bigint;
}

function nameOf(space: StructureSpace, header: StructureReader): ObjectName | undefined {
  const { pointerSize } = space.layouts;
  const info = nameInfoOf(header, pointerSize);
  if (info === undefined) return undefined;
  const { Directory, Name } = NAME_INFO[pointerSize];
  return {
    text: unicodeString(space, new StructureReader(space, "UNICODE_STRING", info + Name)),
    directory: pointerAt(space, info + Directory, pointerSize),
  };
}

/** Joins names from the root, whose own name is `\`, down to `name`; undefined if the way up does not end there. */
function pathOf(space: StructureSpace, name: ObjectName): string | undefined {
  const body = BigInt(fieldLayout(structureLayout(space.layouts, "OBJECT_HEADER"), "Body").offset);
  const parts: string[] = [];
  let current: ObjectName | undefined = name;
  for (let depth = 0; depth < MAX_DEPTH && current !== undefined; depth++) {
    if (current.text === "\\") return `\\${parts.join("\\")}`;
    if (current.directory === 0n) return undefined;
    parts.unshift(current.text);
    current = nameOf(
      space,
      new StructureReader(space, "OBJECT_HEADER", current.directory - body),
    );
  }
  return undefined;
}

function pointerAt(space: StructureSpace, address: bigint, size: PointerSize): bigint {
  return unsignedOf(readExact(space.memory, address, size, "OBJECT_HEADER_NAME_INFO.Directory"));
}
