/**
 * The table of reports: every output format by the name that users type.
 *
 * @module
 */
import type { Report } from "../analysis.ts";
import { CLASSIC } from "./classic.ts";
import { CSV } from "./csv.ts";
import { FIREFOX } from "./firefox.ts";
import { FOLDED } from "./folded.ts";
import { GROUPS } from "./groups.ts";
import { HTML } from "./html.ts";
import { JSON_LINES, JSON_OBJECT } from "./json.ts";
import { JUNIT } from "./junit.ts";
import { PPROF } from "./pprof.ts";
import { SARIF } from "./sarif.ts";
import { SPEEDSCOPE } from "./speedscope.ts";
import { SUMMARY } from "./summary.ts";
import { TREE } from "./tree.ts";

export { readText } from "./_read_text.ts";

/** All reports by name, in the order of the help. */
export const REPORTS = {
  summary: SUMMARY,
  classic: CLASSIC,
  groups: GROUPS,
  tree: TREE,
  json: JSON_OBJECT,
  jsonl: JSON_LINES,
  csv: CSV,
  folded: FOLDED,
  speedscope: SPEEDSCOPE,
  firefox: FIREFOX,
  pprof: PPROF,
  html: HTML,
  sarif: SARIF,
  junit: JUNIT,
} as const satisfies Readonly<Record<string, Report>>;

/** All reports, for looking one up. */
export const REPORT_TABLE: readonly Report[] = Object.values(REPORTS);
