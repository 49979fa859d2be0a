/**
 * From the words of a command line to a session: opens the target and says where its symbols come from.
 *
 * Verbs import this file when they run, not when they are listed, because it brings in every kind of target.
 *
 * @module
 */
import { Session } from "../session.ts";
import { symbolSource, type SymbolSourceOptions } from "../symbol_path/mod.ts";
import { openTarget, type TargetOptions } from "../targets/mod.ts";

/**
 * Opens a target by its form or content; `args` are for a target that takes arguments, `options` for one that can be
 * traced.
 */
export async function openSession(
  spec: string,
  args: readonly string[] = [],
  symbols: SymbolSourceOptions = {},
  options: Omit<TargetOptions, "args"> = {},
): Promise<Session> {
  const source = symbolSource(symbols);
  return new Session(await openTarget(spec, { ...options, args }), source);
}
