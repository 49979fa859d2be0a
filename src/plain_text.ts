/**
 * Words and numbers for people: decimals with thousands separators, lists, places in sources.
 *
 * @module
 */
import type { Misuse, NamedStack, TraceGroup } from "./analysis.ts";
import { type Frame, frameName } from "./frame.ts";
import { VERIFIER_STOP_CODES } from "./verifier_stop_codes.ts";

/** A count as people read it: `1,310`. */
export function thousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A change with its sign: `+1,310`, `-8`, `±0`. */
export function signed(change: number): string {
  if (change === 0) return "±0";
  return `${change > 0 ? "+" : "-"}${thousands(Math.abs(change))}`;
}

/** A count with its noun: `1 handle`, `1,310 handles`. */
export function counted(count: number, noun: string): string {
  return `${thousands(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** The object types of a group's open handles, most frequent first: `11 Event, 2 File`. */
export function typeList({ objectTypes }: Pick<TraceGroup, "objectTypes">): string {
  return [...objectTypes]
    .sort(([, a], [, b]) => b - a)
    .map(([type, count]) => `${thousands(count)} ${type}`)
    .join(", ");
}

/** The object types of a group's open handles, most frequent first: `Event, File`. */
export function typeNames({ objectTypes }: Pick<TraceGroup, "objectTypes">): string {
  return [...objectTypes].sort(([, a], [, b]) => b - a).map(([type]) => type).join(", ");
}

/** `Event handles` if all of a number have one type, otherwise `handles`. */
export function handlesOfType(
  { objectTypes, outstanding }: Pick<TraceGroup, "objectTypes" | "outstanding">,
): string {
  const [only] = objectTypes;
  const noun = outstanding === 1 ? "handle" : "handles";
  return only !== undefined && only[1] === outstanding ? `${only[0]} ${noun}` : noun;
}

/** A misuse by its handle and kind: `Handle 0x1f0, double close`, with the verifier's stop if it reported one. */
export function misuseTitle(
  { handle, verdict, code }: Pick<Misuse, "handle" | "verdict" | "code">,
): string {
  const words = code === undefined ? undefined : VERIFIER_STOP_CODES.get(code)?.words;
  const what = [
    ...(verdict !== "unknown" ? [verdict] : code === undefined ? ["bad reference"] : []),
    ...(code === undefined
      ? []
      : [`verifier stop 0x${code.toString(16)}${words === undefined ? "" : ` (${words})`}`]),
  ].join(", ");
  return `${handle === undefined ? "A handle" : `Handle 0x${handle.toString(16)}`}, ${what}`;
}

/** A frame as people name it: `module!symbol`, `module+0x1234` without a symbol, the address outside all modules. */
export function frameTitle(frame: Frame): string {
  const { module, symbol, displacement, address } = frame;
  const name = frameName(frame) ?? `0x${address.toString(16)}`;
  return module === undefined || symbol !== undefined || displacement === undefined
    ? name
    : `${name}+0x${displacement.toString(16)}`;
}

/** A frame by name and place: `orders!Session::Begin (session.cpp:88)`. */
export function framePlace(frame: Frame): string {
  const { file, line } = frame;
  const name = frameTitle(frame);
  return file === undefined ? name : `${name} (${fileName(file)}:${line ?? 0})`;
}

/** Modules through which programs reach the system: their caller is worth naming. */
const CALLED_BY_ALL = /^(?:ntdll|kernel32|kernelbase|wow64\w*|verifier|vfbasics|vrfcore)$/i;

/**
 * What a stack is attributed to: its suspect, otherwise the system code that called; a stack without frames is unknown.
 */
export function stackPlace(stack: Pick<NamedStack, "frames" | "suspect"> | undefined): string {
  const { suspect, frames = [] } = stack ?? {};
  if (suspect !== undefined) return framePlace(suspect.frame);
  const caller = frames.find(({ module }) => !CALLED_BY_ALL.test(module?.name ?? "")) ?? frames[0];
  return caller === undefined ? "an unknown stack" : `${framePlace(caller)} [no own frame]`;
}

/** The last part of a Windows or Unix path. */
export function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/")) + 1);
}
