/**
 * Cabinets for tests, written from Microsoft's "[MS-CAB]: Cabinet File Format".
 *
 * @module
 */

/** A cabinet with one file of up to 32 KiB, compressed by MSZIP: `CK`, then a deflated block. */
export async function cabinetOf(fileName: string, contents: Uint8Array): Promise<Uint8Array> {
  const deflated = await deflate(contents);
  const name = new TextEncoder().encode(fileName + "\0");
  const folderOffset = 36;
  const fileOffset = folderOffset + 8;
  const dataOffset = fileOffset + 16 + name.length;
  const size = dataOffset + 8 + 2 + deflated.length;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);

  bytes.set(new TextEncoder().encode("MSCF"));
  view.setUint32(8, size, true);
  view.setUint32(16, fileOffset, true);
  view.setUint16(24, 0x0103, true); // version 1.3
  view.setUint16(26, 1, true); // folders
  view.setUint16(28, 1, true); // files

  view.setUint32(folderOffset, dataOffset, true);
  view.setUint16(folderOffset + 4, 1, true); // data blocks
  view.setUint16(folderOffset + 6, 1, true); // MSZIP

  view.setUint32(fileOffset, contents.length, true);
  view.setUint16(fileOffset + 10, 0x5a21, true); // a date in 2025
  bytes.set(name, fileOffset + 16);

  view.setUint16(dataOffset + 4, 2 + deflated.length, true); // the checksum before it stays 0: none
  view.setUint16(dataOffset + 6, contents.length, true);
  bytes.set(new TextEncoder().encode("CK"), dataOffset + 8);
  bytes.set(deflated, dataOffset + 10);
  return bytes;
}

async function deflate(contents: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([contents.slice()]).stream();
  const deflated = stream.pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(deflated).arrayBuffer());
}
