/**
 * Implements `IDebugOutputCallbacks` (dbgeng.h), through which the debugger engine's text arrives.
 *
 * @module
 */
import { guidBytes, IUnknown } from "./com.ts";
import { HRESULT } from "./constants.ts";
import { IDebugOutputCallbacks } from "./dbgeng_interfaces.ts";
import type { HResult } from "./hresult.ts";

const { E_NOINTERFACE, S_OK } = HRESULT;
/** Slots of the method table. */
const METHODS = { ...IUnknown.methods, ...IDebugOutputCallbacks.methods };

/**
 * A COM object for `SetOutputCallbacks`. The engine calls it on this thread, during our calls. Dispose of it once the
 * engine has been told to forget it.
 */
export class OutputCallbacks implements Disposable {
  readonly #callbacks: readonly { close(): void }[];
  /** The method table, and the object, a pointer to it. They have their own buffers, which are never moved. */
  readonly #table = new BigUint64Array(new ArrayBuffer(0x20));
  readonly #object = new BigUint64Array(new ArrayBuffer(0x08));

  /** Makes the object; `output` gets each piece of text. */
  constructor(output: (text: string) => void) {
    const queryInterface = new Deno.UnsafeCallback(
      { parameters: ["pointer", ...METHODS.QueryInterface.parameters], result: "u32" },
      (_self, iid, found) => this.#answer(iid, found),
    );
    const count = new Deno.UnsafeCallback(
      { parameters: ["pointer"], result: "u32" },
      () => 1, // we control the lifetime, not the count
    );
    const write = new Deno.UnsafeCallback(
      { parameters: ["pointer", ...METHODS.Output.parameters], result: "u32" },
      (_self, _mask, text) => {
        if (text !== null) output(new Deno.UnsafePointerView(text).getCString());
        return S_OK;
      },
    );
    this.#callbacks = [queryInterface, count, write];
    this.#table[METHODS.QueryInterface.slot] = Deno.UnsafePointer.value(queryInterface.pointer);
    this.#table[METHODS.AddRef.slot] = Deno.UnsafePointer.value(count.pointer);
    this.#table[METHODS.Release.slot] = Deno.UnsafePointer.value(count.pointer);
    this.#table[METHODS.Output.slot] = Deno.UnsafePointer.value(write.pointer);
    this.#object[0] = Deno.UnsafePointer.value(Deno.UnsafePointer.of(this.#table));
  }

  /** The object, in the form for method calls. */
  get pointer(): Deno.PointerValue {
    return Deno.UnsafePointer.of(this.#object);
  }

  /** Frees the functions; the object must no longer be called. */
  [Symbol.dispose](): void {
    for (const callback of this.#callbacks) callback.close();
  }

  #answer(iid: Deno.PointerValue, found: Deno.PointerValue): HResult {
    if (iid === null || found === null) return E_NOINTERFACE;
    const wanted = new Uint8Array(new Deno.UnsafePointerView(iid).getArrayBuffer(16));
    const isOurs = [IUnknown, IDebugOutputCallbacks].some(({ iid: own }) =>
      guidBytes(own).every((byte, i) => byte === wanted[i])
    );
    const answer = isOurs ? Deno.UnsafePointer.value(this.pointer) : 0n;
    const place = new Deno.UnsafePointerView(found).getArrayBuffer(8);
    new BigUint64Array(place)[0] = answer;
    return isOurs ? S_OK : E_NOINTERFACE;
  }
}
