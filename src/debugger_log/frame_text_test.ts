import { assertEquals } from "@std/assert";
import type { LogFrame } from "./frame_table.ts";
import { type DisplacementState, readFrame, readNamedFrame } from "./frame_text.ts";

/** A frame's text after the address 0x00007ff8f7bb4224, and its meaning. */
const FRAMES: readonly (readonly [string, Omit<LogFrame, "address">, DisplacementState])[] = [
  [
    " ntdll!NtCreateEvent+0x0000000000000014",
    { module: "ntdll", symbol: "NtCreateEvent", displacement: 0x14 },
    "padded",
  ],
  [
    " ntdll!NtCreateEvent+0x14",
    { module: "ntdll", symbol: "NtCreateEvent", displacement: 0x14 },
    "unpadded",
  ],
  [" ntdll!NtCreateEvent", { module: "ntdll", symbol: "NtCreateEvent", isCut: true }, "missing"],
  [" ntdll!NtCreateEvent+", { module: "ntdll", symbol: "NtCreateEvent", isCut: true }, "missing"],
  [" ntdll!NtCreateEvent+0", { module: "ntdll", symbol: "NtCreateEvent", isCut: true }, "missing"],
  [" ntdll!NtCreateEvent+0x", { module: "ntdll", symbol: "NtCreateEvent", isCut: true }, "missing"],
  ["", { isCut: true }, "missing"],
  [" +0x00007ff8f7bb4224", { displacement: 0x7ff8_f7bb_4224 }, "padded"],
  [" meterd+0x0000000000001000", { module: "meterd", displacement: 0x1000 }, "padded"],
  [
    " shop!std::map<int, std::pair<int, long> >::find+0x0000000000000021",
    { module: "shop", symbol: "std::map<int, std::pair<int, long> >::find", displacement: 0x21 },
    "padded",
  ],
  [
    " app!Point::operator++0x0000000000000004",
    { module: "app", symbol: "Point::operator+", displacement: 4 },
    "padded",
  ],
  [
    " app!Shop.Watch+<Start>d__1.MoveNext()+0x0000000000000004",
    { module: "app", symbol: "Shop.Watch+<Start>d__1.MoveNext()", displacement: 4 },
    "padded",
  ],
  [
    " ntdll ! NtClose + 0x00000000`00000014",
    { module: "ntdll", symbol: "NtClose", displacement: 0x14 },
    "padded",
  ],
  [
    " app!main+0x0000000000000014   <--- here, not at +0x0000000000000020!",
    { module: "app", symbol: "main", displacement: 0x14 },
    "padded",
  ],
  [
    " app!main+0x14 compare +0x20 of last week",
    { module: "app", symbol: "main", displacement: 0x14 },
    "unpadded",
  ],
];

Deno.test("readFrame() reads names and displacements in all forms that debuggers and people write", () => {
  for (const [text, frame, displacement] of FRAMES) {
    const read = readFrame(`0x00007ff8f7bb4224:${text}`);
    assertEquals(read?.frame, { address: 0x7ff8_f7bb_4224n, ...frame }, text);
    assertEquals([read?.addressDigits, read?.displacement], [16, displacement], text);
  }
});

Deno.test("readFrame() reads addresses with a backtick, in capitals and with a blank before the colon", () => {
  for (
    const address of [
      "0x00007ff8`f7bb4224:",
      "0x7ff8`f7bb`4224:",
      "0x00007FF8F7BB4224:",
      "0x00007ff8f7bb4224 :",
    ]
  ) {
    assertEquals(readFrame(`${address} ntdll`)?.frame.address, 0x7ff8_f7bb_4224n, address);
  }
});

Deno.test("readFrame() does not mistake other text for a frame", () => {
  for (
    const text of [
      "ntdll!NtClose+0x14",
      "0x77de265c ntdll!NtClose",
      "0x1f: a",
      "0x77de265c:x",
      "0x```````` : a",
    ]
  ) {
    assertEquals(readFrame(text), undefined, text);
  }
});

Deno.test("readNamedFrame() reads the frames of k and of the verifier's XML", () => {
  const frames: readonly (readonly [string, LogFrame | undefined])[] = [
    ["ntdll!NtClose+0x14", { module: "ntdll", symbol: "NtClose", displacement: 0x14 }],
    ["verifier!+af31", { module: "verifier", displacement: 0xaf31 }],
    ["verifier+af31", { module: "verifier", displacement: 0xaf31 }],
    ["app!Journal::Open", { module: "app", symbol: "Journal::Open" }],
    ["app!operator+", { module: "app", symbol: "operator+" }],
    ["verifier!", { module: "verifier" }],
    ["not a frame", undefined],
    ["", undefined],
  ];
  for (const [text, frame] of frames) assertEquals(readNamedFrame(text), frame, text);
});
