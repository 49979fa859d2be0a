/**
 * Test help: a finder whose readers are stand-ins, and symbol servers on loopback.
 *
 * @module
 */
import { join } from "node:path";
import type { ByteSource } from "../../byte_source.ts";
import { withFolder } from "../../folder_fixture.ts";
import type { Module } from "../../module.ts";
import { type FinderOptions, SymbolFinder, type SymbolReader, type SymbolSearch } from "./find.ts";
import { parseSymbolPath } from "./parse.ts";

export const GUID = "0123456789ABCDEF0123456789ABCDEF";
export const INDEX = `${GUID}1`;
export const RIGHT = "the right build";
export const MODULE: Module = {
  name: "demo",
  path: "nowhere\\demo.exe",
  base: 0x40_0000n,
  size: 0x5000,
  pdb: { guid: GUID, age: 1, path: "build\\demo.pdb" },
};

/** Stands in for the readers: the right PDB is recognized by its text, and an image names a PDB or none. */
export const reader: SymbolReader = {
  whyNot(file, _module, kind): string | undefined {
    return kind === "image" || textOf(file) === RIGHT ? undefined : "it is another build";
  },
  pdbIdOf(image): Module["pdb"] {
    return textOf(image) === "names demo.pdb" ? MODULE.pdb : undefined;
  },
  *expand(compressed): Generator<Uint8Array> {
    const text = textOf(compressed);
    if (!text.startsWith("packed:")) throw new TypeError("it is not a cabinet");
    for (const letter of text.slice("packed:".length)) yield new TextEncoder().encode(letter);
  },
};

function textOf(file: ByteSource): string {
  return new TextDecoder().decode(file.read(0, file.size));
}

/** A symbol server on loopback for one test. */
export class Server implements AsyncDisposable {
  readonly requests: string[] = [];
  readonly url: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(answer: (path: string, request: number) => Response | Promise<Response>) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: (): void => {} },
      (request): Response | Promise<Response> => {
        const path = new URL(request.url).pathname;
        this.requests.push(path);
        return answer(path, this.requests.length);
      },
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** The response of a server that has no such file. */
export const notFound = (): Response => new Response("no", { status: 404 });

/** The response of a server that has it elsewhere. */
export const redirect = (location: string, status: number): Response =>
  new Response(null, { status, headers: { location } });

/** What a search found, with the contents of the file. */
export type Found = SymbolSearch & { readonly text: string };

/** Searches for one module in its own run. */
export async function search(
  path: string,
  options: Partial<FinderOptions> = {},
  module = MODULE,
): Promise<Found> {
  const [found] = await searchAll(path, [module], options);
  return found!;
}

/** Searches for several modules in one run. */
export async function searchAll(
  path: string,
  modules: readonly Module[],
  options: Partial<FinderOptions> = {},
): Promise<Found[]> {
  using finder = new SymbolFinder({
    path: parseSymbolPath(path, { cacheFolder: "/nowhere" }),
    reader,
    ...options,
    download: { backoffMilliseconds: 1, ...options.download },
  });
  const all: Found[] = [];
  for (const module of modules) {
    const found = await finder.find(module);
    const file = found.pdb ?? found.image;
    all.push({ ...found, text: file === undefined ? "" : textOf(file) });
  }
  return all;
}

/** A module whose PDB has its own path and belongs to the build of {@linkcode MODULE}. */
export function moduleWithPdb(path: string): Module {
  return { ...MODULE, pdb: { guid: GUID, age: 1, path } };
}

/** Where a store keeps the PDB of {@linkcode MODULE}. */
export function storeFile(root: string, name = "demo.pdb", tier: string[] = []): string {
  return join(root, ...tier, "demo.pdb", INDEX, name);
}

/** The names in a folder, sorted. */
export function namesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
}

/** Writes a file with the folders that it needs. */
export async function write(path: string, text: string): Promise<void> {
  await Deno.mkdir(join(path, ".."), { recursive: true });
  await Deno.writeTextFile(path, text);
}

/** A test with its own folder. */
export function test(name: string, run: (folder: string) => Promise<void>): void {
  Deno.test(name, () => withFolder(run));
}
