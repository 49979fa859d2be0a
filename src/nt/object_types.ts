/**
 * Names of object types: the name of the type of an OBJECT_HEADER.
 *
 * Up to Vista a header points to its type. From Windows 7 on it has an index, and Windows 10 mixes that with a random
 * byte, the cookie, and with the second byte of the header's own address. The index leads to a type through the
 * kernel's table, whose address is in its symbols. It can also be found without symbols: every type is an object,
 * linked into the list of the type of types, and contains its own index (reference dump-formats, 4; handle-tracing,
 * B.7).
 *
 * @module
 */
import { readExact } from "../memory.ts";
import { fieldLayout, structureLayout } from "./layouts.ts";
import { walkList } from "./linked_list.ts";
import { CREATOR_INFO_SIZE, INFO_CREATOR } from "./object_headers.ts";
import {
  StructureReader,
  type StructureSpace,
  unicodeString,
  unsignedOf,
  whereReadable,
} from "./structure_reader.ts";

/** Where types can be found; newer kernels need either the table or the type of all types. */
export interface ObjectTypeVariables {
  /** Address of nt!ObTypeIndexTable, an array of pointers to OBJECT_TYPE; Windows 7 and later. */
  readonly typeIndexTable?: bigint;
  /** Address of the byte nt!ObHeaderCookie, which is mixed into type indices; Windows 10 and later. */
  readonly headerCookie?: bigint;
  /** Address of nt!ObpTypeObjectType, the pointer to the type of all types, from KDDEBUGGER_DATA64. */
  readonly typeObjectType?: bigint;
}

/** Windows 10 RTM, the first build that mixes type indices with the cookie. */
const FIRST_BUILD_WITH_COOKIE = 10240;
/** The index of the type of types. 0 and 1 are not used. */
const TYPE_OF_TYPES = 2;

/** The object types of a kernel, looked up on first use. */
export class ObjectTypes {
  readonly #space: StructureSpace;
  readonly #variables: ObjectTypeVariables;
  /** Names by the address of the type: there are some 70 types. */
  readonly #names = new Map<bigint, string | undefined>();
  #listed: ListedTypes | undefined;

  /** Looks types up in `space` by these variables. */
  constructor(space: StructureSpace, variables: ObjectTypeVariables) {
    this.#space = space;
    this.#variables = variables;
  }

  /** Name of the type of the object with this header, or undefined if memory or variables are missing. */
  nameOf(header: StructureReader): string | undefined {
    if (header.has("Type")) return this.#nameAt(header.pointer("Type"));
    const typeIndex = header.number("TypeIndex");
    const { typeIndexTable } = this.#variables;
    if (typeIndexTable !== undefined) {
      const cookie = this.#cookieBySymbol();
      if (cookie !== undefined) {
        return this.#nameByTable(typeIndexTable, this.#unmixed(header, typeIndex, cookie));
      }
    }
    const listed = this.#listedTypes();
    return listed?.names.get(this.#unmixed(header, typeIndex, listed.cookie));
  }

  #nameByTable(table: bigint, index: number): string | undefined {
    const { memory, layouts } = this.#space;
    const place = table + BigInt(index * layouts.pointerSize);
    return this.#nameAt(
      unsignedOf(readExact(memory, place, layouts.pointerSize, "nt!ObTypeIndexTable")),
    );
  }

  #nameAt(type: bigint): string | undefined {
    if (type === 0n) return undefined;
    if (!this.#names.has(type)) {
      const name = new StructureReader(this.#space, "OBJECT_TYPE", type)
        .inner("Name", "UNICODE_STRING");
      this.#names.set(type, unicodeString(this.#space, name) || undefined);
    }
    return this.#names.get(type);
  }

  #cookieBySymbol(): number | undefined {
    if (this.#space.layouts.buildNumber < FIRST_BUILD_WITH_COOKIE) return 0;
    const { headerCookie } = this.#variables;
    if (headerCookie === undefined) return undefined;
    return Number(unsignedOf(readExact(this.#space.memory, headerCookie, 1, "nt!ObHeaderCookie")));
  }

  #unmixed(header: StructureReader, typeIndex: number, cookie: number): number {
    if (this.#space.layouts.buildNumber < FIRST_BUILD_WITH_COOKIE) return typeIndex;
    return typeIndex ^ cookie ^ Number(header.address >> 8n & 0xffn);
  }

  #listedTypes(): ListedTypes | undefined {
    const { typeObjectType } = this.#variables;
    if (typeObjectType === undefined) return undefined;
    this.#listed ??= listTypes(this.#space, typeObjectType);
    return this.#listed;
  }
}

/** The types in their own list. */
interface ListedTypes {
  /** Names by index. */
  readonly names: ReadonlyMap<number, string>;
  /** The cookie, 0 before Windows 10. */
  readonly cookie: number;
}

/** Walks the list of types. Each link is the OBJECT_HEADER_CREATOR_INFO in front of a type's header. */
function listTypes(space: StructureSpace, variable: bigint): ListedTypes {
  const names = new Map<number, string>();
  let cookie = 0;
  const { layouts, memory } = space;
  const body = fieldLayout(structureLayout(layouts, "OBJECT_HEADER"), "Body").offset;
  const typeOfTypes = whereReadable(() =>
    unsignedOf(readExact(memory, variable, layouts.pointerSize, "nt!ObpTypeObjectType"))
  );
  if (typeOfTypes === undefined || typeOfTypes === 0n) return { names, cookie };
  const list = new StructureReader(space, "OBJECT_TYPE", typeOfTypes).addressOf("TypeList");
  for (const link of walkList(space, list).links) {
    whereReadable(() => {
      const header = new StructureReader(
        space,
        "OBJECT_HEADER",
        link + CREATOR_INFO_SIZE[layouts.pointerSize],
      );
      if ((header.number("InfoMask") & INFO_CREATOR) === 0) return;
      const type = new StructureReader(space, "OBJECT_TYPE", header.address + BigInt(body));
      const name = unicodeString(space, type.inner("Name", "UNICODE_STRING"));
      if (name !== "") names.set(type.number("Index") & 0xff, name);
    });
  }
  if (layouts.buildNumber >= FIRST_BUILD_WITH_COOKIE) {
    const header = new StructureReader(space, "OBJECT_HEADER", typeOfTypes - BigInt(body));
    const typeIndex = whereReadable(() => header.number("TypeIndex")) ?? 0;
    cookie = typeIndex ^ Number(header.address >> 8n & 0xffn) ^ TYPE_OF_TYPES;
  }
  return { names, cookie };
}
