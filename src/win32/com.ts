/**
 * Calls COM objects through their method tables.
 *
 * An object is a pointer to a pointer to a table of functions; every method takes the object first. Only the 64-bit
 * convention is used, in which stdcall and cdecl are the same.
 *
 * @module
 */
import type { HResult } from "./hresult.ts";

/** A method: its slot in the table and its parameters after the object. */
export interface ComMethod {
  /** Index into the method table; 0 to 2 are IUnknown's. */
  readonly slot: number;
  /** Types of the parameters after the object. */
  readonly parameters: readonly Deno.NativeType[];
}

/** An interface: its id and the methods that are called. */
export interface ComInterface {
  /** Interface id, such as `27fe5639-8407-4f47-8364-ee118fb08ac8`. */
  readonly iid: string;
  /** Methods by name. */
  readonly methods: Readonly<Record<string, ComMethod>>;
}

/** Size of a pointer, and so of a slot in a method table, in bytes. */
const POINTER = 8;

/** IUnknown (unknwn.h), with which every interface begins. */
export const IUnknown = {
  iid: "00000000-0000-0000-c000-000000000046",
  methods: {
    QueryInterface: { slot: 0, parameters: ["buffer", "buffer"] }, // REFIID riid, void **ppvObject
    AddRef: { slot: 1, parameters: [] },
    Release: { slot: 2, parameters: [] },
  },
} as const satisfies ComInterface;

/** The 16 bytes of a GUID: the first three groups little-endian, the rest as written. */
export function guidBytes(guid: string): Uint8Array<ArrayBuffer> {
  const digits = guid.replaceAll("-", "");
  const bytes = Uint8Array.from(
    { length: 16 },
    (_, i) => parseInt(digits.slice(i * 2, i * 2 + 2), 16),
  );
  return Uint8Array.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15], (i) => bytes[i]!);
}

type Signature = { parameters: readonly ["pointer", ...Deno.NativeType[]]; result: "u32" };

/** An object implemented elsewhere. Disposing it releases our reference. */
export class ComObject<Interface extends ComInterface> implements Disposable {
  readonly #object: Deno.PointerObject;
  readonly #methods: Interface["methods"];
  /** By slot, so that a call's machine code is generated once. */
  readonly #functions = new Map<number, Deno.UnsafeFnPointer<Signature>>();

  /** Takes ownership of one reference to the object at `pointer`. */
  constructor(pointer: Deno.PointerObject, { methods }: Interface) {
    this.#object = pointer;
    this.#methods = methods;
  }

  /** Calls a method of the interface. */
  call<Name extends string & keyof Interface["methods"]>(
    name: Name,
    ...parameters: Deno.ToNativeParameterTypes<Interface["methods"][Name]["parameters"]>
  ): HResult {
    return this.#invoke(this.#methods[name]!, parameters as unknown[]);
  }

  /** Another interface of the same object; undefined if it has none with that id. */
  as<Other extends ComInterface>(description: Other): ComObject<Other> | undefined {
    const found = new BigUint64Array(1);
    this.#invoke(IUnknown.methods.QueryInterface, [guidBytes(description.iid), found]);
    const pointer = Deno.UnsafePointer.create(found[0]!);
    return pointer === null ? undefined : new ComObject(pointer, description);
  }

  /** Releases the reference. */
  [Symbol.dispose](): void {
    this.#invoke(IUnknown.methods.Release, []);
  }

  #invoke({ slot, parameters: types }: ComMethod, parameters: unknown[]): HResult {
    let method = this.#functions.get(slot);
    if (method === undefined) {
      const table = new Deno.UnsafePointerView(this.#object).getPointer()!;
      const code = new Deno.UnsafePointerView(table).getPointer<Signature>(slot * POINTER)!;
      const signature: Signature = { parameters: ["pointer", ...types], result: "u32" };
      method = new Deno.UnsafeFnPointer<Signature>(code, signature);
      this.#functions.set(slot, method);
    }
    return method.call(this.#object, ...(parameters as never[]));
  }
}
