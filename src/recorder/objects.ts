/**
 * The objects of handles, from the types and names of a log.
 *
 * @module
 */
import type { ObjectInfo } from "../trace.ts";
import type { RecorderLog } from "./log.ts";

/** The distinct objects of a log. */
export class Objects {
  /** All objects with an id, ordered by id from 1. */
  readonly all: ObjectInfo[] = [];
  readonly #log: RecorderLog;
  readonly #known = new Map<string, ObjectInfo>();
  readonly #ids = new Map<ObjectInfo, number>();
  #existing: ReadonlyMap<number, ObjectInfo> | undefined;

  /** Finds objects of a log. */
  constructor(log: RecorderLog) {
    this.#log = log;
  }

  /** The object of a type, by its number, and a name, by its ref; undefined if neither is known. */
  of(type: number, name: number): ObjectInfo | undefined {
    if (type === 0 && name === 0) return undefined;
    const key = `${type} ${name}`;
    let object = this.#known.get(key);
    if (object === undefined) {
      const typeName = this.#log.types[type] ?? "";
      const objectName = this.#log.name(name);
      object = {
        ...(typeName !== "" && { type: typeName }),
        ...(objectName !== undefined && { name: fileName(objectName) }),
      };
      this.#known.set(key, object);
    }
    return object;
  }

  /** The object of a handle that was open when recording began. */
  existing(handle: number): ObjectInfo | undefined {
    this.#existing ??= this.#listStart();
    return this.#existing.get(handle & ~3);
  }

  /** The id of an object in {@linkcode Objects.all}. */
  idOf(object: ObjectInfo): number {
    let id = this.#ids.get(object);
    if (id === undefined) this.#ids.set(object, id = this.all.push(object));
    return id;
  }

  #listStart(): ReadonlyMap<number, ObjectInfo> {
    const objects = new Map<number, ObjectInfo>();
    const start = this.#log.listings.find(({ kind }) => kind === "start");
    for (let index = 0; index < (start?.handles.count ?? 0); index++) {
      const { handle, type, name } = start!.handles;
      const object = this.of(type[index]!, name[index]!);
      if (object !== undefined) objects.set(handle[index]!, object);
    }
    return objects;
  }
}

/** NT's name for `C:\x` is `\??\C:\x`. */
function fileName(name: string): string {
  return name.startsWith("\\??\\") ? name.slice(4) : name;
}
