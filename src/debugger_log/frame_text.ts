/**
 * Reads a frame as `!htrace` prints it: `0x00007ff8f7bb4224: ntdll!NtCreateEvent+0x0000000000000014`
 * (output reference, "User mode" and "Kernel mode").
 *
 * Names can contain blanks, commas, `+`, `<`, `'` and backticks; `!` occurs only after the module. User mode pads the
 * displacement to the width of the address, kernel mode does not. Text after the displacement and a blank is a remark
 * by the person who pasted the text.
 *
 * @module
 */
import { hexNumber } from "../handle_list/hex_number.ts";
import type { LogFrame } from "./frame_table.ts";

/** An address with its colon; it can have the debugger's backtick and a blank before the colon. */
export const FRAME_START = /^0x([0-9A-Fa-f][0-9A-Fa-f`]{7,16})\s?:(?=\s|$)/;

/** How complete a displacement is. */
export type DisplacementState =
  /** As many digits as the address has. */
  | "padded"
  /** Fewer digits: complete in kernel mode, perhaps cut in user mode. */
  | "unpadded"
  /** None. */
  | "missing";

/** A frame read from a text. */
export interface FrameText {
  /** The frame. */
  readonly frame: LogFrame;
  /** Number of digits of the address, without a backtick. */
  readonly addressDigits: number;
  /** How complete the displacement is. */
  readonly displacement: DisplacementState;
  /** Whether the displacement begins with a zero, as only one with all digits does. */
  readonly hasLeadingZero: boolean;
}

/** Reads a frame that begins with its address; undefined if the text does not. */
export function readFrame(text: string): FrameText | undefined {
  const start = FRAME_START.exec(text);
  if (start === null) return undefined;
  const digits = (start[1] ?? "").replaceAll("`", "");
  const address = hexNumber(digits);
  const body = text.slice(start[0].length).trim();
  const found = findDisplacement(body, digits.length);
  if (found === undefined) {
    const frame = { address, ...namesOf(withoutCutDisplacement(body)), isCut: true } as const;
    return { frame, addressDigits: digits.length, displacement: "missing", hasLeadingZero: false };
  }
  const value = Number(`0x${found.digits}`);
  return {
    frame: {
      address,
      ...namesOf(body.slice(0, found.index).trimEnd()),
      ...(Number.isSafeInteger(value) ? { displacement: value } : {}),
    },
    addressDigits: digits.length,
    displacement: found.digits.length === digits.length ? "padded" : "unpadded",
    hasLeadingZero: /^0/.test(found.digits),
  };
}

/**
 * Reads `module!symbol` or a module alone, with a displacement that can lack `0x`, as `k` and the verifier print it.
 */
export function readNamedFrame(text: string): LogFrame | undefined {
  const name = /^([^\s!]+)!(.*?)(?:\+(?:0x)?([0-9A-Fa-f]+))?$/.exec(text) ??
    /^([^\s!+]+)()\+(?:0x)?([0-9A-Fa-f]+)$/.exec(text);
  if (name === null) return undefined;
  const [, module = "", symbol = "", displacement] = name;
  return {
    module,
    ...(symbol === "" ? {} : { symbol }),
    ...(displacement === undefined ? {} : { displacement: Number(`0x${displacement}`) }),
  };
}

/**
 * The displacement: the first number after a `+` with all digits of an address, otherwise the first before a blank or
 * the end, otherwise the last one. A remark can also contain such numbers, but comes later.
 */
function findDisplacement(
  body: string,
  addressDigits: number,
): { readonly index: number; readonly digits: string } | undefined {
  let loose: { index: number; digits: string; ends: boolean } | undefined;
  for (const match of body.matchAll(/\+\s?0x([0-9A-Fa-f`]+)(?!\w)/g)) {
    const digits = (match[1] ?? "").replaceAll("`", "");
    if (digits === "") continue;
    if (digits.length === addressDigits) return { index: match.index, digits };
    const ends = /^(\s|$)/.test(body.slice(match.index + match[0].length));
    if (!loose?.ends) loose = { index: match.index, digits, ends };
  }
  return loose;
}

function namesOf(name: string): Pick<LogFrame, "module" | "symbol"> {
  const mark = name.indexOf("!");
  const module = (mark < 0 ? name : name.slice(0, mark)).trim();
  const symbol = mark < 0 ? "" : name.slice(mark + 1).trim();
  return { ...(module === "" ? {} : { module }), ...(symbol === "" ? {} : { symbol }) };
}

function withoutCutDisplacement(body: string): string {
  return body.replace(/\s?\+\s?(0x?)?$/, "").trimEnd();
}
