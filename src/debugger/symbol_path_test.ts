import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { bytesSource, type SymbolFiles } from "../byte_source.ts";
import { Session } from "../session.ts";
import type { SymbolSource } from "../symbols/module_symbols.ts";
import { fakeModule, FakeTarget } from "../target_fixture.ts";
import type { PromptHost } from "./_command.ts";
import { runPrompt } from "./prompt.ts";

const GUEST = new URL("../../testdata/guest/", import.meta.url);

interface PromptOn {
  readonly run: (line: string, host?: PromptHost) => Promise<string>;
  readonly session: Session;
  readonly counts: { opened: number; closed: number };
}

/** A prompt whose symbols exist only under the path "good"; it counts what is opened and closed. */
function promptOn(path = "bad"): PromptOn {
  const target = new FakeTarget();
  target.loaded = [
    fakeModule("ntdll", 0x0100_0000n, "C:\\ntdll.dll"),
    fakeModule("b", 0x200_0000n),
  ];
  const session = new Session(target);
  const counts = { opened: 0, closed: 0 };
  let current = path;
  const symbols: PromptHost["symbols"] = {
    get path(): string {
      return current;
    },
    places: () =>
      Promise.resolve([{ element: current, state: current === "good" ? "OK" : "Error" }]),
    use(given): SymbolSource {
      if (given === "wrong*") throw new Error('Cannot read symbol path element "wrong*"');
      current = given;
      counts.opened++;
      const source = ({ name }: { name: string }): Promise<SymbolFiles> =>
        Promise.resolve(
          given.includes("good") && name === "ntdll"
            ? { image: bytesSource("ntdll.dll", Deno.readFileSync(new URL("ntdll.dll", GUEST))) }
            : {},
        );
      return Object.assign(source, { [Symbol.dispose]: () => void counts.closed++ });
    },
  };
  const run = async (line: string, host: PromptHost = { symbols }): Promise<string> => {
    let text = "";
    await runPrompt(session, [line], (more) => text += more, { host });
    return text;
  };
  return { run, session, counts };
}

Deno.test(".sympath shows the path and whether its elements exist", async () => {
  const { run, session } = promptOn();
  using _ = session;
  assertEquals(
    await run(".sympath"),
    `Symbol search path is: bad
Response                                       Location
Error                                          bad
`,
  );
});

Deno.test(".sympath <path> takes symbols from there, even for modules already looked up", async () => {
  const { run, session, counts } = promptOn();
  using _ = session;
  assertStringIncludes(await run("ln 1001000; lm"), "(no symbols)");
  assertMatch(await run(".sympath good"), /^Symbol search path is: good\n/);
  assertStringIncludes(await run("lm"), "(deferred)");
  assertMatch(
    await run("ln 1001000; lm m ntdll"),
    /ntdll!NtClose[^]*\(export symbols\) +ntdll\.dll\n/,
  );
  await run(".sympath bad");
  assertEquals(counts, { opened: 2, closed: 1 }, "the source before is let go of");
});

Deno.test(".sympath+ and .symfix+ append, .symfix replaces", async () => {
  const { run, session } = promptOn("one");
  using _ = session;
  const pathAfter = async (line: string): Promise<string> =>
    /^Symbol search path is: (.*)/.exec(await run(line))?.[1] ?? "";
  assertEquals(await pathAfter(".sympath+ two;three"), "one;two;three");
  assertEquals(await pathAfter(".symfix+"), "one;two;three;srv*");
  assertEquals(await pathAfter(".symfix"), "srv*");
  assertEquals(
    await pathAfter(".symfix C:\\my symbols"),
    "srv*C:\\my symbols*https://msdl.microsoft.com/download/symbols",
  );
  assertMatch(await run(".sympath+"), /^Cannot append [^\n]*\n$/);
});

Deno.test("a path that cannot be parsed changes nothing", async () => {
  const { run, session, counts } = promptOn("good");
  using _ = session;
  assertEquals(await run(".sympath wrong*"), 'Cannot read symbol path element "wrong*"\n');
  assertMatch(await run(".sympath"), /^Symbol search path is: good\n/);
  assertEquals(counts, { opened: 0, closed: 0 });
});

Deno.test(".reload forgets symbols; with /f it looks them up at once and says what was found", async () => {
  const { run, session } = promptOn("good");
  using _ = session;
  await run(".sympath good; ln 1001000");
  assertEquals(await run(".reload"), "Reloading current modules\n..\n");
  assertStringIncludes(await run("lm m ntdll"), "(deferred)");
  assertMatch(await run(".reload ntdll"), /ntdll +\(deferred\)/);
  const found = await run(".reload /f ntdll.dll");
  assertMatch(found, /^01000000 01010000 +ntdll +\(export symbols\) ntdll\.dll\n$/);
  assertMatch(
    await run(".reload /f"),
    /^Reloading current modules\n\.\.\n.*\n.*\(no symbols\).*\n$/,
  );
});

Deno.test(".reload reports unknown options and modules", async () => {
  const { run, session } = promptOn();
  using _ = session;
  assertMatch(await run(".reload /f nothing"), /^Cannot reload "nothing": [^\n]*\n$/);
  assertMatch(await run(".reload /i"), /^Cannot reload with "\/i": [^\n]*\n$/);
  assertMatch(await run(".sympath x", {}), /^Cannot change the symbol path: [^\n]*\n$/);
  assertEquals(await run(".reload", {}), "Reloading current modules\n..\n");
});
