/**
 * A minidump's header and stream directory; the other files of this folder read the streams.
 *
 * @module
 */
import type { ByteSource } from "../../byte_source.ts";
import { DumpFile } from "../dump_file.ts";
import { DIRECTORY, HEADER, LIMITS, SIGNATURE, STREAM, VERSION } from "./format.ts";
import { StringTable } from "./_strings.ts";
import { readSystemInfo, type SystemInfo } from "./system.ts";

/** Where a stream is in the file. */
export interface StreamLocation {
  /** MINIDUMP_STREAM_TYPE; types above 0xffff are the writer's own. */
  readonly type: number;
  /** Byte offset in the file. */
  readonly offset: number;
  /** Length in bytes according to the directory; the file can end earlier. */
  readonly size: number;
}

/** An open minidump: its header, its streams, and its system. */
export interface Minidump {
  /** The file. */
  readonly file: DumpFile;
  /** Its strings. */
  readonly strings: StringTable;
  /** Version of the format, 0xa793. */
  readonly version: number;
  /** MINIDUMP_TYPE bits, as the writer set them. */
  readonly flags: bigint;
  /** When it was written, in seconds since 1970; 0 if the writer did not say. */
  readonly timestamp: number;
  /** The system that the process ran on. */
  readonly system: SystemInfo;
  /** All slots of the directory, including unused ones (type 0). */
  readonly streams: readonly StreamLocation[];
}

/** Whether a file that begins with these bytes is a minidump. */
export function isMinidump(head: Uint8Array): boolean {
  return head.length >= 4 &&
    new DataView(head.buffer, head.byteOffset).getUint32(0, true) === SIGNATURE;
}

/**
 * Reads header, directory and system information.
 *
 * @throws {FormatError} if the file is not a minidump, ends inside these parts, or is not of a Windows process.
 */
export function openMinidump(source: ByteSource): Minidump {
  const file = new DumpFile(source);
  const header = file.structure(HEADER, 0, "header");
  const version = header.Version & 0xffff;
  if (header.Signature !== SIGNATURE || version !== VERSION) {
    throw file.error("it does not begin as a minidump does", {
      offset: 0,
      advice: "name a minidump",
    });
  }
  const strings = new StringTable(file);
  const streams = readDirectory(file, header.StreamDirectoryRva, header.NumberOfStreams);
  return {
    file,
    strings,
    version,
    flags: header.Flags,
    timestamp: header.TimeDateStamp,
    system: readSystemInfo(file, strings, findStream({ streams }, STREAM.systemInfo)),
    streams,
  };
}

/**
 * The stream of a type, or undefined. If there are several, the first is returned, as in dbghelp. Empty slots, which
 * some writers reserve and leave unused, do not count.
 */
export function findStream(
  { streams }: Pick<Minidump, "streams">,
  type: number,
): StreamLocation | undefined {
  return streams.find((stream) => stream.type === type && stream.size > 0);
}

function readDirectory(file: DumpFile, offset: number, count: number): StreamLocation[] {
  if (count > LIMITS.streams) {
    throw file.error(`it claims to have ${count} streams; no writer makes more than a few dozen`);
  }
  file.bytes(offset, count * DIRECTORY.size, "stream directory");
  return Array.from({ length: count }, (_, index) => {
    const { StreamType, Rva, DataSize } = file.structure(
      DIRECTORY,
      offset + index * DIRECTORY.size,
    );
    return { type: StreamType, offset: Rva, size: DataSize };
  });
}
