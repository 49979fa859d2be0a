import { assertEquals } from "@std/assert";
import { readText } from "./_read_testing.ts";

const LINE = "-".repeat(38);

function entry(processId: string): string {
  return `${LINE}\nHandle = 0x00000010 - OPEN\nThread ID = 0x00000020, Process ID = 0x${processId}\n\n` +
    `0x00401000: app!main+0x00000004\n`;
}

Deno.test("the list that | prints says which process a prompt is about", () => {
  const { answers, processes } = readText(
    "1:004> |\n" +
      "   0\tid: 1f2c\tattach\tname: C:\\Apps\\orders.exe\n" +
      ".  1\tid: 2a10\tchild\tname: C:\\Apps\\worker.exe\n" +
      `1:004> !htrace\n${entry("00000099")}0:000> !htrace\n${entry("00000099")}`,
  );
  assertEquals(processes, [
    { index: 0, processId: 0x1f2c, imageName: "orders.exe" },
    { index: 1, processId: 0x2a10, imageName: "worker.exe" },
  ]);
  assertEquals(answers.map(({ processId }) => processId), [0x2a10, 0x1f2c]);
});

Deno.test("without a list the process is that of most entries, as others can duplicate handles into it", () => {
  const { answers: [answer] } = readText(
    `0:000> !htrace\n${entry("00000099")}${entry("000000aa")}${entry("00000099")}`,
  );
  assertEquals(answer?.processId, 0x99);
});
