/**
 * Draws `assets/htrace.ico`: a door handle's ring whose gap is the leak. `deno run -RW assets/make_icon.ts`
 *
 * An icon file is a directory of images; each is a PNG here, which Windows has read since Vista.
 *
 * @module
 */
import { joinBytes } from "../src/byte_pieces.ts";

const SIZES = [16, 32, 48, 256];
/** Samples per side of a pixel, for smooth edges. */
const SAMPLES = 4;
const BACKGROUND = [0x1f, 0x2a, 0x44, 0xff] as const;
const RING = [0xf5, 0xf7, 0xfa, 0xff] as const;
const DROP = [0xe5, 0x48, 0x3b, 0xff] as const;

type Colour = readonly [number, number, number, number];

/** Colour at a point in the unit square; undefined outside the icon. */
function colourAt(x: number, y: number): Colour | undefined {
  const corner = Math.max(Math.abs(x - 0.5), Math.abs(y - 0.5));
  if (corner > 0.48) return undefined;
  if (Math.hypot(x - 0.5, y - 0.8) < 0.08) return DROP;
  const radius = Math.hypot(x - 0.5, y - 0.42);
  const isGap = Math.abs(x - 0.5) < 0.07 && y > 0.42;
  return radius > 0.19 && radius < 0.31 && !isGap ? RING : BACKGROUND;
}

/** Pixels of one size as RGBA rows, each with PNG's filter byte before it. */
function draw(size: number): Uint8Array<ArrayBuffer> {
  const rows = new Uint8Array(size * (size * 4 + 1));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const sum = [0, 0, 0, 0];
      for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
        const dx = (sample % SAMPLES + 0.5) / SAMPLES;
        const dy = (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES;
        const colour = colourAt((x + dx) / size, (y + dy) / size) ?? [0, 0, 0, 0];
        colour.forEach((value, channel) => sum[channel] = (sum[channel] ?? 0) + value);
      }
      const pixel = sum.map((value) => value / (SAMPLES * SAMPLES));
      rows.set(pixel, y * (size * 4 + 1) + 1 + x * 4);
    }
  }
  return rows;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return ~crc >>> 0;
}

function bigEndian(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = joinBytes([new TextEncoder().encode(type), data]);
  return joinBytes([bigEndian(data.length), body, bigEndian(crc32(body))]);
}

async function png(size: number): Promise<Uint8Array> {
  const compressed = new Blob([draw(size)]).stream().pipeThrough(new CompressionStream("deflate"));
  const data = new Uint8Array(await new Response(compressed).arrayBuffer());
  const header = joinBytes([bigEndian(size), bigEndian(size), Uint8Array.of(8, 6, 0, 0, 0)]);
  return joinBytes([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    chunk("IDAT", data),
    chunk("IEND", new Uint8Array()),
  ]);
}

/** ICONDIR (6 bytes) and one ICONDIRENTRY (16 bytes) per image, then the images. */
function icon(images: Uint8Array[]): Uint8Array {
  const directory = new DataView(new ArrayBuffer(6 + 16 * images.length));
  directory.setUint16(2, 1, true); // an icon, not a cursor
  directory.setUint16(4, images.length, true);
  let offset = directory.byteLength;
  images.forEach((image, index) => {
    const entry = 6 + 16 * index;
    const size = (SIZES[index] ?? 0) % 256; // 0 says 256
    directory.setUint8(entry, size);
    directory.setUint8(entry + 1, size);
    directory.setUint16(entry + 4, 1, true); // planes
    directory.setUint16(entry + 6, 32, true); // bits a pixel
    directory.setUint32(entry + 8, image.length, true);
    directory.setUint32(entry + 12, offset, true);
    offset += image.length;
  });
  return joinBytes([new Uint8Array(directory.buffer), ...images]);
}

const images = await Promise.all(SIZES.map(png));
await Deno.writeFile(new URL("htrace.ico", import.meta.url), icon(images));
