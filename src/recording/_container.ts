/**
 * The container of a recording: magic, version, and the compressed content with its checksum.
 *
 * @module
 */
import { joinBytes } from "../byte_pieces.ts";
import { FormatError, HtraceError } from "../error.ts";
import { recordingError } from "./recording_error.ts";

/** The version that is written, and the only one that is read. */
export const RECORDING_VERSION = 2;

/**
 * First bytes of a recording: `htrace` between a byte that no text has and a line feed, to detect a transfer that
 * changed the file as text.
 */
const MAGIC = Uint8Array.of(0x89, 0x68, 0x74, 0x72, 0x61, 0x63, 0x65, 0x0a);

/** The header: byte offsets of its little-endian 32-bit numbers, and where the gzip stream begins. */
const HEADER = { version: 8, contentSize: 12, size: 16 } as const;

/** Largest content that is unpacked, in bytes: twice that of the most traces that a recording can have. */
const MAX_CONTENT = 0x400_0000;
/** Largest ratio of content to file size: gzip's own limit is about a thousand. */
const MAX_RATIO = 1032;

/** Largest recording file, in bytes: packing makes no useful content larger. */
export const MAX_RECORDING: number = MAX_CONTENT;

/** Whether a file with these first bytes is a recording, of any version. */
export function isRecording(head: Uint8Array): boolean {
  return MAGIC.every((byte, index) => head[index] === byte);
}

/** Packs the content of a recording. */
export async function pack(content: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  await using packer = new Packer();
  await packer.add([content]);
  return joinBytes(await packer.finish());
}

/** Packs the content of a recording as it comes, so that it is never in memory as a whole. */
export class Packer implements AsyncDisposable {
  readonly #stream = new CompressionStream("gzip");
  readonly #writer = this.#stream.writable.getWriter();
  readonly #packed = Array.fromAsync(this.#stream.readable);
  #size = 0;
  #isFinished = false;

  /** Packs the next pieces. Throws an error where there is more than would be unpacked. */
  async add(pieces: readonly Uint8Array[]): Promise<void> {
    this.#size += pieces.reduce((sum, { length }) => sum + length, 0);
    if (this.#size > MAX_CONTENT) {
      throw tooLarge(`at least ${this.#size} bytes`, `${MAX_CONTENT}`);
    }
    // Nothing here is shared with other threads.
    for (const piece of pieces) await this.#writer.write(piece as Uint8Array<ArrayBuffer>);
  }

  /** The file, in pieces. */
  async finish(): Promise<readonly Uint8Array[]> {
    await this.#writer.close();
    this.#isFinished = true;
    const header = new Uint8Array(HEADER.size);
    header.set(MAGIC);
    const view = new DataView(header.buffer);
    view.setUint32(HEADER.version, RECORDING_VERSION, true);
    view.setUint32(HEADER.contentSize, this.#size, true);
    return [header, ...await this.#packed];
  }

  /** Lets go of what was packed so far, unless it was finished. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isFinished) return;
    await this.#writer.abort();
    await this.#packed.catch(() => {}); // it ends with the abort
  }
}

/** The error of a recording that would be too large to read. */
export function tooLarge(found: string, most: string): HtraceError {
  return new HtraceError(
    `Cannot make a recording: it has ${found} with its snapshots, expected at most ${most}; keep the target's own file`,
  );
}

/** Unpacks the content of a recording. gzip's own CRC-32 detects changes. */
export async function unpack(name: string, bytes: Uint8Array): Promise<Uint8Array> {
  if (!isRecording(bytes)) {
    throw recordingError(name, "it is not a recording", {
      advice: 'make one with "htrace record"',
    });
  }
  if (bytes.length < HEADER.size) throw damaged(name, "its header is cut off");
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER.size);
  const version = view.getUint32(HEADER.version, true);
  if (version > RECORDING_VERSION) {
    throw recordingError(
      name,
      `its format has version ${version}, newer than ${RECORDING_VERSION}`,
      {
        advice: "read it with a newer htrace",
      },
    );
  }
  if (version < RECORDING_VERSION) {
    throw recordingError(name, `its format has version ${version}, of an htrace before 0.2`, {
      advice: "record it again with this one",
    });
  }
  const size = view.getUint32(HEADER.contentSize, true);
  if (size > Math.min(MAX_CONTENT, bytes.length * MAX_RATIO)) {
    throw damaged(name, "its header makes no sense");
  }
  return await inflate(name, bytes.slice(HEADER.size), size);
}

/** Decompresses to exactly `size` bytes, and stops early if there would be more. */
async function inflate(
  name: string,
  compressed: Uint8Array<ArrayBuffer>,
  size: number,
): Promise<Uint8Array> {
  const content = new Uint8Array(size);
  const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("gzip"));
  let length = 0;
  try {
    for await (const chunk of stream) {
      if (length + chunk.length > size) throw damaged(name, "its content is longer than announced");
      content.set(chunk, length);
      length += chunk.length;
    }
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw damaged(name, "its content is cut off or changed", { cause });
  }
  if (length < size) throw damaged(name, "its content is shorter than announced");
  return content;
}

function damaged(name: string, found: string, options?: ErrorOptions): FormatError {
  return recordingError(name, `it is damaged: ${found}`, options);
}
