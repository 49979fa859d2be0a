/**
 * The table of reports: every output format by the name that users say.
 *
 * @module
 */
import type { Report } from "../analysis.ts";
import { renderClassic } from "./classic.ts";
import { renderGroups } from "./groups.ts";
import { renderJson } from "./json.ts";

/** All reports by name. */
export const REPORTS = {
  classic: renderClassic,
  groups: renderGroups,
  json: renderJson,
} as const satisfies Readonly<Record<string, Report>>;
