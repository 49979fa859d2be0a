/**
 * Which process a minidump is of: MiscInfo (15), and what its writer was told to say of it (10, 11).
 *
 * @module
 */
import { decodeStructure } from "../structure_table.ts";
import { findStream, type Minidump } from "./dump.ts";
import { LIMITS, MISC_FLAG, MISC_INFO, STREAM } from "./format.ts";
import { decodeAnsi, decodeUtf16 } from "./_strings.ts";

/** The process. */
export interface MiscInfo {
  /** Bytes that the writer's version of the structure has. */
  readonly size: number;
  /** Which of its fields are filled in. */
  readonly flags: number;
  /** The process's id, where the writer says it. */
  readonly processId?: number;
  /** When it was started, in seconds since 1970, where the writer says it. */
  readonly createTime?: number;
}

/** Reads MiscInfo; undefined where the dump has no whole one. */
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

/** The comments that the writer was given, as text: first the ANSI one, then the wide one. */
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
