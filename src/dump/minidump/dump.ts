/**
 * A minidump as header and stream directory; the streams are read by the files beside this one.
 *
 * @module
 */
import type { ByteSource } from "../../byte_source.ts";
import { DumpFile } from "../dump_file.ts";
import { DIRECTORY, HEADER, LIMITS, SIGNATURE, STREAM, VERSION } from "./format.ts";
import { StringTable } from "./_strings.ts";
import { readSystemInfo, type SystemInfo } from "./system.ts";

/** Where a stream lies in the file. */
export interface StreamLocation {
  /** MINIDUMP_STREAM_TYPE; above 0xffff the writer's own. */
  readonly type: number;
  /** Byte offset in the file. */
  readonly offset: number;
  /** Length in bytes, as the directory has it; the file can end earlier. */
  readonly size: number;
}

/** An open minidump: what its header says, where its streams are, and what system it is of. */
export interface Minidump {
  /** The file. */
  readonly file: DumpFile;
  /** Its strings. */
  readonly strings: StringTable;
  /** Version of the format, 0xa793. */
  readonly version: number;
  /** MINIDUMP_TYPE bits, as the writer set them. */
  readonly flags: bigint;
  /** When it was written, in seconds since 1970; 0 where the writer did not say. */
  readonly timestamp: number;
  /** The system that the process ran on. */
  readonly system: SystemInfo;
  /** All slots of the directory, unused ones (type 0) included. */
  readonly streams: readonly StreamLocation[];
}

/** Whether these first bytes of a file are a minidump's. */
export function isMinidump(head: Uint8Array): boolean {
  return head.length >= 4 &&
    new DataView(head.buffer, head.byteOffset).getUint32(0, true) === SIGNATURE;
}

/**
 * Reads header, directory and system information.
 *
 * @throws {FormatError} for a file that is not a minidump, that ends inside them, or is not of a Windows process.
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
 * The stream of a type, or undefined. Of several, dbghelp takes the first; an empty slot of that type, which some
 * writers reserve and leave, is none.
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
