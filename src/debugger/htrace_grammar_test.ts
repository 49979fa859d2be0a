import { assertEquals, assertThrows } from "@std/assert";
import { CommandError } from "./_command.ts";
import { parseHtrace } from "./htrace_grammar.ts";

const SHOW = {
  kind: "show",
  handle: 0,
  process: 0n,
  maxTraces: 0,
  group: false,
  names: false,
} as const;

Deno.test("parseHtrace() reads a handle and a maximum in user mode", () => {
  assertEquals(parseHtrace("", "user"), SHOW);
  assertEquals(parseHtrace("7dc", "user"), { ...SHOW, handle: 0x7dc });
  assertEquals(parseHtrace(" 0X7DC  10 ", "user"), { ...SHOW, handle: 0x7dc, maxTraces: 16 });
});

Deno.test("parseHtrace() reads the process as hex in kernel mode, and the maximum third", () => {
  assertEquals(parseHtrace("0 81400300 2", "kernel"), {
    ...SHOW,
    process: 0x81400300n,
    maxTraces: 2,
  });
  assertEquals(parseHtrace("0 fffffa80`0123abcd", "kernel"), {
    ...SHOW,
    process: 0xfffffa800123abcdn,
  });
});

Deno.test("parseHtrace() accepts options in any case", () => {
  assertEquals(parseHtrace("-ENABLE", "user"), { kind: "enable" });
  assertEquals(parseHtrace("-enable 0x1000", "user"), { kind: "enable", slots: 0x1000 });
  assertEquals(parseHtrace("-Snapshot", "user"), { kind: "snapshot" });
  assertEquals(parseHtrace("-disable", "user"), { kind: "disable" });
  assertEquals(parseHtrace("-?", "kernel"), { kind: "help" });
  assertEquals(parseHtrace("?", "user"), { kind: "help" });
});

Deno.test("parseHtrace() accepts names and our own options, in any order", () => {
  assertEquals(parseHtrace("-snapshot Before", "user"), { kind: "snapshot", name: "Before" });
  const diff = { kind: "diff", group: false, names: false } as const;
  assertEquals(parseHtrace("-diff", "user"), diff);
  assertEquals(parseHtrace("-diff Before", "user"), { ...diff, name: "Before" });
  assertEquals(parseHtrace("-diff -GROUP", "user"), { ...diff, group: true });
  assertEquals(parseHtrace("-diff -names Before", "user"), {
    ...diff,
    name: "Before",
    names: true,
  });
  assertEquals(parseHtrace("-group 7dc", "kernel"), { ...SHOW, handle: 0x7dc, group: true });
});

for (
  const [args, mode, message] of [
    ["zz", "user", 'Cannot read the handle "zz": it is not a number'],
    ["-5", "user", 'there is no option "-5" here'],
    ["7dc 1 2", "user", '"2" is one argument too many'],
    ["0 0 0 0", "kernel", '"0" is one argument too many'],
    [
      "0 123456789",
      "user",
      'Cannot read the maximum of traces "123456789": it does not fit 32 bits',
    ],
    ["0 10000000000000000", "kernel", "does not fit 64 bits"],
    ["0x", "user", "it is not a number"],
    ["-enable many", "user", 'Cannot read the maximum of traces "many"'],
    ["-enable 1 2", "user", '"2" is one argument too many'],
    ["-disable now", "user", '"now" is one argument too many'],
    ["-snapshot a b", "user", '"b" is one argument too many'],
    ["-snapshot -x", "user", 'there is no option "-x" here'],
    ["-diff -x", "user", 'there is no option "-x" here'],
    ["-diff a b", "user", '"b" is one argument too many'],
    ["-frobnicate", "user", 'there is no option "-frobnicate" here'],
    ["-enable", "kernel", 'Cannot run "!htrace -enable" in kernel mode'],
    ["-DIFF", "kernel", 'Cannot run "!htrace -diff" in kernel mode'],
  ] as const
) {
  Deno.test(`parseHtrace() rejects "${args}" in ${mode} mode with one sentence`, () => {
    assertThrows(() => parseHtrace(args, mode), CommandError, message);
  });
}
