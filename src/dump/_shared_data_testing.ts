/**
 * Dumps for tests, from the folder `shared/data` next to the project, which is not part of it.
 *
 * @module
 */
import xz from "xz-decompress";
import { SHARED } from "../shared_fixture.ts";

const { XzReadableStream } = xz;

/** A file of a folder with its expected contents. */
export interface ExpectedFile {
  /** Name without extensions. */
  readonly name: string;
  /** The expected contents: the parsed `*.expected.json`. */
  readonly expected: unknown;
  /** Reads the dump; unpacks it first if it is compressed. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
}

/** The folder of a kind of data; undefined if it is missing, and tests then report themselves as ignored. */
export function sharedFolder(kind: string): URL | undefined {
  const folder = new URL(`data/${kind}/`, SHARED);
  try {
    Deno.statSync(folder);
    return folder;
  } catch {
    return undefined;
  }
}

/** The files of a kind that have an `*.expected.json`; none if the folder is missing. */
export function expectedFiles(kind: string): ExpectedFile[] {
  const folder = sharedFolder(kind);
  if (folder === undefined) return [];
  const names = [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
  return names.filter((name) => name.endsWith(".expected.json")).map((file) => {
    const name = file.slice(0, -".expected.json".length);
    return {
      name,
      expected: JSON.parse(Deno.readTextFileSync(new URL(file, folder))),
      bytes: () => readPacked(new URL(`${name}.dmp`, folder)),
    };
  });
}

/** Reads a file, or unpacks its `.xz` if only that is there. */
export async function readPacked(file: URL): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(file);
  } catch {
    const packed = await Deno.open(new URL(`${file.href}.xz`));
    return await new Response(new XzReadableStream(packed.readable)).bytes();
  }
}
