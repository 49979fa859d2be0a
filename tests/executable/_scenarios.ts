/**
 * What the executable must do, one row per scenario: every verb, source and format. A new one needs a row:
 * `scenarios_test.ts` fails while a verb, a kind of target or a format has none.
 *
 * @module
 */

/** Command lines that run one after the other in one folder, and what the last one must produce. */
export interface Scenario {
  /**
   * The command lines, without the program; blanks separate words, except inside quotes. All but the last end with 0.
   */
  readonly run: readonly string[];
  /** Text files that are in the folder at the start. */
  readonly files?: Readonly<Record<string, string>>;
  /** The last one's standard input. */
  readonly input?: string;
  /** Its exit code; 0 if omitted. */
  readonly code?: number;
  /** What it prints: all of it, or a pattern; anything if omitted. */
  readonly prints?: string | RegExp;
  /** What it writes to standard error; nothing if omitted. */
  readonly says?: RegExp;
  /** Files that it leaves in the folder, and how each begins. */
  readonly writes?: Readonly<Record<string, RegExp>>;
  /** Where it can run; everywhere if omitted. Wine is Windows without handle tracing. */
  readonly on?: "Windows" | "Windows on x64" | "Wine" | "Windows with tracing" | "elsewhere";
  /** The kind of target that it opens. */
  readonly source?: string;
  /** Whether it also runs on an emulated processor, where each takes seconds. */
  readonly isEssential?: true;
}

/** Text that is stored in the project, such as the documented example. */
const golden = (name: string): string =>
  Deno.readTextFileSync(new URL(`../../testdata/golden/${name}`, import.meta.url));

const RECORDING = /^\x89htrace\n/;
const RECORDER_LOG = /^HREC\r\n/;
const JSON_OBJECT = /^\{.*\}\n$/;
const JSON_ARRAY = /^\[.*\]\n$/;

/** In a command line: the folder of the guest's images and PDBs. */
export const GUEST = "<guest>";
/** In a command line: the folder of the small Windows programs. */
export const PROGRAMS = "<programs>";
/** In a command line: the folder of pasted logs and handle lists. */
export const LOGS = "<logs>";
/** In a command line on Windows: the id of a process that holds an event, a pipe and a semaphore. */
export const HOLDER = "<holder>";

/** What Sysinternals' handle.exe prints for a process. */
const HANDLES = `Nthandle v5.0 - Handle viewer

explorer.exe pid: 4242 HOST\\user
   44: Event
   48: File  (RW-)   C:\\Windows
`;

/** A message of the Model Context Protocol, as a line. */
const request = (id: number, method: string, params: object): string =>
  `${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`;

/** The table. */
export const SCENARIOS: readonly Scenario[] = [
  // The example, help and completions
  { run: ["example"], prints: golden("documented-example.txt"), isEssential: true },
  { run: ["--version"], prints: /^\d+\.\d+\.\d+\n$/ },
  { run: ["--help"], prints: /Examples:\n {2}htrace example\n/ },
  { run: ["completions bash"], prints: /htrace completions propose -- / },
  { run: ["completions zsh"], prints: /htrace completions propose -- / },
  { run: ["completions fish"], prints: /htrace completions propose -- / },
  { run: ["completions powershell"], prints: /htrace completions propose -- / },
  { run: ["completions propose -- show emulated:"], prints: "emulated:2003\nemulated:kernel\n" },

  // Failures: one line, and an exit code that scripts can distinguish
  { run: ["exampel"], code: 2, says: /^htrace: .*did you mean `example`\?\n$/ },
  { run: ["show"], code: 2, says: /^htrace: [^\n]+\n$/ },
  { run: ["show no-such-file.htrace"], code: 3, says: /^htrace: Cannot [^\n]+: [^\n]+\n$/ },

  // The prompt
  {
    run: ["debug emulated:kernel"],
    input: "!htrace 7DC\n.process\nq\n",
    // Piped lines are echoed after the prompt, so that a transcript reads as one.
    prints: `kd> !htrace 7DC\n${golden("documented-example-7dc.txt")}kd> .process\n` +
      "Implicit process is now 81400300\nkd> q\n",
    isEssential: true,
  },
  {
    run: ['debug emulated -c "!htrace -enable; g; !htrace -diff; q" -- leak 3'],
    prints:
      /\nDisplayed 0x3 stack traces for outstanding handles opened since the previous snapshot\.\n/,
  },
  {
    run: ['debug emulated:kernel -c "!process 0 0; lm; ln 10011a0"'],
    prints: /badhandle!main\+0x20 /,
  },
  { run: ['debug emulated -c "lm; !handle"'], prints: /\n\d+ Handles\n/ },

  // The loop
  { run: ["enable emulated:2003 --slots 0x200"], prints: "Handle tracing enabled.\n" },
  { run: ["disable emulated:2003"], prints: "Handle tracing disabled.\n" },
  {
    run: [
      "snapshot emulated -o before.htrace",
      "record emulated -o after.htrace -- leak 2",
      "diff after.htrace before.htrace",
    ],
    prints: /\nDisplayed 0x2 /,
    writes: { "before.htrace": RECORDING, "after.htrace": RECORDING },
  },
  {
    run: ["snapshot emulated --handles -o h.htrace", "diff emulated h.htrace --handles -- leak 2"],
    prints: /^2 opened, 0 closed/,
    writes: { "h.htrace": RECORDING },
  },
  {
    run: ["record emulated:kernel -o k.htrace", `show k.htrace 7DC --symbols ${GUEST}`],
    prints: golden("documented-example-7dc.txt"),
    writes: { "k.htrace": RECORDING },
  },
  {
    run: ["run --target emulated --fail-on-leak -- leak 3"],
    code: 1,
    prints: /Outstanding = 0x3/,
    says: /leaked 3 handles from 1 stack\n$/,
    isEssential: true,
  },
  {
    run: [
      "run --target emulated --baseline known.txt --update-baseline -- leak 3",
      "run --target emulated --fail-on-leak --baseline known.txt -- leak 3",
    ],
    says: /beside 1 known stack/,
    writes: { "known.txt": /./ },
  },

  // Sources: every kind of target
  {
    run: ["show emulated:kernel"],
    source: "emulated machine",
    prints: golden("documented-example.txt"),
  },
  { run: ["show emulated:2003 -- double-close"], prints: / - \*\*\* BAD REFERENCE \*\*\*\n/ },
  {
    run: ["record emulated -o leak.htrace -- leak 2", "report leak.htrace --focus open_event"],
    source: "recording",
    prints: /^badhandle!open_event \(badhandle\.c:25\) leaks: 2 Event handles /,
    writes: { "leak.htrace": RECORDING },
  },
  {
    run: [`report ${LOGS}/ticket.txt`],
    source: "debugger log",
    prints: /^orders!Journal::Open leaks: 4 handles /,
  },
  {
    run: ["report -"],
    input: "> Handle = 0x0000002c - OPEN\n> Thread ID = 0x00000010, Process ID = 0x0000000c\n>\n" +
      "> 0x00401044: orders!open+0x00000044\n",
    prints: /^orders!open leaks: 1 handle [^]*\nNote: traces are missing: no closing counts\.\n/,
  },
  {
    run: [`diff ${LOGS}/handles-tuesday.txt ${LOGS}/handles-monday.txt`],
    source: "handle list",
    prints: /\n {2}File C:\\orders\\journal\\today\.jnl: 6 -> 61\n/,
  },

  {
    run: [
      'debug emulated -c "!htrace -enable; g; .dump /mh leak.dmp; q" -- leak 3',
      "report leak.dmp",
    ],
    source: "minidump",
    prints:
      /^badhandle\+0x[0-9a-f]+ leaks: 3 Event handles still open[^]*\nNote: no PDB was found for badhandle/,
    writes: { "leak.dmp": /^MDMP/ },
  },
  {
    run: ['debug emulated:kernel -c ".dump /f all.dmp; q"', `show all.dmp 7DC --symbols ${GUEST}`],
    source: "kernel dump",
    prints: golden("documented-example-7dc.txt"),
    writes: { "all.dmp": /^PAGEDUMP/ },
  },
  {
    run: ["show session.txt 7DC"],
    files: { "session.txt": `kd> !htrace\n${golden("documented-example.txt")}kd> q\n` },
    source: "debugger log",
    prints: /\nDumped 0x3 stack traces\.\n$/,
  },
  {
    run: ["show handles.txt"],
    files: { "handles.txt": HANDLES },
    source: "handle list",
    prints: /^Open handles: 2\n/,
  },
  {
    run: ["convert emulated -o leak.dmp -- leak 3", "show leak.dmp --symbols " + GUEST],
    prints: /badhandle!leak\+/,
    writes: { "leak.dmp": /^MDMP/ },
  },

  // Formats: every one, printed, or written to a file if it is for other programs
  { run: ["report emulated --format summary -- leak 3"], prints: / leaks: 3 Event handles / },
  { run: ["report emulated --format tree -- leak 3"], prints: /^3 open handles\n3 {2}badhandle!/ },
  { run: ["report emulated --format classic -- leak 3"], prints: /\nDisplayed 0x3 / },
  {
    run: ["report emulated --format groups -- leak 3"],
    prints: /Outstanding = 0x3.* - never closed\n/,
  },
  { run: ["report emulated --format json -- leak 3"], prints: JSON_OBJECT },
  { run: ["report emulated --format jsonl -- leak 3"], prints: JSON_OBJECT },
  {
    run: ["report emulated --format csv -- leak 3"],
    prints: /^stack_key,judgement,.*\r\n[\da-f]{32},/,
  },
  { run: ["report emulated --format sarif -- leak 3"], prints: /"version":"2\.1\.0"/ },
  { run: ["report emulated --format junit -- leak 3"], prints: /^<\?xml .*\n<testsuites>\n/ },
  {
    run: ["report emulated --format folded -o leak.folded -- leak 3"],
    prints: "",
    writes: { "leak.folded": /;badhandle!main;/, "leak.diff.folded": /;badhandle!main;/ },
  },
  {
    run: ["report emulated --format speedscope -o leak.json -- leak 3"],
    prints: "",
    writes: { "leak.json": /"exporter":"htrace / },
  },
  {
    run: ["report emulated --format firefox -o leak.json -- leak 3"],
    prints: "",
    writes: { "leak.json": /^\{"meta":\{/ },
  },
  {
    run: ["report emulated --format html -o leak.html -- leak 3"],
    prints: "",
    writes: { "leak.html": /^<!doctype html>\n/i },
  },
  {
    run: ["report emulated --format pprof -o leak.pb.gz -- leak 3"],
    prints: "",
    // deno-lint-ignore no-control-regex -- gzip's magic number
    writes: { "leak.pb.gz": /^\x1f\x8b/ },
  },
  {
    run: ["report emulated --format html -o leak.html -- leak 3"],
    prints: "",
    writes: { "leak.html": /^<!doctype html>\n/ },
  },
  { run: ["diff emulated -o leak.json -- leak 3"], prints: "", writes: { "leak.json": /^\{/ } },

  // Lists and symbols
  { run: ["processes emulated:kernel"], prints: / 0x81400300 +badhandle\.exe\n/ },
  { run: ["processes emulated:kernel --json"], prints: JSON_ARRAY },
  {
    run: ["symbols emulated"],
    prints: /badhandle +pdb +badhandle\.pdb, brought along by the target\n/,
  },
  { run: [`symbolize ${GUEST}/ntdll.dll 0x1000`], prints: "ntdll!NtClose\n" },
  { run: [`symbolize ${GUEST}/badhandle.pdb`], input: "0x1180\n", prints: /^badhandle!main / },

  // The MCP server: one message per line, and nothing else on standard output
  {
    run: ["mcp"],
    input: [
      request(1, "initialize", {
        protocolVersion: "2025-06-18",
        capabilities: {},
        clientInfo: { name: "scenario", version: "1" },
      }),
      request(2, "tools/call", {
        name: "open_target",
        arguments: { target: "emulated", arguments: ["leak", "3"] },
      }),
      request(3, "tools/call", { name: "summary", arguments: { target: "t1" } }),
    ].join(""),
    prints: /^\{[^\n]+\n\{[^\n]+\n\{[^\n]+badhandle!open_event \([^\n]+\) leaks: 3 Event [^\n]+\n$/,
  },

  // The selftest tests what is available
  {
    run: ["selftest -o report.txt"],
    prints: /\n\d+ held, 0 did not hold, \d+ not possible here\.\n$/,
    says: /^htrace: the report is in "report\.txt"; [^\n]+\n$/,
    writes: { "report.txt": /^htrace selftest\n\nhtrace: \d/ },
  },

  // Only Windows has processes; elsewhere the program says so
  { run: ["processes"], on: "elsewhere", code: 3, says: /this is not Windows/ },
  { run: ["run -- program.exe"], on: "elsewhere", code: 3, says: /this is not Windows/ },
  {
    run: [`run -- ${PROGRAMS}/badhandle64.exe leak 3`],
    on: "Wine",
    code: 3,
    says: /: this system does not implement it /,
  },
  {
    run: [`run --fail-on-leak -- ${PROGRAMS}/badhandle64.exe leak 3`],
    on: "Windows with tracing",
    code: 1,
    prints: /Outstanding = 0x3/,
    says: /leaked 3 handles from 1 stack\n$/,
  },
  {
    run: [
      `run --recorder -o leak.hrec -- ${PROGRAMS}/badhandle64.exe leak 3`,
      "report leak.hrec --format groups",
    ],
    on: "Windows on x64",
    source: "recorder log",
    prints: /Outstanding = 0x3/,
    writes: { "leak.hrec": RECORDER_LOG },
  },
  {
    run: [`run --recorder --fail-on-leak -- ${PROGRAMS}/badhandle32.exe leak 3`],
    on: "Windows on x64",
    code: 1,
    prints: /Outstanding = 0x3/,
    says: /leaked 3 handles from 1 stack\n$/,
  },
  { run: ["processes"], on: "Windows", prints: /handle_holder64\.exe\n/ },
  {
    run: [`debug ${HOLDER} -c "lm; !handle; q"`],
    on: "Windows",
    source: "live process",
    prints: /handle_holder64 [^]*\\htrace-holder-event\n/,
  },
  {
    run: [`debug dbgeng:${HOLDER} -c "lm; q"`],
    source: "debugger engine",
    on: "Windows",
    prints: /handle_holder64/,
  },
  {
    run: [
      `snapshot ${HOLDER} --handles -o before.htrace`,
      `diff ${HOLDER} before.htrace --handles`,
    ],
    on: "Windows",
    prints: /^0 opened, 0 closed, 0 replaced, \d+ kept\.\n/,
    writes: { "before.htrace": RECORDING },
  },
  { run: [`symbols ${HOLDER} --offline`], on: "Windows", prints: /handle_holder64/ },
];
