import { assertEquals } from "@std/assert";
import { withoutPersonalData } from "./personal_data.ts";
import { renderCounts, renderReport, renderResult } from "./report.ts";
import type { ClaimResult } from "./selftest.ts";

for (
  const [text, left] of [
    [
      'Cannot read "C:\\Users\\Erika\\AppData\\Local\\Temp\\htrace-1\\badhandle64.exe": it is gone',
      'Cannot read "<home>\\AppData\\Local\\Temp\\htrace-1\\badhandle64.exe": it is gone',
    ],
    ["c:/users/erika/notes.txt, and ERIKA's", "<home>/notes.txt, and <user>'s"],
    ["C:\\\\Users\\\\Erika in JSON", "<home> in JSON"],
    ["/home/erika/x of Erikason", "<home>/x of Erikason"],
    ["/root/.cache", "<home>/.cache"],
    ["C:\\Users\\Public is public", "<home> is public"],
    [
      '"C:\\Users\\Erika Muster\\a b.exe", of Erika Muster: gone',
      '"<home>\\a b.exe", of <user>: gone',
    ],
    ['"D:\\erikas work\\a b.exe" and E:\\erika\\x', '"<folder>\\a b.exe" and <folder>\\x'],
    ['"\\\\srv7\\profiles$\\em\\x.exe" of SRV7', '"<share>\\em\\x.exe" of <user>'],
    ["\\\\?\\UNC\\srv7\\home\\x", "<share>\\x"],
    ["\\\\.\\pipe\\x, https://server/x", "\\\\.\\pipe\\x, https://server/x"],
    ["Process 4 and C:\\Windows\\System32", "Process 4 and C:\\Windows\\System32"],
  ] as const
) {
  Deno.test(`withoutPersonalData() makes ${left} of ${text}`, () => {
    assertEquals(withoutPersonalData(text), left);
  });
}

Deno.test("withoutPersonalData() learns a name from another path, too", () => {
  const hints = ["C:\\Users\\Erika\\Desktop"];
  assertEquals(withoutPersonalData("\\Sessions\\Erika\\x", hints), "\\Sessions\\<user>\\x");
});

const RESULTS: readonly ClaimResult[] = [
  { topic: "Files", claim: "files are read", outcome: "held" },
  { topic: "Kernel", claim: "it traces", outcome: "not possible here", reason: "not Windows" },
  { topic: "Kernel", claim: "it stops", outcome: "not possible here", reason: "not Windows" },
  { topic: "Kernel", claim: "it lies", outcome: "did not hold", reason: "it did not" },
];

Deno.test("renderResult() has one heading per topic, and gives a reason once", () => {
  const text = RESULTS.map((result, index) => renderResult(result, RESULTS[index - 1])).join("");
  assertEquals(
    text,
    `
Files
  held               files are read

Kernel
  not possible here  it traces
                     not Windows
  not possible here  it stops
  DID NOT HOLD       it lies
                     it did not
`,
  );
});

Deno.test("renderCounts() and renderReport() end with the counts", () => {
  const counts = "\n1 held, 1 did not hold, 2 not possible here.\n";
  assertEquals(renderCounts(RESULTS), counts);
  const report = renderReport(new Map([["htrace", "1.2.3"]]), RESULTS);
  assertEquals(report.startsWith("htrace selftest\n\nhtrace: 1.2.3\n\nFiles\n"), true);
  assertEquals(report.endsWith(counts), true);
});
