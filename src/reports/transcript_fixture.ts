/**
 * Test helper: a strict grammar of what `!htrace` prints, for both published transcripts and our own output.
 *
 * Every line must be one of the known lines, and the lines must come in a known order. Published transcripts were edited
 * by their authors; those edits (a frame list or entries left out, a line wrapped) are known lines only with `edited`,
 * which tests never set for our output.
 *
 * @module
 */
import type { Frame } from "../frame.ts";
import type { TraceType } from "../trace.ts";
import type { TestTrace } from "./_analysis_testing.ts";

/** The lines: a letter for the order below, and the pattern. */
const LINES: readonly (readonly [letter: string, form: RegExp])[] = [
  ["s", /^-{38}$/],
  ["h", /^Handle = 0x(?:[0-9a-f]{8}|[0-9a-f]{16}) - (?:OPEN|CLOSE|\*{3} BAD REFERENCE \*{3})$/],
  ["i", /^Thread ID = 0x([0-9a-f]{8}){1,2}, Process ID = 0x([0-9a-f]{8}){1,2}$/],
  ["f", /^0x(?:[0-9a-f]{8}){1,2}: (?:[^ !+]+(?:![^+]+)?)?\+0x(?:[0-9a-f]{8}){1,2}$/],
  ["H", /^Handle 0x(?:0|[1-9A-F][0-9A-F]*) - (?:OPEN|CLOSE|BAD REFERENCE):$/],
  ["F", /^0x(?:[0-9A-F]{8}){1,2}: (?:[^ !+]+(?:![^+]+)?)?\+0x(?:0|[1-9A-F][0-9A-F]*)$/],
  ["R", /^Process 0x[0-9A-F]+$/],
  ["O", /^ObjectTable 0x[0-9A-F]+$/],
  ["p", /^Parsed 0x(?:0|[1-9A-F][0-9A-F]*) stack traces\.$/],
  ["d", /^Dumped 0x(?:0|[1-9A-F][0-9A-F]*) stack traces\.$/],
  ["e", /^Handle tracing enabled\.$/],
  ["z", /^Handle tracing disabled\.$/],
  ["t", /^Handle tracing information snapshot successfully taken\.$/],
  ["n", /^0x(?:0|[1-9a-f][0-9a-f]*) new stack traces since the previous snapshot\.$/],
  ["g", /^Ignoring handles that were already closed\.\.\.$/],
  ["o", /^Outstanding handles opened since the previous snapshot:$/],
  ["x", /^No outstanding handles opened since the previous snapshot were detected\.$/],
  ["l", /^The difference between the two snapshots is too large\.$/],
  ["L", /^Please start over with "!htrace -snapshot" then "!htrace -diff"\.$/],
  [
    "D",
    /^Displayed 0x(?:0|[1-9a-f][0-9a-f]*) stack traces for outstanding handles opened since the previous snapshot\.$/,
  ],
  ["?", /^!htrace (?:\[|-).*[^ ]$/],
  ["b", /^$/],
];

const EDITS: typeof LINES = [
  ["~", /^\.\.\.$/],
  ["~", /^\*{24}$/],
];

/** What one command prints, as a sequence of lines. */
const ANSWERS: Readonly<Record<string, RegExp>> = {
  help: /^\?+b?$/,
  enable: /^etb?$/,
  snapshot: /^tb?$/,
  disable: /^zb?$/,
  diff: /^tng(?:o(?:s(?:hi(?:bf{0,16}|~)|~))+sD|x)b?$/,
  "diff too large": /^tlL$/,
  listing: /^(?:shibf{0,16})*bspd$/,
  "kernel listing": /^ROb(?:sHF{0,16})*bspd$/,
};

/** The answer to one command. */
export interface ParsedAnswer {
  /** Its kind. */
  readonly kind: string;
  /** Its lines, edits and a final blank line left out. */
  readonly lines: readonly string[];
  /** Its entries with at least a heading and ids; none was left out when the text is not edited. */
  readonly traces: readonly TestTrace[];
}

/** Parses the answer to one `!htrace` command; throws with the first line that fits nothing. */
export function parseAnswer(text: string, { edited = false } = {}): ParsedAnswer {
  const known = edited ? [...LINES, ...EDITS] : LINES;
  const unwrapped = edited
    ? text.replace("the previous \nsnapshot.", "the previous snapshot.")
    : text;
  const lines = unwrapped.replace(/\n$/, "").split("\n");
  const letters = lines.map((line) => {
    const letter = known.find(([, form]) => form.test(line))?.[0];
    if (letter === undefined) throw new SyntaxError(`not a line of !htrace: "${line}"`);
    return letter;
  });
  const order = letters.join("");
  const kind = Object.keys(ANSWERS).find((name) => ANSWERS[name]?.test(order));
  if (kind === undefined) throw new SyntaxError(`not an order of lines: ${order}`);
  const kept = withoutEdits(lines, letters);
  return { kind, lines: kept, traces: readTraces(kept) };
}

/** The answers to the `!htrace` commands of a session, in order; other commands' output is skipped. */
export function parseSession(
  text: string,
  options: { edited?: boolean } = {},
): (ParsedAnswer & { readonly command: string })[] {
  const parts = text.split(/^\d+:\d{3}> (.*)\n/m).slice(1);
  const answers: (ParsedAnswer & { command: string })[] = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const command = parts[index] ?? "";
    if (!command.startsWith("!htrace")) continue;
    answers.push({ command, ...parseAnswer(parts[index + 1] ?? "", options) });
  }
  return answers;
}

/** A line with its digits masked: padded numbers keep their widths, others do not. */
export function shapeOf(line: string): string {
  const anonymous = line.replace(
    /0x[0-9a-fA-F]+/g,
    (number) => /^0x(?:[0-9a-fA-F]{8}){1,2}$/.test(number) ? "#".repeat(number.length - 2) : "#",
  );
  return anonymous.replace(/: .*\+/, (name) => name === ": +" ? name : ": name+");
}

function withoutEdits(lines: readonly string[], letters: readonly string[]): string[] {
  // "..." below the ids stands for the blank line and the frames.
  const restored = lines.map((line, index) =>
    letters[index] === "~" && letters[index - 1] === "i" ? "" : line
  );
  return restored.filter((line, index) => {
    if (letters[index] === "~") return line === "";
    // An omitted entry takes its separator with it; so does the blank line before the next prompt.
    if (letters[index] === "s" && letters[index + 1] === "~") return false;
    return !(letters[index] === "b" && index === lines.length - 1);
  });
}

function readTraces(lines: readonly string[]): TestTrace[] {
  const traces: (TestTrace & { frames: Frame[] })[] = [];
  lines.forEach((line, index) => {
    const heading = /^Handle (?:= )?0x([0-9a-fA-F]+) - (.*?):?$/.exec(line);
    const frame = /^0x([0-9a-fA-F]+): (?:([^!+]+)(?:!([^+]+))?)?\+0x([0-9a-fA-F]+)$/.exec(line);
    if (heading) {
      const ids = /^Thread ID = (\w+), Process ID = (\w+)$/.exec(lines[index + 1] ?? "");
      traces.push({
        handle: parseInt(heading[1] ?? "", 16),
        type: typeOf(heading[2] ?? ""),
        ...(ids ? { threadId: Number(ids[1]), processId: Number(ids[2]) } : {}),
        frames: [],
      });
    } else if (frame) {
      const [, address, module, symbol, displacement] = frame;
      traces.at(-1)?.frames.push({
        address: BigInt(`0x${address}`),
        ...(module === undefined
          ? {}
          : { module: { name: module }, displacement: parseInt(displacement ?? "", 16) }),
        ...(symbol === undefined ? {} : { symbol }),
      });
    }
  });
  return traces;
}

function typeOf(label: string): TraceType {
  if (label.includes("BAD REFERENCE")) return "badref";
  return label === "OPEN" ? "open" : "close";
}
