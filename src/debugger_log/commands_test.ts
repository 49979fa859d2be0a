import { assertEquals } from "@std/assert";
import type { AnswerKind } from "../answer.ts";
import { bareHtraceCommand, htraceCommand, kindOfCommand, readPrompt } from "./commands.ts";
import { startOf } from "./line_kinds.ts";

Deno.test("every prompt of the debuggers is recognized, with the command after it", () => {
  const lines: readonly (readonly [string, string, string])[] = [
    ["0:000> !htrace", "0:000>", "!htrace"],
    ["0:000>", "0:000>", ""],
    ["1:004> !htrace -diff", "1:004>", "!htrace -diff"],
    ["0:012:x86> !htrace", "0:012:x86>", "!htrace"],
    ["||1:0:003> !htrace", "||1:0:003>", "!htrace"],
    ["kd> !htrace 0 81400300", "kd>", "!htrace 0 81400300"],
    ["lkd> !htrace", "lkd>", "!htrace"],
    ["3: kd> !htrace", "3: kd>", "!htrace"],
    ["16.0: kd:x86> !htrace", "16.0: kd:x86>", "!htrace"],
    ["0:000> **!htrace -diff**", "0:000>", "!htrace -diff"],
    ["0:000> `!htrace -diff`", "0:000>", "!htrace -diff"],
    ["0:000> !htrace -diff   // after the test", "0:000>", "!htrace -diff"],
    ["0:000> !htrace   <- the second one", "0:000>", "!htrace"],
  ];
  for (const [line, prompt, command] of lines) {
    assertEquals(startOf(line).kind, "prompt", line);
    assertEquals(readPrompt(line), { prompt, command }, line);
  }
  for (const line of ["10:30> lunch", "kde> ls", "C:\\> dir", "0:00> x"]) {
    assertEquals(startOf(line).kind, "text", line);
  }
});

Deno.test("htraceCommand() finds the command among others on its line", () => {
  const commands: readonly (readonly [string, string | undefined])[] = [
    ["!htrace -enable; g", "!htrace -enable"],
    [".echo before; !htrace -diff", "!htrace -diff"],
    ["!exts.htrace 1a4", "!exts.htrace 1a4"],
    ["!handle 0 f", undefined],
    ["!htracer", undefined],
    ["", undefined],
  ];
  for (const [typed, command] of commands) {
    assertEquals(htraceCommand(typed), command, typed);
  }
});

Deno.test("bareHtraceCommand() accepts a command alone on its line, and no prose", () => {
  for (const line of ["!htrace -diff", "`!htrace`", "**!htrace –diff**", "!htrace 0 ffff8000"]) {
    assertEquals(typeof bareHtraceCommand(line), "string", line);
  }
  for (const line of ["!htrace is your friend here", "Use !htrace -diff", "!htracer", "htrace"]) {
    assertEquals(bareHtraceCommand(line), undefined, line);
  }
});

Deno.test("kindOfCommand() determines the output from the option, with any dash", () => {
  const kinds: readonly (readonly [string, AnswerKind])[] = [
    ["!htrace", "listing"],
    ["!htrace 1a4 10", "listing"],
    ["!htrace -enable", "enable"],
    ["!htrace -enable 2000", "enable"],
    ["!htrace –disable", "disable"],
    ["!htrace -SNAPSHOT", "snapshot"],
    ["!htrace /diff", "diff"],
    ["!htrace -?", "help"],
    ["!htrace ?", "help"],
  ];
  for (const [command, kind] of kinds) assertEquals(kindOfCommand(command), kind, command);
});

Deno.test("readPrompt() removes the next line's quotation marks, but no arrows", () => {
  assertEquals(readPrompt("0:000> !htrace -diff > >").command, "!htrace -diff");
  assertEquals(readPrompt("0:000> !htrace >>").command, "!htrace");
  assertEquals(readPrompt("0:000> dt a->").command, "dt a->");
  assertEquals(readPrompt("0:000> >").command, ">");
});
