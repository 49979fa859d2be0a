import { assertEquals } from "@std/assert";
import { commandLine } from "./command_line.ts";

for (
  const [command, text] of [
    [["a.exe", "b", "c"], "a.exe b c"],
    [["C:\\Program Files\\a.exe", ""], '"C:\\Program Files\\a.exe" ""'],
    [["a", 'say "hi"'], 'a "say \\"hi\\""'],
    [["a", "dir\\"], "a dir\\"],
    [["a", "my dir\\"], 'a "my dir\\\\"'],
    [["a", 'x\\\\" y'], 'a "x\\\\\\\\\\" y"'],
  ] as const
) {
  Deno.test(`commandLine() writes ${JSON.stringify(command)} as ${text}`, () => {
    assertEquals(commandLine(command), text);
  });
}
