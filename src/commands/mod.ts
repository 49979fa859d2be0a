/**
 * The table of verbs.
 *
 * @module
 */
import type { Command } from "@stricli/core";
import type { CliContext } from "./_context.ts";
import { debug } from "./debug.ts";
import { example } from "./example.ts";
import { symbolize } from "./symbolize.ts";
import { symbols } from "./symbols.ts";

/** All verbs by name, in the order of the help. */
export const VERBS: Readonly<Record<string, Command<CliContext>>> = {
  example,
  debug,
  symbols,
  symbolize,
};
