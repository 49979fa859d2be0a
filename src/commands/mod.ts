/**
 * The table of verbs.
 *
 * @module
 */
import type { Command } from "@stricli/core";
import type { CliContext } from "./_context.ts";
import { completions } from "./completions.ts";
import { convert } from "./convert.ts";
import { debug } from "./debug.ts";
import { diff } from "./diff.ts";
import { disable } from "./disable.ts";
import { enable } from "./enable.ts";
import { example } from "./example.ts";
import { mcp } from "./mcp.ts";
import { processes } from "./processes.ts";
import { record } from "./record.ts";
import { report } from "./report.ts";
import { run } from "./run.ts";
import { selftest } from "./selftest.ts";
import { show } from "./show.ts";
import { snapshot } from "./snapshot.ts";
import { symbolize } from "./symbolize.ts";
import { symbols } from "./symbols.ts";

/** All verbs by name, in the order of the help. */
export const VERBS: Readonly<Record<string, Command<CliContext>>> = {
  example,
  report,
  debug,
  enable,
  snapshot,
  diff,
  show,
  disable,
  record,
  convert,
  run,
  processes,
  symbols,
  symbolize,
  selftest,
  mcp,
  completions,
};
