/**
 * Keys of stacks: the same on every machine, after a rebuild and on another Windows.
 *
 * A key is made from the own frames' `module!symbol`. Only the built-in table of names decides what is own: neither
 * paths nor what the user says about modules changes a key. A stack without own frames is identified by all its named
 * frames, and one without any name by `module+rva` of all frames. Addresses, displacements and stack ids never count.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { StackKey } from "../analysis.ts";
import type { Frame } from "../frame.ts";
import { codeOwnerByName } from "../own_code.ts";

/** Hex digits of the SHA-256 that a key keeps: it takes 2^64 stacks before two may share one by chance. */
const HASH_DIGITS = 32;

/**
 * Makes the key of a stack, its frames innermost first. Neither they nor the text are kept: both are large where a stack
 * makes its frames when they are asked for.
 */
export function stackKeyOf(stack: { readonly frames: readonly Frame[] }): StackKey {
  let hash: string | undefined;
  return {
    get text(): string {
      return stackKeyText(stack.frames);
    },
    get hash(): string {
      return hash ??= createHash("sha256").update(this.text).digest("hex").slice(0, HASH_DIGITS);
    },
  };
}

/** The text of a key, outermost frame first. Different lists of frames never have the same text. */
export function stackKeyText(frames: readonly Frame[]): string {
  return keyFrames(frames).map((frame) => escapeKeyPart(frameKeyPart(frame))).reverse().join(";");
}

/** The parts of a key's text as they were before they were joined. */
export function keyTextParts(text: string): string[] {
  return text.split(";").map(unescapeKeyPart);
}

function keyFrames(frames: readonly Frame[]): readonly Frame[] {
  const inModules = frames.filter(({ module }) => module !== undefined);
  const own = inModules.filter(({ module }) => codeOwnerByName(module?.name ?? "") === "own");
  if (own.length > 0) return own;
  const named = inModules.filter(({ symbol }) => symbol !== undefined);
  return named.length > 0 ? named : inModules;
}

/** A frame in a module without symbols contributes its RVA, which only a rebuild changes. */
function frameKeyPart({ module, symbol, displacement = 0 }: Frame): string {
  const name = module?.name ?? "";
  return symbol === undefined ? `${name}+0x${displacement.toString(16)}` : `${name}!${symbol}`;
}

/**
 * Writes a part of a key so that it contains no separator, begins no comment and keeps its blanks in a text file: `;`,
 * `%`, controls, a `#` at the start and outer blanks become `%` and two hex digits.
 */
export function escapeKeyPart(part: string): string {
  // deno-lint-ignore no-control-regex
  return part.replace(/[;%\x00-\x1f\x7f\x85\u2028\u2029\ufeff]|^#|^ | $/g, percentEncoded);
}

function percentEncoded(character: string): string {
  return Array.from(
    new TextEncoder().encode(character),
    (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
  ).join("");
}

function unescapeKeyPart(part: string): string {
  return part.replace(/(?:%[0-9A-F]{2})+/g, (bytes) => decodeURIComponent(bytes));
}
