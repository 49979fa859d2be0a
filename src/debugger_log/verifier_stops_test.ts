/** Application Verifier stops with the stacks that follow them, in the columns of every `k` command. */
import { assertEquals } from "@std/assert";
import { namesOf, readText } from "./_read_testing.ts";

const STOP = `
=======================================
VERIFIER STOP 0000000000000300: pid 0x1268: Invalid handle exception for current stack trace.

\t00000000C0000008 : Exception code.
\t000000B1D40FF1A0 : Exception record. Use .exr to display it.
\t000000B1D40FECB0 : Context record. Use .cxr to display it.
\t0000000000000000 : Not used.


=======================================
This verifier stop is continuable.
=======================================
`;
const NAMES = ["vrfcore!VerifierStopMessageEx+0x7e9", "app!Journal::Close+0x30"];

/** The output of each `k` command for the same stack. */
const STACKS: readonly (readonly [string, string])[] = [
  [
    "k",
    ` # Child-SP          RetAddr               Call Site
00 000000b1\`d40fe8f0 00007ffd\`3c9c5d21     vrfcore!VerifierStopMessageEx+0x7e9
01 000000b1\`d40fe9d0 00007ffd\`47f9f6ee     app!Journal::Close+0x30 [D:\\src\\journal.cpp @ 88]`,
  ],
  [
    "kb",
    `RetAddr           : Args to Child                                                           : Call Site
00007ffd\`3c9c5d21 : 00000000\`00000300 00007ffd\`3c9c1b60 00000000\`c0000008 000000b1\`d40ff1a0 : vrfcore!VerifierStopMessageEx+0x7e9
00007ffd\`47f9f6ee : 000000b1\`d40ff1a0 00000000\`00000001 00000000\`00000001 00000000\`00000000 : app!Journal::Close+0x30`,
  ],
  [
    "kv",
    `ChildEBP RetAddr  Args to Child
0012f6d0 5b4c7d21 00000300 5b4c1b60 c0000008 vrfcore!VerifierStopMessageEx+0x7e9 (FPO: [Non-Fpo])
0012f7d0 77f9f6ee 0012f1a0 00000001 00000001 app!Journal::Close+0x30`,
  ],
  [
    "~0 kn 20",
    ` # ChildEBP RetAddr
00 0012f6d0 5b4c7d21 vrfcore!VerifierStopMessageEx+0x7e9
01 0012f7d0 77f9f6ee app!Journal::Close+0x30`,
  ],
  [
    "kp",
    `ChildEBP RetAddr
0012f6d0 5b4c7d21 vrfcore!VerifierStopMessageEx(unsigned int Code = 0x300, char * Text = 0x5b4c1b60 "(...)")+0x7e9
WARNING: Stack unwind information not available. Following frames may be wrong.

0012f7d0 77f9f6ee app!Journal::Close(void)+0x30 [d:\\src\\journal.cpp @ 88]`,
  ],
];

for (const [command, lines] of STACKS) {
  Deno.test(`the stack that ${command} prints after a stop is the stop's`, () => {
    const log = readText(`${STOP}0:000> ${command}\n${lines}\n0:000> g\n`);
    const [stop] = log.stops;
    assertEquals(log.stops.length, 1);
    assertEquals([stop!.code, stop!.processId, stop!.exception, stop!.framesFrom], [
      ...[0x300, 0x1268, 0xc000_0008, "k"],
    ]);
    assertEquals(namesOf(log, stop!.stack), NAMES);
  });
}

Deno.test("kc prints only names", () => {
  const log = readText(
    `${STOP}0:000> kc\n # Call Site\n00 vrfcore!VerifierStopMessageEx\n01 app!Journal::Close\n0:000> g\n`,
  );
  assertEquals(namesOf(log, log.stops[0]!.stack), [
    "vrfcore!VerifierStopMessageEx",
    "app!Journal::Close",
  ]);
});

Deno.test("the output of another command after a stop is not its stack", () => {
  const { stops } = readText(`${STOP}0:000> r\nrax=0\n0:000> u\napp!main+0x4:\n`);
  assertEquals(stops.map(({ stack }) => stack), [undefined]);
});

Deno.test("a stop that !analyze repeats is one stop, with the stack printed first", () => {
  const log = readText(
    `${STOP}0:000> !analyze -v
APPLICATION_VERIFIER_HANDLES_INVALID_HANDLE (300)
Invalid handle exception for current stack trace.
Arguments:
Arg1: 00000000c0000008, Exception code.
Arg2: 000000b1d40ff1a0, Exception record. Use .exr to display it.

STACK_TEXT:  
000000b1\`d40fe8f0 00007ffd\`3c9c5d21     : 00000000\`00000300 00000000\`00000000 00000000\`00000000 00000000\`00000000 : vrfcore!VerifierStopMessageEx+0x7e9
000000b1\`d40fe9d0 00007ffd\`47f9f6ee     : 00000000\`00000624 00000000\`00000000 00000000\`00000000 00000000\`00000000 : app!Journal::Close+0x30

`,
  );
  assertEquals(log.stops.map(({ code, framesFrom }) => [code, framesFrom]), [[
    0x300,
    "STACK_TEXT",
  ]]);
  assertEquals(namesOf(log, log.stops[0]!.stack), NAMES);
});

Deno.test("a leak's handle is its first parameter, and dps shows the stack that opened it", () => {
  const log = readText(
    `VERIFIER STOP 0000000000000901: pid 0x1268: A HANDLE was leaked.

\t0000000000000318 : Value of the leaked handle. Run !htrace <handle> to get additional information.
\t0000001D0B3A7C40 : Address to the allocation stack trace. Run dps <address> to view the allocation stack.

0:000> k
 # Child-SP          RetAddr               Call Site
00 000000b1\`d40fe8f0 00007ffd\`3c9c5d21     vrfcore!VerifierStopMessageEx+0x7e9
0:000> dps 0000001D0B3A7C40
0000001d\`0b3a7c40  00000000\`00000000
0000001d\`0b3a7c48  00000000\`00001801
0000001d\`0b3a7c50  00007ffd\`45a05966 KERNELBASE!CreateFileW+0x66
0000001d\`0b3a7c58  00007ff7\`a1c51f44 app!Journal::Open+0x74
0:000> g
`,
  );
  const [stop] = log.stops;
  assertEquals([stop!.code, stop!.handle, stop!.framesFrom], [0x901, 0x318, "dps"]);
  assertEquals(namesOf(log, stop!.stack), [
    "KERNELBASE!CreateFileW+0x66",
    "app!Journal::Open+0x74",
  ]);
});

Deno.test("the verifier's XML has stops with their stacks", () => {
  const log = readText(
    `<?xml version="1.0" encoding="UTF-8"?>
<avrf:logfile xmlns:avrf="Application Verifier">
\t<avrf:logSession TimeStarted="2024-01-02 : 03:04:05" PID="4712" Version="2">
\t\t<avrf:logEntry Time="2024-01-02 : 03:04:06" LayerName="Handles" StopCode="0x303" Severity="Error">
\t\t\t<avrf:message>NULL handle passed as parameter. A valid handle must be used.</avrf:message>
\t\t\t<avrf:parameter1>0 - Not used.</avrf:parameter1>
\t\t\t<avrf:stackTrace>
\t\t\t\t<avrf:trace>vfbasics!+7ffd3c9c5d21 ( @ 0)</avrf:trace>
\t\t\t\t<avrf:trace>app!Journal::Close+30 (d:\\src\\journal.cpp @ 88)</avrf:trace>
\t\t\t</avrf:stackTrace>
\t\t</avrf:logEntry>
\t</avrf:logSession>
</avrf:logfile>
`,
  );
  const [stop] = log.stops;
  assertEquals([stop!.code, stop!.processId, stop!.handle], [0x303, 4712, 0]);
  assertEquals(namesOf(log, stop!.stack), ["vfbasics+0x7ffd3c9c5d21", NAMES[1]!]);
});

Deno.test("a text can contain both stops and outputs of !htrace", () => {
  const { answers, stops } = readText(
    `${STOP}0:000> !htrace 624\n${"-".repeat(38)}\nHandle = 0x00000624 - CLOSE\n` +
      "Thread ID = 0x00000010, Process ID = 0x00001268\n\n0x00401000: app!main+0x00000004\n",
  );
  assertEquals([answers.length, answers[0]!.entries.count, stops.length], [1, 1, 1]);
});

Deno.test("inlined functions in the middle of a stack do not end it, regardless of missing columns", () => {
  const dashes = "--------`--------";
  const log = readText(`${STOP}0:000> kv
 # Child-SP          RetAddr               : Args to Child                                                           : Call Site
00 000000b1\`d40fe8f0 00007ffd\`3c9c5d21     : 00000000\`00000300 00007ffd\`3c9c1b60 00000000\`c0000008 000000b1\`d40ff1a0 : vrfcore!VerifierStopMessageEx+0x7e9
01 (Inline Function) ${dashes}     : ${dashes} ${dashes} ${dashes} ${dashes} : app!Journal::Lock+0x8 [D:\\src\\journal.h @ 12]
02 000000b1\`d40fe9d0 00007ffd\`47f9f6ee     : 000000b1\`d40ff1a0 00000000\`00000001 00000000\`00000001 00000000\`00000000 : app!Journal::Close+0x30
`);
  assertEquals(namesOf(log, log.stops[0]?.stack), [
    NAMES[0],
    "app!Journal::Lock+0x8",
    NAMES[1],
  ]);
});
