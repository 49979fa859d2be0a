/**
 * Arguments and flags that several verbs take.
 *
 * @module
 */
import { SCENARIOS, usageOf } from "../machine/scenarios.ts";

export { parseAddress, parseHandle } from "../library/filter_words.ts";

/** The target, the first argument of most verbs. */
export const TARGET = {
  parse: String,
  placeholder: "target",
  brief: "What to examine",
  proposeCompletions: proposeTargets,
} as const;

/** An earlier recording to compare with. */
export const SNAPSHOT = {
  parse: String,
  placeholder: "snapshot",
  brief: 'What "htrace snapshot" saved of the same target',
  optional: true,
} as const;

/** The file that a verb writes. */
export const OUTPUT = {
  kind: "parsed",
  parse: String,
  placeholder: "file.htrace",
  brief: "File to write; an old one is replaced once the new one is complete",
} as const;

/** The capacity of the ring. */
export const SLOTS = {
  kind: "parsed",
  parse: parseCount,
  optional: true,
  placeholder: "n",
  brief: "Traces that the ring holds: 128 to 131072, rounded up to a power of two; otherwise 4096",
} as const;

/** A flag that is given or not, and that no `--no-…` negates. */
interface Toggle {
  readonly kind: "boolean";
  readonly optional: true;
  readonly withNegated: false;
  readonly brief: string;
}

/** Makes such a flag; `brief` is its line in the help. */
export function toggle(brief: string): Toggle {
  return { kind: "boolean", optional: true, withNegated: false, brief };
}

/** A count: decimal, or hexadecimal with `0x`. */
export function parseCount(text: string): number {
  if (!/^(?:\d+|0x[\da-f]+)$/i.test(text)) {
    throw new SyntaxError(`"${text}" is not a number: give digits, or 0x and hexadecimal digits`);
  }
  if (Number(text) > 0xffff_ffff) {
    throw new SyntaxError(`"${text}" is too large: give a number below 4294967296`);
  }
  return Number(text);
}

/** The targets that have their own word; a shell completes files itself. */
const NAMED_TARGETS = ["emulated", "emulated:2003", "emulated:kernel"];

/** Whether a target is a program on the emulated machine. */
export function isEmulated(target: string): boolean {
  return NAMED_TARGETS.includes(target);
}

/** How verbs that read a target treat the emulated machine. */
export const EMULATED_HELP: string =
  `An emulated machine first runs its program under tracing; the program's arguments follow "--".`;

/** The scenarios of the emulated machine's program, for the help of verbs that run it. */
export const SCENARIO_HELP: string = `Scenarios of the emulated machine, after "--":
${SCENARIOS.map((scenario) => `  ${usageOf(scenario).padEnd(13)} ${scenario.brief}`).join("\n")}`;

async function proposeTargets(partial: string): Promise<readonly string[]> {
  const names = [...NAMED_TARGETS, ...(partial === "" ? [] : await imageNames())];
  return names.filter((name) => name.toLowerCase().startsWith(partial.toLowerCase()));
}

async function imageNames(): Promise<Iterable<string>> {
  if (Deno.build.os !== "windows") return [];
  const { listProcesses } = await import("../library/mod.ts");
  return new Set((await listProcesses()).map(({ imageName }) => imageName));
}

/** `--process`: which process of a target that has several. */
export const PROCESS = {
  kind: "parsed",
  parse: String,
  optional: true,
  placeholder: "process",
  brief: "A process other than the current one: its id, its name or, with 0x, its EPROCESS",
} as const;
