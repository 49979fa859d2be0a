import { assertEquals } from "@std/assert";
import { MarkupReader } from "./markup.ts";

function read(...lines: string[]): string[] {
  const reader = new MarkupReader();
  return lines.flatMap((line) => reader.read(line));
}

Deno.test("MarkupReader leaves the lines of a plain log alone", () => {
  const lines = [
    "0x00007ff699e6a9aa: paintlab!<lambda_3f>::operator()+0x000000000000008a",
    "0x00007ff699e95d29: shop!X+<b>d__1<i>.MoveNext()+0x0000000000000289",
    "  Name         \t\\KnownDlls\\new\\table",
    "ModLoad: 76030000 7613f000   C:\\new\\0x00401000\\_r.dll",
    "a < b && c > d & e",
  ];
  assertEquals(read(...lines), lines);
});

Deno.test("MarkupReader reads a log inside a JSON string, and inside a string in a string", () => {
  const log = '0:012> !htrace\r\nHandle = 0x1 - OPEN\r\nsaid "x"\t\\path\u20ac';
  const lines = ["0:012> !htrace", "Handle = 0x1 - OPEN", 'said "x"\t\\path\u20ac'];
  assertEquals(read(JSON.stringify({ log })).filter((line) => lines.includes(line)), lines);
  const twice = JSON.stringify(JSON.stringify({ log }));
  const inner = read(twice).filter((line) => line.includes("!htrace") || line.includes("Handle"));
  assertEquals(inner, lines.slice(0, 2));
  assertEquals(read('  "0:000\\u003e !htrace -diff",')[0], "0:000> !htrace -diff");
});

Deno.test("MarkupReader reads page source once it has seen a tag", () => {
  assertEquals(read("<div><p>x</p>0:000&gt; g<br>", "&lt;b&gt; <b>1</b>&#43;&#x27;&nbsp;2<br/>"), [
    ...["", "", "x", "0:000> g"],
    "<b> 1+' 2",
  ]);
  assertEquals(read("shop!X<b>&#43;0x1"), ["shop!X<b>+0x1"]);
});

Deno.test("MarkupReader undoes Markdown's backslashes once it has seen one that is not the log's own", () => {
  assertEquals(read("C:\\_x", "0:008\\> g", "\\--------", "lib\\_1!a\\_b", "C:\\x"), [
    ...["C:\\_x", "0:008> g", "--------", "lib_1!a_b", "C:\\x"],
  ]);
});

Deno.test("MarkupReader drops invisible characters", () => {
  assertEquals(read("\ufeff0:000>\u00a0g\u200b"), ["0:000> g"]);
});
