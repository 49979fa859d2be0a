/**
 * A macOS code signature, to the extent that the system checks it before it runs a page: the hash of each page.
 *
 * Layouts: `kern/cs_blobs.h` of Apple's published kernel. Big-endian.
 *
 * @module
 */

/** `CS_SuperBlob`: a count of blobs, each with type and offset. */
const SUPER_BLOB = { magic: 0xfade0cc0, count: 8, index: 12 } as const;
/** `CS_CodeDirectory`. */
const CODE_DIRECTORY = {
  magic: 0xfade0c02,
  hashOffset: 16,
  nCodeSlots: 28,
  codeLimit: 32,
  hashSize: 36,
  hashType: 37,
  pageSize: 39, // as a power of two
  minimum: 44,
} as const;
/** `CS_HASHTYPE_SHA256`. */
const SHA256 = { type: 2, size: 32 } as const;

/** Whether a signature's code directory has the hash of every page of the image up to `end`, where it begins. */
export async function arePagesSigned(
  image: Uint8Array,
  signature: Uint8Array,
  end: number,
): Promise<boolean> {
  const view = new DataView(signature.buffer, signature.byteOffset, signature.byteLength);
  if (signature.length < SUPER_BLOB.index || view.getUint32(0) !== SUPER_BLOB.magic) return false;
  const blobs = Math.min(view.getUint32(SUPER_BLOB.count), signature.length >> 3);
  const offsets = Array.from(
    { length: blobs },
    (_, i) => view.getUint32(SUPER_BLOB.index + i * 8 + 4),
  );
  const at = offsets.find((offset) =>
    offset + CODE_DIRECTORY.minimum <= signature.length &&
    view.getUint32(offset) === CODE_DIRECTORY.magic
  );
  if (at === undefined) return false;
  const isSha256 = signature[at + CODE_DIRECTORY.hashType] === SHA256.type &&
    signature[at + CODE_DIRECTORY.hashSize] === SHA256.size;
  const page = 1 << signature[at + CODE_DIRECTORY.pageSize]!;
  const slots = view.getUint32(at + CODE_DIRECTORY.nCodeSlots);
  const isWhole = view.getUint32(at + CODE_DIRECTORY.codeLimit) === end &&
    slots === Math.ceil(end / page);
  if (!isSha256 || !isWhole) return false;
  const hashes = at + view.getUint32(at + CODE_DIRECTORY.hashOffset);
  for (let slot = 0; slot < slots; slot++) {
    const content = image.slice(slot * page, Math.min((slot + 1) * page, end));
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
    const expected = signature.subarray(
      hashes + slot * SHA256.size,
      hashes + (slot + 1) * SHA256.size,
    );
    if (hash.some((byte, i) => byte !== expected[i])) return false;
  }
  return true;
}
