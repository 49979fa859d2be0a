/**
 * Cabinets for tests, written from Microsoft's "[MS-CAB]: Cabinet File Format".
 *
 * @module
 */

const BLOCK = 32 * 1024;
const HEADER_SIZE = 36;
const FOLDER_SIZE = 8;
const FILE_SIZE = 16;
const DATA_HEADER_SIZE = 8;

/** A cabinet with one file, compressed by MSZIP: blocks of 32 KiB, each deflated separately after `CK`. */
export async function cabinetOf(fileName: string, contents: Uint8Array): Promise<Uint8Array> {
  const name = new TextEncoder().encode(fileName + "\0");
  const fileOffset = HEADER_SIZE + FOLDER_SIZE;
  const dataOffset = fileOffset + FILE_SIZE + name.length;
  const blocks: Uint8Array[] = [];
  for (let start = 0; start < contents.length; start += BLOCK) {
    blocks.push(await dataBlock(contents.subarray(start, start + BLOCK)));
  }
  const size = dataOffset + blocks.reduce((sum, block) => sum + block.length, 0);

  const head = new Uint8Array(dataOffset);
  const view = new DataView(head.buffer);
  head.set(new TextEncoder().encode("MSCF"));
  view.setUint32(8, size, true);
  view.setUint32(16, fileOffset, true);
  view.setUint16(24, 0x0103, true); // version 1.3
  view.setUint16(26, 1, true); // folders
  view.setUint16(28, 1, true); // files
  view.setUint32(HEADER_SIZE, dataOffset, true);
  view.setUint16(HEADER_SIZE + 4, blocks.length, true);
  view.setUint16(HEADER_SIZE + 6, 1, true); // MSZIP
  view.setUint32(fileOffset, contents.length, true);
  view.setUint16(fileOffset + 10, 0x5a21, true); // a date in 2025
  head.set(name, fileOffset + FILE_SIZE);
  return new Uint8Array(await new Blob([head, ...blocks] as BlobPart[]).arrayBuffer());
}

/** Checksum, compressed and expanded sizes, `CK`, deflated bytes. */
async function dataBlock(contents: Uint8Array): Promise<Uint8Array> {
  const deflated = await deflate(contents);
  const block = new Uint8Array(DATA_HEADER_SIZE + 2 + deflated.length);
  const view = new DataView(block.buffer);
  view.setUint16(4, 2 + deflated.length, true);
  view.setUint16(6, contents.length, true);
  block.set(new TextEncoder().encode("CK"), DATA_HEADER_SIZE);
  block.set(deflated, DATA_HEADER_SIZE + 2);
  view.setUint32(0, checksum(block.subarray(DATA_HEADER_SIZE), view.getUint32(4, true)), true);
  return block;
}

/** 32-bit words combined by exclusive or; in an incomplete word at the end, the last byte is the least significant. */
function checksum(bytes: Uint8Array, seed: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = bytes.length - bytes.length % 4;
  let sum = seed;
  for (let at = 0; at < end; at += 4) sum ^= view.getUint32(at, true);
  return (sum ^ bytes.subarray(end).reduce((rest, byte) => rest << 8 | byte, 0)) >>> 0;
}

async function deflate(contents: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([contents.slice()]).stream();
  const deflated = stream.pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(deflated).arrayBuffer());
}
