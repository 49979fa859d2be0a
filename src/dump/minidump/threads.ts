/**
 * Threads: ThreadList (3), ThreadInfoList (17), ThreadNames (24).
 *
 * @module
 */
import { findStream, type Minidump } from "./dump.ts";
import { LIMITS, LIST_HEADER, STREAM, THREAD, THREAD_INFO, THREAD_NAME } from "./format.ts";
import { countedList, incompleteOf, type Listing, readEntries, sizedList } from "./_entry_list.ts";

/** A thread. */
export interface DumpThread {
  /** Its id. */
  readonly threadId: number;
  /** Address of its TEB. */
  readonly teb: bigint;
  /** Lowest address of the part of the stack that the dump has. */
  readonly stackStart: bigint;
  /** Size of that part in bytes. */
  readonly stackSize: number;
  /** Byte offset of that part in the file. */
  readonly stackOffset: number;
  /** Size of its CONTEXT in bytes. */
  readonly contextSize: number;
  /** Byte offset of the CONTEXT in the file. */
  readonly contextOffset: number;
  /** Name that the program gave it, if any. */
  readonly name?: string;
  /** Address of its first function, if the dump has ThreadInfoList. */
  readonly startAddress?: bigint;
  /** When it was started, in units of 100 ns since 1601, if the dump has ThreadInfoList. */
  readonly createTime?: bigint;
}

/** Reads the threads; empty if the dump has none. */
export function readThreads(dump: Minidump): Listing<DumpThread> {
  const stream = findStream(dump, STREAM.threadList);
  if (stream === undefined) return { entries: [] };
  const names = readThreadNames(dump);
  const information = readThreadInformation(dump);
  const list = countedList(dump, stream, {
    what: "threads",
    size: THREAD.size,
    most: LIMITS.threads,
  });
  const entries: DumpThread[] = [];
  for (const thread of readEntries(dump, list, THREAD)) {
    const name = names.get(thread.ThreadId);
    const info = information.get(thread.ThreadId);
    entries.push({
      threadId: thread.ThreadId,
      teb: thread.Teb,
      stackStart: thread.StackStart,
      stackSize: thread.StackSize,
      stackOffset: thread.StackRva,
      contextSize: thread.ContextSize,
      contextOffset: thread.ContextRva,
      ...(name && { name }),
      ...info,
    });
  }
  return { entries, ...incompleteOf(list.incomplete) };
}

/** Names by thread id. */
function readThreadNames(dump: Minidump): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  const stream = findStream(dump, STREAM.threadNames);
  if (stream === undefined) return names;
  const list = countedList(dump, stream, {
    what: "thread names",
    size: THREAD_NAME.size,
    most: LIMITS.threads,
  });
  for (const { ThreadId, RvaOfThreadName } of readEntries(dump, list, THREAD_NAME)) {
    const name = dump.strings.at(Number(RvaOfThreadName));
    if (name) names.set(ThreadId, name);
  }
  return names;
}

/** The contents of ThreadInfoList by thread id. */
function readThreadInformation(
  dump: Minidump,
): ReadonlyMap<number, Pick<Required<DumpThread>, "startAddress" | "createTime">> {
  const information = new Map<number, { startAddress: bigint; createTime: bigint }>();
  const stream = findStream(dump, STREAM.threadInfoList);
  if (stream === undefined) return information;
  const list = sizedList(dump, stream, LIST_HEADER, {
    what: "thread information entries",
    size: THREAD_INFO.size,
    most: LIMITS.threads,
  });
  for (const info of readEntries(dump, list, THREAD_INFO)) {
    information.set(info.ThreadId, {
      startAddress: info.StartAddress,
      createTime: info.CreateTime,
    });
  }
  return information;
}
