/**
 * A target's other contents: open handles, processes, modules with their symbols.
 *
 * @module
 */
import { escapeText } from "../../escape_text.ts";
import { countHandles } from "../../handle_counts.ts";
import { groupHandles, handlesOf, listProcesses, searchSymbols } from "../../library/mod.ts";
import type { ModuleSearch } from "../../library/mod.ts";
import { firstOf, jsonText, type PlainObject, rowsOf } from "../answer_text.ts";
import { PAGE } from "../filter.ts";
import { type Tool, tool } from "../tool.ts";
import { hex } from "../views.ts";
import { TARGET, TEXT } from "./_inputs.ts";

/** Locations that were searched in vain for a module's symbols. */
const PLACES = 6;

/** The tools. */
export const LIST_TOOLS: readonly Tool[] = [
  tool({
    name: "handles",
    title: "Open handles",
    description: "Counts the open handles of a target by type and, where they have one, by name, " +
      "the most first. Works without traces, too: which type and name there is most of often tells " +
      "where to look.",
    input: { target: TARGET, ...PAGE },
  }, async (targets, { target, ...page }) => {
    const { session } = targets.get(target);
    const handles = await handlesOf(session.target, session.process);
    const counts = await session.target.handleCounts?.(session.process) ?? countHandles(handles);
    const { total, rows, leftOut } = rowsOf(groupHandles(counts), page, (group) => ({ ...group }));
    return jsonText({ openHandles: counts.total, total, groups: rows, leftOut });
  }),
  tool({
    name: "processes",
    title: "Processes",
    description: "Lists the processes of a target that has several (kernel dump), or without a " +
      "target those of this machine (Windows), the most open handles first.",
    input: { target: TARGET.optional(), ...PAGE },
  }, async (targets, { target, ...page }) => {
    const opened = target === undefined ? undefined : targets.get(target);
    const list = await listProcesses(opened?.session.target);
    const { total, rows, leftOut } = rowsOf(list, page, (entry) => ({
      processId: entry.processId,
      process: entry.process === undefined ? undefined : hex(entry.process),
      imageName: entry.imageName,
      handleCount: entry.handleCount,
      traced: entry.traced,
      startTime: entry.startTime?.toISOString(),
      endTime: entry.endTime?.toISOString(),
    }));
    return jsonText({ total, processes: rows, leftOut });
  }),
  tool({
    name: "symbols",
    title: "Modules and their symbols",
    description: "Lists the modules of a target with the symbols that were found for each, and " +
      "where no PDB was found, the places that were searched with the reason. Asked for frames " +
      "without names.",
    input: {
      target: TARGET,
      module: TEXT.optional().describe("Only modules whose name has this in it"),
      ...PAGE,
    },
  }, async (targets, { target, module = "", ...page }) => {
    const { session, symbols } = targets.get(target);
    const found = [];
    for await (const search of searchSymbols(session.target, symbols, session.process)) {
      if (search.module.name.toLowerCase().includes(module.toLowerCase())) found.push(search);
    }
    const { total, rows, leftOut } = rowsOf(found, page, symbolsView);
    return jsonText({ total, modules: rows, leftOut });
  }),
];

function symbolsView({ module, status, origin, notes, missing }: ModuleSearch): PlainObject {
  const places = [...notes, ...missing.map((place) => `${place}: not there`)].map(escapeText);
  const isFound = status.kind === "pdb";
  return {
    name: module.name,
    base: hex(module.base),
    path: module.path,
    kind: status.kind,
    file: status.file,
    origin,
    searched: isFound || places.length === 0 ? undefined : firstOf(places, PLACES),
  };
}
