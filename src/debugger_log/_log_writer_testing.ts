/**
 * Test helper: logs with random contents, written as debuggers write them, and the truth from which they were written.
 *
 * @module
 */
import type { LogFrame } from "./frame_table.ts";

/** Random numbers determined by a seed (mulberry32). */
export class Random {
  #state: number;

  /** Begins the sequence of a seed. */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 up to but not including `end`. */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b_79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 * end);
  }

  /** One of several things. */
  of<T>(things: readonly T[]): T {
    return things[this.below(things.length)]!;
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }
}

/** An entry in a truth. */
export interface TrueEntry {
  readonly type: "OPEN" | "CLOSE" | "BAD REFERENCE";
  readonly handle: number;
  readonly threadId: number;
  readonly processId: number;
  readonly frames: readonly LogFrame[];
}

/** An answer in a truth. */
export interface TrueAnswer {
  readonly command: string;
  readonly prompt: string;
  readonly kind: "listing" | "diff";
  readonly entries: readonly TrueEntry[];
  readonly newTraces: number;
}

/** The contents from which a log is written. */
export interface TrueLog {
  readonly mode: "user" | "kernel";
  readonly pointerSize: 4 | 8;
  readonly answers: readonly TrueAnswer[];
}

const MODULES = ["ntdll", "KERNELBASE", "kernel32", "meterd", "libuv_1", "my_app", "nt", "画布"];
const SYMBOLS = [
  "NtCreateEvent",
  "_beginthreadex",
  "__RtlUserThreadStart",
  "std::map<int, std::pair<int, long> > const & __ptr64::find",
  "`anonymous namespace'::Lock::~Lock",
  "operator new[]",
  "Point::operator+",
  "Point::operator+=",
  "<lambda_3f0c7be1d5a2496b8e01>::operator()",
  "`paint::Brush::`vftable''",
  "Shop.Watch+<Start>d__1.MoveNext()",
  "Shop.Read[System.__Canon,System.Int32](System.__Canon, Int32)",
  "core::ops::function::FnOnce::call_once<main::closure_env$0,tuple$<> >",
  "Prüfling::öffne",
  "operator<<",
  "Ledger::operator->",
  "Ledger::operator unsigned int",
  "`anonymous namespace'::Pool::`scalar deleting destructor'",
  "std::_Tree<std::_Tmap_traits<std::basic_string<char,std::char_traits<char>,std::allocator<char> >,Order *,std::less<void>,0> >::insert",
  "Shop.Cart`2[[System.Int32, mscorlib],[System.String, mscorlib]].Add(Int32 ByRef, System.String)",
  "<alloc::vec::Vec<paint::Brush> as core::ops::drop::Drop>::drop",
  "A_very_long_name_that_does_not_fit_into_the_columns_of_a_console_window_whatever_one_does::Run",
];

/** Makes the truth of a log. */
export function randomTruth(random: Random): TrueLog {
  const mode = random.once(4) ? "kernel" : "user";
  const pointerSize = random.once(2) ? 4 : 8;
  const processId = 0x100 + random.below(0x4000) * 4;
  const answers = Array.from({ length: 1 + random.below(3) }, (): TrueAnswer => {
    const isDiff = mode === "user" && random.once(2);
    const entries = Array.from(
      { length: 1 + random.below(5) },
      () => randomEntry(random, { pointerSize, processId, isDiff }),
    );
    const command = isDiff ? "!htrace -diff" : mode === "user" ? "!htrace" : "!htrace 0 82a1c888";
    const prompt = mode === "user" ? `${random.below(3)}:00${random.below(9)}>` : "kd>";
    return {
      command,
      prompt,
      kind: isDiff ? "diff" : "listing",
      entries,
      newTraces: entries.length + random.below(9),
    };
  });
  return { mode, pointerSize, answers };
}

function randomEntry(
  random: Random,
  { pointerSize, processId, isDiff }: { pointerSize: 4 | 8; processId: number; isDiff: boolean },
): TrueEntry {
  return {
    type: isDiff ? "OPEN" : random.of(["OPEN", "OPEN", "CLOSE", "BAD REFERENCE"]),
    handle: 4 + 4 * random.below(0x400),
    threadId: 4 + 4 * random.below(0x4000),
    processId,
    frames: Array.from({ length: 1 + random.below(8) }, () => randomFrame(random, pointerSize)),
  };
}

function randomFrame(random: Random, pointerSize: 4 | 8): LogFrame {
  const address = pointerSize === 4
    ? BigInt(0x40_0000 + random.below(0x7000_0000))
    : 0x7ff6_0000_0000n + BigInt(random.below(0x7fff_ffff)) * 16n;
  const displacement = random.below(0x300) + 0x10;
  if (random.once(12)) return { address, displacement: Number(address) };
  const module = random.of(MODULES);
  return random.once(10) ? { address, module, displacement } : {
    address,
    module,
    symbol: random.of(SYMBOLS),
    displacement,
  };
}

/** How a log is written. */
export interface LogStyle {
  /** The text after an address. */
  readonly colon?: string;
  /** The text before the displacement. */
  readonly plus?: string;
  /** Whether digits in user mode are upper case. */
  readonly isUpperCase?: boolean;
  /** Whether addresses have the debugger's backtick. */
  readonly hasBackticks?: boolean;
  /** Lines inserted between frames now and then. */
  readonly between?: (random: Random) => string | undefined;
  /** Text added after frames now and then. */
  readonly behind?: (random: Random) => string;
}

const SEPARATOR = "-".repeat(38);

/** Writes a log as a debugger does (output reference). */
export function writeLog(log: TrueLog, random: Random, style: LogStyle = {}): string[] {
  return log.answers.flatMap((answer) => answerLines(log, answer, random, style));
}

function answerLines(log: TrueLog, answer: TrueAnswer, random: Random, style: LogStyle): string[] {
  const { kind, entries, newTraces, prompt, command } = answer;
  const count = entries.length;
  const heading = kind === "diff"
    ? [
      "Handle tracing information snapshot successfully taken.",
      `0x${newTraces.toString(16)} new stack traces since the previous snapshot.`,
      "Ignoring handles that were already closed...",
      "Outstanding handles opened since the previous snapshot:",
    ]
    : log.mode === "kernel"
    ? ["Process 0x82A1C888", "ObjectTable 0xE2D410F0", ""]
    : [];
  const closing = kind === "diff"
    ? [
      SEPARATOR,
      `Displayed 0x${
        count.toString(16)
      } stack traces for outstanding handles opened since the previous snapshot.`,
    ]
    : [
      "",
      SEPARATOR,
      `Parsed 0x${count.toString(16).toUpperCase()} stack traces.`,
      `Dumped 0x${count.toString(16).toUpperCase()} stack traces.`,
    ];
  const lines = entries.flatMap((entry) => entryLines(log, entry, random, style));
  return [`${prompt} ${command}`, ...heading, ...lines, ...closing];
}

function entryLines(log: TrueLog, entry: TrueEntry, random: Random, style: LogStyle): string[] {
  const { mode, pointerSize } = log;
  const digits = (value: number | bigint, isPadded = mode === "user"): string => {
    const text = value.toString(16).padStart(isPadded ? pointerSize * 2 : 0, "0");
    return `0x${style.isUpperCase || mode === "kernel" ? text.toUpperCase() : text}`;
  };
  const { type, handle, threadId, processId } = entry;
  const head = mode === "user"
    ? [
      `Handle = ${digits(handle)} - ${type === "BAD REFERENCE" ? "*** BAD REFERENCE ***" : type}`,
      `Thread ID = ${digits(threadId)}, Process ID = ${digits(processId)}`,
      "",
    ]
    : [`Handle ${digits(handle)} - ${type}:`];
  const frames = entry.frames.flatMap((frame) => {
    const { address = 0n, module = "", symbol, displacement = 0 } = frame;
    const name = symbol === undefined ? module : `${module}!${symbol}`;
    const at = digits(address, true);
    const shown = style.hasBackticks && pointerSize === 8
      ? `${at.slice(0, 10)}\`${at.slice(10)}`
      : at;
    const line = `${shown}${style.colon ?? ":"} ${name}${style.plus ?? "+"}${digits(displacement)}`;
    const between = style.between?.(random);
    return [line + (style.behind?.(random) ?? ""), ...(between === undefined ? [] : [between])];
  });
  return [SEPARATOR, ...head, ...frames];
}
