import { assertEquals, assertMatch } from "@std/assert";
import { Session } from "../session.ts";
import { FakeTarget } from "../target_fixture.ts";
import { runPrompt } from "./prompt.ts";

/** Three handles, one of them with everything that can be known. */
class HandleTarget extends FakeTarget {
  override open = [
    {
      handle: 4,
      type: "Event",
      objectName: "\\done",
      grantedAccess: 0x1f0003,
      handleCount: 2,
      pointerCount: 65537,
    },
    { handle: 8, type: "Event" },
    { handle: 12 },
  ];

  objectFacts(handle: number): string[] {
    return handle === 4 ? ["Event Type Auto Reset", "Event is Waiting"] : [];
  }
}

async function run(line: string, mode: "user" | "kernel" = "user"): Promise<string> {
  const target = new HandleTarget();
  target.mode = mode;
  using session = new Session(target);
  let text = "";
  await runPrompt(session, [line], (more) => text += more);
  return text;
}

const TOTALS = "3 Handles\nType           \tCount\nEvent          \t2\nunknown        \t1\n";
const ALL_OF_4 = `Handle 4
  Type         \tEvent
  GrantedAccess\t0x1f0003
  HandleCount  \t2
  PointerCount \t65537
  Name         \t\\done
  Object Specific Information
    Event Type Auto Reset
    Event is Waiting
`;

Deno.test("!handle 0 0 lists handles and counts, without what they are", async () => {
  assertEquals(await run("!handle 0 0"), `Handle 4\nHandle 8\nHandle c\n${TOTALS}`);
});

Deno.test("!handle 0 f shows everything known about each handle", async () => {
  assertEquals(
    await run("!handle 0 f"),
    `${ALL_OF_4}Handle 8\n  Type         \tEvent\nHandle c\n  Type         \tunknown\n${TOTALS}`,
  );
});

Deno.test("!handle <handle> f shows one in the debugger's order", async () => {
  assertEquals(await run("!handle 4 f"), ALL_OF_4);
  assertEquals(await run("!handle 0n4 0xF event"), ALL_OF_4, "numbers and types as they come");
});

Deno.test("each bit of the flags of !handle shows its part", async () => {
  const lines = ALL_OF_4.split("\n").map((line) => `${line}\n`);
  const [first, type, access, handles, pointers, name, ...facts] = lines;
  assertEquals(await run("!handle 4 1"), `${first}${type}`);
  assertEquals(await run("!handle 4 2"), `${first}${access}${handles}${pointers}`);
  assertEquals(await run("!handle 4 4"), `${first}${name}`);
  assertEquals(await run("!handle 4 8"), `${first}${facts.slice(0, 3).join("")}`);
});

Deno.test("!handle 0 0 <type> lists the handles of a type", async () => {
  assertEquals(await run("!handle 0 0 Event"), "Handle 4\nHandle 8\n2 handles of type Event\n");
  assertEquals(await run("!handle 0 f Mutant"), "0 handles of type Mutant\n");
});

Deno.test("in kernel mode the process comes before the type", async () => {
  assertEquals(await run("!handle 0 0 0 Event", "kernel"), await run("!handle 0 0 Event"));
});

Deno.test("!handle says so if a handle has another type", async () => {
  assertMatch(
    await run("!handle 4 f Mutant"),
    /^Cannot show handle 0x4 as Mutant: [^\n]*; [^\n]*\n$/,
  );
  assertMatch(await run("!handle 0 f Event 5"), /^Cannot run "!handle": "5" [^\n]*\n$/);
  assertMatch(await run("!handle 0 zz"), /^Cannot read the flags "zz": [^\n]*\n$/);
});
