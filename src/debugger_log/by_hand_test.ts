/**
 * Logs and lists written by hand as people paste them, each with what is to be read of it. The products are invented.
 */
import { assertEquals } from "@std/assert";
import { entryNames, readText } from "./_read_testing.ts";

const RULE = "--------------------------------------";

/** Each answer in a line: kind, command, what is missing, then a line an entry. */
function summary(text: string): string[] {
  const log = readText(text);
  const answers = log.answers.flatMap((answer) => {
    const { kind, command = "-", incomplete = "whole", entries } = answer;
    const names = entryNames(log, answer);
    return [
      `${kind} | ${command} | ${incomplete}`,
      ...names.map((frames, index) => {
        const ids = [entries.handle, entries.threadId, entries.processId].map((column) =>
          column[index]!.toString(16)
        );
        return `${["", "open", "close", "badref"][entries.type[index]!]} ${ids.join(" ")}: ${
          frames.join(" < ")
        }`;
      }),
    ];
  });
  const tables = log.tables.flatMap(({ source, total, rows, process, incomplete = "whole" }) => [
    `${source} | ${process?.name ?? "-"} | ${total} | ${incomplete}`,
    ...rows.map(({ handle, type = "-", name = "-" }) => `${handle.toString(16)} ${type} ${name}`),
  ]);
  return [...answers, ...tables];
}

const OPEN = [
  RULE,
  "Handle = 0x00000000000003a4 - OPEN",
  "Thread ID = 0x00000000000017c8, Process ID = 0x0000000000002e10",
  "",
  "0x00007ffb10a4d2c4: ntdll!NtCreateMutant+0x0000000000000014",
  "0x00007ff6a0b41f2e: greenhouse!Valve::Lock+0x000000000000005e",
];
const DIFF = [
  "0:004> !htrace -diff",
  "Handle tracing information snapshot successfully taken.",
  "0x3 new stack traces since the previous snapshot.",
  "Ignoring handles that were already closed...",
  "Outstanding handles opened since the previous snapshot:",
  ...OPEN,
  RULE,
  "Displayed 0x1 stack traces for outstanding handles opened since the previous snapshot.",
  "0:004> q",
];
const READ = [
  "diff | !htrace -diff | whole",
  "open 3a4 17c8 2e10: ntdll!NtCreateMutant+0x14 < greenhouse!Valve::Lock+0x5e",
];

const CASES: Readonly<Record<string, readonly [text: string, expected: readonly string[]]>> = {
  "a tool that puts a time before every line": [
    DIFF.map((line, index) => `2031-04-02 09:15:${10 + index}.204 ${line}`).join("\n"),
    READ,
  ],
  "a tool that puts a time in brackets and a level before every line": [
    DIFF.map((line, index) => `[09:15:${10 + index}] INFO  ${line}`).join("\n"),
    READ,
  ],
  "a tool that numbers the lines": [
    DIFF.map((line, index) => `${String(index + 1).padStart(4)}: ${line}`).join("\n"),
    READ,
  ],
  "a tool that puts its own address before every line": [
    DIFF.map((line) => `[0x1f4c] ${line}`).join("\n"),
    READ,
  ],
  "a mail quoted twice by two programs": [
    [
      "Am 2. April schrieb Jörg Öztürk:",
      "> Hallo,",
      "> On Tue, Ana wrote:",
      ...DIFF.map((line) => `> > ${line}`),
      "> Grüße",
      "Danke!",
    ].join("\n"),
    READ,
  ],
  "a ticket system that trims blanks and blank lines": [
    DIFF.map((line) => line.trim().replace(/ {2,}/g, " ")).filter((line) => line !== "").join("\n"),
    READ,
  ],
  "Slack, with a fence on the first line": [
    "ines  9:14 AM\nlook at this:\n```" + DIFF.join("\n") + "```\njoerg  9:15 AM\nthx",
    READ,
  ],
  "Jira's noformat": [`{noformat:title=windbg}\n${DIFF.join("\n")}\n{noformat}\nh2. Next`, READ],
  "GitHub, folded": [
    `<details><summary>log</summary>\n\n\`\`\`\n${DIFF.join("\n")}\n\`\`\`\n\n</details>`,
    READ,
  ],
  "Teams, a blank line behind every line": [DIFF.join("\n\n"), READ],
  "a table of Markdown, a line a row": [
    ["| line |", "| --- |", ...DIFF.filter((line) => line !== "").map((line) => `| ${line} |`)]
      .join("\n"),
    READ,
  ],
  "a numbered list of steps, in German, with noise of other commands": [
    [
      "1. Debugger angehängt, dann:",
      "0:004> .effmach",
      "Effective machine: x64 (AMD64)",
      "0:004> lm m green*",
      "start             end                 module name",
      "00007ff6`a0b40000 00007ff6`a0b9d000   greenhouse   (private pdb symbols)  greenhouse.pdb",
      ...DIFF.slice(0, -1),
      "0:004> !handle 3a4 f",
      "Handle 3a4",
      "  Type         \tMutant",
      "  Attributes   \t0",
      "  GrantedAccess\t0x1f0001:",
      "         Delete,ReadControl,WriteDac,WriteOwner,Synch",
      "         QueryState",
      "  HandleCount  \t2",
      "  PointerCount \t65537",
      "  Name         \t\\BaseNamedObjects\\Ventil-7",
      "  Object Specific Information",
      "    Mutex is Free",
      "0:004> .detach",
      "Detached",
    ].join("\r\n"),
    [...READ, "!handle | - | 1 | whole", "3a4 Mutant \\BaseNamedObjects\\Ventil-7"],
  ],
  "kernel mode of 32 bits, a use of a closed handle, then prose": [
    [
      "kd> !htrace 1c0 8a2f5020",
      "Process 0x8A2F5020",
      "ObjectTable 0xE1A70B38",
      "",
      RULE,
      "Handle 0x1C0 - BAD REFERENCE:",
      "0x805B2E7F: nt!ObReferenceObjectByHandle+0x11F",
      "0x0040A2B1: spooler!Tray::Feed+0x41",
      "",
      RULE,
      "Handle 0x1C0 - CLOSE:",
      "0x805B4C11: nt!ObpCloseHandle+0x9C",
      "0x0040A310: spooler!Tray::Eject+0x20",
      "",
      RULE,
      "Parsed 0x1F stack traces.",
      "Dumped 0x2 stack traces.",
      "kd> So the tray is fed after it was ejected.",
    ].join("\n"),
    [
      "listing | !htrace 1c0 8a2f5020 | whole",
      "badref 1c0 0 0: nt!ObReferenceObjectByHandle+0x11f < spooler!Tray::Feed+0x41",
      "close 1c0 0 0: nt!ObpCloseHandle+0x9c < spooler!Tray::Eject+0x20",
    ],
  ],
  "two processes, and a listing that an author cut": [
    [
      "0:001> |",
      ".  0\tid: 2e10\tattach\tname: C:\\Farm\\greenhouse.exe",
      "   1\tid: 3f8\tattach\tname: C:\\Farm\\pump.exe",
      ...DIFF.slice(0, -1),
      "1:007> !htrace",
      RULE,
      "Handle = 0x0000000000000088 - CLOSE",
      "Thread ID = 0x0000000000000bb0, Process ID = 0x00000000000003f8",
      "",
      "0x00007ffb10a4d1e4: ntdll!NtClose+0x0000000000000014",
      "[...]",
      RULE,
      "Parsed 0x9 stack traces.",
      "Dumped 0x9 stack traces.",
    ].join("\n"),
    [
      ...READ,
      "listing | !htrace | entries left out; fewer entries than stated",
      "close 88 bb0 3f8: ntdll!NtClose+0x14",
    ],
  ],
  "handle.exe in a quoted mail, whose console was 80 columns wide": [
    [
      "> C:\\> handle -a -p pump",
      ">",
      "> Nthandle v5.0 - Handle viewer",
      "> Copyright (C) 1997-2022 Mark Russinovich",
      ">",
      `> ${"-".repeat(78)}`,
      "> pump.exe pid: 1016 FARM\\ana",
      ">    40: Event",
      ">    4C: File          (RW-)   C:\\Farm\\log\\Donnerstag, Pumpe 3 (alt).log",
      ">   1A8: Key                   HKLM\\SOFTWARE\\Farm",
    ].join("\n"),
    [
      "handle.exe -a | pump.exe | 3 | whole",
      "40 Event -",
      "4c File C:\\Farm\\log\\Donnerstag, Pumpe 3 (alt).log",
      "1a8 Key HKLM\\SOFTWARE\\Farm",
    ],
  ],
  "handle.exe in a table of Markdown": [
    [
      "pump.exe pid: 1016 FARM\\ana",
      "| handles |",
      "|---------|",
      "|   40: Event |",
      "|   4C: File  (RW-)   C:\\Farm\\a.log |",
    ].join("\n"),
    [
      "handle.exe -a | pump.exe | 2 | whole",
      "40 Event -",
      "4c File C:\\Farm\\a.log",
    ],
  ],
};

for (const [name, [text, expected]] of Object.entries(CASES)) {
  Deno.test(`a log is read as ${name} leaves it`, () => assertEquals(summary(text), expected));
}
