import { assertEquals } from "@std/assert";
import { colored } from "./colors.ts";

const BOLD = "\x1b[1m";
const RED = "\x1b[31m";
const YELLOW = "\x1b[33m";
const END = "\x1b[0m";

for (
  const [what, text, painted] of [
    [
      "a trace of user mode",
      "Handle = 0x000007d4 - *** BAD REFERENCE ***",
      `${BOLD}Handle = 0x000007d4${END} - ${RED}*** BAD REFERENCE ***${END}`,
    ],
    [
      "a trace of kernel mode",
      "Handle 0x7DC - BAD REFERENCE:",
      `${BOLD}Handle 0x7DC${END} - ${RED}BAD REFERENCE${END}:`,
    ],
    ["an open", "Handle = 0x000007d4 - OPEN", `${BOLD}Handle = 0x000007d4${END} - OPEN`],
    ["a handle of !handle", "Handle 7d4", `${BOLD}Handle 7d4${END}`],
    [
      "a group that is never closed",
      "Opened = 0x1, Closed = 0x0 - never closed",
      `Opened = 0x1, Closed = 0x0 - ${RED}never closed${END}`,
    ],
    [
      "a group that is outstanding",
      "Opened = 0x1, Closed = 0x0 - outstanding",
      `Opened = 0x1, Closed = 0x0 - ${YELLOW}outstanding${END}`,
    ],
    ["a suspect", "Suspect = app!main", `Suspect = ${BOLD}app!main${END}`],
  ] as const
) {
  Deno.test(`colored() paints the words of ${what}`, () => {
    assertEquals(colored(`x\n${text}\ny\n`), `x\n${painted}\ny\n`);
  });
}

for (
  const text of [
    "Handle tracing information snapshot successfully taken.",
    "Handle tracing enabled.",
    "Handle closed twice",
    "0x01001200: app+0x1 - BAD REFERENCE",
    "Name = \\x - never closed",
    "  Name         \tHandle 7d4",
    "Handles = 0x000007d4",
    "HandleCount: 12",
  ]
) {
  Deno.test(`colored() leaves "${text.trim()}" as it is`, () => {
    assertEquals(colored(`${text}\n`), `${text}\n`);
  });
}
