/**
 * The process of a minidump: MiscInfo (15), and the comments that its writer was given (10, 11).
 *
 * @module
 */
import { decodeStructure } from "../structure_table.ts";
import { findStream, type Minidump } from "./dump.ts";
import { LIMITS, MISC_FLAG, MISC_INFO, STREAM } from "./format.ts";
import { decodeAnsi, decodeUtf16 } from "./_strings.ts";

/** Facts about the process. */
export interface MiscInfo {
  /** Size in bytes of the writer's version of the structure. */
  readonly size: number;
  /** Which of its fields are filled in. */
  readonly flags: number;
  /** The process's id, if the writer stored it. */
  readonly processId?: number;
  /** When it was started, in seconds since 1970, if the writer stored it. */
  readonly createTime?: number;
}

/** Reads MiscInfo; undefined if the dump has no complete one. */
export function readMiscInfo(dump: Minidump): MiscInfo | undefined {
  const stream = findStream(dump, STREAM.miscInfo);
  const bytes = stream && dump.file.read(stream.offset, Math.min(stream.size, MISC_INFO.size));
  if (bytes === undefined || bytes.length < MISC_INFO.size) return undefined;
  const info = decodeStructure(MISC_INFO, bytes);
  const hasTimes = (info.Flags1 & MISC_FLAG.processTimes) !== 0 && info.ProcessCreateTime !== 0;
  return {
    size: info.SizeOfInfo,
    flags: info.Flags1,
    ...((info.Flags1 & MISC_FLAG.processId) !== 0 && { processId: info.ProcessId }),
    ...(hasTimes && { createTime: info.ProcessCreateTime }),
  };
}

/** The comments that the writer was given: first the ANSI one, then the wide one. */
export function readComments(dump: Minidump): string[] {
  const comments: string[] = [];
  for (const type of [STREAM.commentA, STREAM.commentW]) {
    const stream = findStream(dump, type);
    if (stream === undefined) continue;
    const bytes = dump.file.read(stream.offset, Math.min(stream.size, LIMITS.commentBytes));
    comments.push(type === STREAM.commentA ? decodeAnsi(bytes) : decodeUtf16(bytes));
  }
  return comments.filter((comment) => comment !== "");
}
