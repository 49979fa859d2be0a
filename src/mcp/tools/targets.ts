/**
 * Opens and closes targets, and takes snapshots of them.
 *
 * @module
 */
import * as z from "../sdk/sdk.js";
import type { Answer } from "../../answer.ts";
import { UsageError } from "../../error.ts";
import { identityOf } from "../../target.ts";
import type { TraceLog } from "../../trace_log.ts";
import { firstOf, jsonText, type PlainObject } from "../answer_text.ts";
import type { ExaminedTarget } from "../examined_target.ts";
import { LIMITS } from "../limits.ts";
import type { OpenTargets } from "../open_targets.ts";
import { type Tool, tool } from "../tool.ts";
import { TARGET, TEXT } from "./_inputs.ts";

/** Names of types as the log numbers them. */
const TYPE_CODES = { opens: 1, closes: 2, badReferences: 3 } as const;

/** The tools. */
export const TARGET_TOOLS: readonly Tool[] = [
  tool({
    name: "open_target",
    title: "Open a target",
    description: "Opens what is to be examined and says what is in it: a file (recording " +
      "*.htrace, recorder log *.hrec, minidump or kernel dump, text with output of !htrace or " +
      "!handle, list of handle.exe), a live process on Windows (its id or image name; tracing must " +
      "have been enabled before), or the emulated machine (emulated, emulated:2003, " +
      "emulated:kernel), which runs badhandle with the given arguments, such as leak 3. Nothing " +
      "of a target is changed.",
    input: {
      target: TEXT.describe("A path, a process, or emulated"),
      arguments: z.array(z.string().max(LIMITS.argument)).max(LIMITS.notes).optional()
        .describe("Arguments of the emulated machine's program"),
      process: TEXT.optional()
        .describe("Which process of a target that has several: id, image name, or 0x… EPROCESS"),
      answer: z.number().int().min(1).optional()
        .describe("Which output of !htrace of a text, from 1; otherwise the last with entries"),
      symbols: TEXT.optional()
        .describe("Symbol path: folders with PDBs, separated by semicolons, or srv*folder"),
    },
  }, async (targets, { target, arguments: args, process, answer, symbols }) => {
    const opened = await targets.open(target, {
      ...(args && { args }),
      process,
      answer,
      ...(symbols !== undefined && { symbolPath: symbols }),
    });
    return jsonText(await describe(opened, targets));
  }),
  tool({
    name: "close_target",
    title: "Close a target",
    description: "Lets go of an open target and its memory.",
    input: { target: TARGET },
  }, (targets, { target }) => {
    targets.close(target);
    return jsonText({ closed: target });
  }),
  tool({
    name: "take_snapshot",
    title: "Take a snapshot",
    description: "Keeps the traces that a live process has now, under a name, for a later " +
      "comparison by the tools' snapshot argument. Kept in the server's memory alone; the process " +
      "is only read.",
    input: { target: TARGET, name: TEXT.describe("Name of the snapshot") },
  }, async (targets, { target, name }) => {
    const { session } = targets.get(target);
    const kept = await session.snapshots();
    if (kept.size >= LIMITS.snapshots && !kept.has(name)) {
      throw new UsageError(
        `Cannot take the snapshot "${name}": ${target} has ${kept.size}, which is the most; ` +
          "take one of a name that there is, or open the target again",
      );
    }
    await session.snapshot(name);
    const taken = (await session.snapshots()).get(name);
    return jsonText({ snapshot: name, traces: taken?.count, readAt: taken?.readAt?.toISOString() });
  }),
];

/** The contents of a target. */
async function describe(opened: ExaminedTarget, { options }: OpenTargets): Promise<PlainObject> {
  const { id, session, session: { target } } = opened;
  const log = await opened.readTraces();
  const { processId, imageName, startTime } = await identityOf(target, session.process);
  const snapshots = Array.from(await session.snapshots(), ([name, { count, readAt }]) => ({
    name,
    traces: count,
    readAt: readAt?.toISOString(),
  }));
  const notes = [...await target.gaps?.(session.process) ?? [], ...target.limits ?? []];
  return {
    target: id,
    kind: target.kind,
    mode: target.mode,
    pointerSize: target.pointerSize,
    processId,
    imageName,
    startTime: startTime?.toISOString(),
    ...(typeof log === "string" ? { noTraces: log } : tracesView(log)),
    snapshots: snapshots.length === 0 ? undefined : snapshots.slice(-LIMITS.notes),
    answers: answersView(target.answers ?? []),
    hasSeveralProcesses: target.processes !== undefined || undefined,
    network: options.online
      ? "on: symbol servers of the symbol path are asked"
      : "off: no symbol server is asked; htrace mcp --online switches it on",
    notes: notes.length === 0 ? undefined : firstOf(notes),
  };
}

function tracesView({ count, type, incomplete, readAt, slots }: TraceLog): PlainObject {
  const countOf = (code: number): number =>
    type.reduce((sum, one) => sum + Number(one === code), 0);
  return {
    traces: count,
    ...Object.fromEntries(
      Object.entries(TYPE_CODES).map(([name, code]) => [name, countOf(code)]),
    ),
    slots,
    readAt: readAt?.toISOString(),
    incomplete,
  };
}

function answersView(answers: readonly Answer[]): readonly PlainObject[] | undefined {
  if (answers.length < 2) return undefined;
  return answers.slice(-LIMITS.notes).map(({ number, line, kind, entryCount, command }) => ({
    number,
    line,
    kind,
    entries: entryCount,
    command,
  }));
}
