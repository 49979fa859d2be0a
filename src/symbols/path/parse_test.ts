import { assertEquals, assertThrows } from "@std/assert";
import { parseSymbolPath, SymbolPathError } from "./parse.ts";

const defaults = { cacheFolder: "D:\\default" };

Deno.test("parseSymbolPath() reads a server after a cache", () => {
  assertEquals(parseSymbolPath("srv*c:\\cache*https://symbols.example/pub/", defaults), [
    {
      kind: "stores",
      stores: [
        { kind: "folder", path: "c:\\cache" },
        { kind: "server", url: "https://symbols.example/pub" },
      ],
    },
  ]);
});

Deno.test("parseSymbolPath() reads a chain of several stores in order", () => {
  const [element] = parseSymbolPath("SRV*c:\\near*\\\\machine\\far*http://server", defaults);
  assertEquals(element, {
    kind: "stores",
    stores: [
      { kind: "folder", path: "c:\\near" },
      { kind: "folder", path: "\\\\machine\\far" },
      { kind: "server", url: "http://server" },
    ],
  });
});

Deno.test("parseSymbolPath() takes an empty location for the default store", () => {
  assertEquals(parseSymbolPath("srv**http://server", defaults), [
    {
      kind: "stores",
      stores: [{ kind: "folder", path: "D:\\default" }, { kind: "server", url: "http://server" }],
    },
  ]);
});

Deno.test("parseSymbolPath() takes a bare srv* for the default store and Microsoft's server", () => {
  assertEquals(parseSymbolPath("srv*", defaults), [
    {
      kind: "stores",
      stores: [
        { kind: "folder", path: "D:\\default" },
        { kind: "server", url: "https://msdl.microsoft.com/download/symbols" },
      ],
    },
  ]);
});

Deno.test("parseSymbolPath() reads caches, folders and the long form, and skips empty elements", () => {
  assertEquals(
    parseSymbolPath("cache*c:\\sym;; c:\\build ;symsrv*symsrv.dll*http://server;cache*", defaults),
    [
      { kind: "cache", path: "c:\\sym" },
      { kind: "folder", path: "c:\\build" },
      { kind: "stores", stores: [{ kind: "server", url: "http://server" }] },
      { kind: "cache", path: "D:\\default" },
    ],
  );
});

for (
  const [path, reason] of [
    ["http://server", 'a server is written "srv*http://server"'],
    ["ftp*c:\\x", '"ftp*" is not known'],
    ["symsrv*symsrv.dll", "no store follows the server DLL"],
    ["cache*a*b", "a cache is one folder"],
  ] as const
) {
  Deno.test(`parseSymbolPath() rejects "${path}" with a reason`, () => {
    assertThrows(() => parseSymbolPath(path, defaults), SymbolPathError, reason);
  });
}
