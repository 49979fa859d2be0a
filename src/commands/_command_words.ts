/**
 * Words of the command that a report proposes next: the target and what chose its process, as the user typed them.
 *
 * @module
 */
import type { AnalysisFlags } from "./_analysis_flags.ts";

/** A word as a command line has it; blanks and what shells read into a name need quotes. */
export function shellWord(word: string): string {
  return /^[\w.,:@%+=\\/-]+$/.test(word) ? word : `"${word}"`;
}

/** The flags without which another command would examine something else, or find fewer names. */
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
