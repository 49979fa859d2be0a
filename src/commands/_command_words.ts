/**
 * Words of the next command that a report suggests: the target and what selected its process, as the user typed them.
 *
 * @module
 */
import type { AnalysisFlags } from "./_analysis_flags.ts";

/** A word as on a command line; blanks and characters that are special to shells need quotes. */
export function shellWord(word: string): string {
  return /^[\w.,:@%+=\\/-]+$/.test(word) ? word : `"${word}"`;
}

/** The flags without which a further command would examine something else, or find fewer names. */
export function targetOptions(
  { process, answer, symbols, offline }: AnalysisFlags,
): readonly string[] {
  return [
    ...(process === undefined ? [] : ["--process", shellWord(process)]),
    ...(answer === undefined ? [] : ["--answer", String(answer)]),
    ...(symbols === undefined ? [] : ["--symbols", shellWord(symbols)]),
    ...(offline ? ["--offline"] : []),
  ];
}
