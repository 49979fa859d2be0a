import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { Frame } from "../frame.ts";
import { keyTextParts, stackKeyOf, stackKeyText } from "./stack_key.ts";

function frame(module: string, symbol: string | undefined, displacement = 0): Frame {
  return {
    address: BigInt(displacement) + 0x1000n,
    module: { name: module },
    ...(symbol !== undefined && { symbol }),
    displacement,
  };
}

const STACK = [
  frame("KERNEL32", "CreateEventA", 0x66),
  frame("app", "open", 0x10),
  frame("plugin", undefined, 0x40),
  frame("app", "main", 0x20),
  frame("KERNEL32", "BaseProcessStart", 1),
];

Deno.test("stackKeyOf() names the own frames, outermost first, without displacements", () => {
  const { text, hash } = stackKeyOf({ frames: STACK });
  assertEquals(text, "app!main;plugin+0x40;app!open");
  assertMatch(hash, /^[0-9a-f]{32}$/);
});

Deno.test("a key is the same at another address, after a rebuild and on another Windows", () => {
  const elsewhere = [
    frame("ntdll", "NtCreateEvent", 0x14),
    frame("KERNELBASE", "CreateEventExW", 0x6e),
    frame("app", "open", 0x99),
    frame("plugin", undefined, 0x40),
    { ...frame("app", "main", 7), module: { name: "app", path: "C:\\Windows\\System32\\app.exe" } },
  ];
  assertEquals(stackKeyOf({ frames: elsewhere }).hash, stackKeyOf({ frames: STACK }).hash);
});

Deno.test("a stack without own frames is identified by its named frames, one without names by its RVAs", () => {
  const system = [frame("ntdll", "NtCreateEvent"), frame("KERNEL32", "CreateEventA"), {
    address: 1n,
  }];
  assertEquals(stackKeyText(system), "KERNEL32!CreateEventA;ntdll!NtCreateEvent");
  assertEquals(stackKeyText([frame("ntdll", undefined, 0x123)]), "ntdll+0x123");
  assertEquals(stackKeyText([{ address: 1n }]), "");
});

Deno.test("the text of a key is injective: random names can be recovered from it", () => {
  const letters = ["a", ";", "%", "#", " ", "\n", "\r", "\t", "3", "B", "é", "\u2028", "+", "!"];
  let state = 1;
  const random = (below: number): number => (state = state * 48271 % 0x7fff_ffff) % below;
  const texts = new Map<string, string>();
  for (let round = 0; round < 5000; round++) {
    const symbols = Array.from(
      { length: 1 + random(3) },
      () => Array.from({ length: 1 + random(5) }, () => letters[random(letters.length)]).join(""),
    );
    const text = stackKeyText(symbols.map((symbol) => frame("app", symbol)));
    assertEquals(keyTextParts(text), symbols.map((symbol) => `app!${symbol}`).reverse());
    const known = texts.get(text);
    assertEquals(known ?? JSON.stringify(symbols), JSON.stringify(symbols));
    texts.set(text, JSON.stringify(symbols));
  }
  assertNotEquals(texts.size, 0);
});
