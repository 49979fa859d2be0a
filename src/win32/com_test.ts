/** COM in both directions, without Windows: our own object called through its method table. */
import { assert, assertEquals } from "@std/assert";
import { ComObject, guidBytes } from "./com.ts";
import { IDebugOutputCallbacks } from "./dbgeng_interfaces.ts";
import { OutputCallbacks } from "./output_callbacks.ts";

const IDebugInputCallbacks = { iid: "9f50e42c-f136-499e-9a97-73036c94ed2d", methods: {} } as const;

Deno.test("guidBytes() writes the first three groups little-endian", () => {
  assertEquals(
    guidBytes("27fe5639-8407-4f47-8364-ee118fb08ac8"),
    // deno-fmt-ignore
    Uint8Array.of(
      0x39, 0x56, 0xfe, 0x27, 0x07, 0x84, 0x47, 0x4f, 0x83, 0x64, 0xee, 0x11, 0x8f, 0xb0, 0x8a, 0xc8,
    ),
  );
});

Deno.test("OutputCallbacks is a COM object that passes on the text it receives", () => {
  const texts: string[] = [];
  using callbacks = new OutputCallbacks((text) => texts.push(text));
  using object = new ComObject(callbacks.pointer!, IDebugOutputCallbacks);
  assertEquals(object.call("Output", 1, new TextEncoder().encode("Parsed 0x6\n\0")), 0);
  assertEquals(object.call("Output", 1, new TextEncoder().encode("Dumped 0x5\n\0")), 0);
  assertEquals(texts, ["Parsed 0x6\n", "Dumped 0x5\n"]);
});

Deno.test("OutputCallbacks has only the interface that it implements", () => {
  using callbacks = new OutputCallbacks(() => {});
  using object = new ComObject(callbacks.pointer!, IDebugOutputCallbacks);
  assert(object.as(IDebugOutputCallbacks) !== undefined);
  assertEquals(object.as(IDebugInputCallbacks), undefined);
});
