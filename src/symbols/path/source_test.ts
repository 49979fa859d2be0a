import { assertEquals, assertStringIncludes } from "@std/assert";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bytesSource } from "../../byte_source.ts";
import { cabinetOf } from "../cabinet_fixture.ts";
import { withFolder } from "../../folder_fixture.ts";
import type { Module } from "../../module.ts";
import { imageFileIdentity } from "../symbol_identity.ts";
import { Symbolizer } from "../symbolizer.ts";
import { symbolFinder, symbolSource } from "./source.ts";
import { keyFolder, pdbKey } from "./store.ts";

const GUEST = fileURLToPath(new URL("../../../testdata/guest/", import.meta.url));
const PDB = join(GUEST, "kernel32.pdb");
/** RVA of the return address in `CreateSemaphoreA` that Microsoft's example of `!htrace` shows. */
const RETURN_RVA = 0x123b2;

/** The guest's kernel32 as on another machine: its files are not where the module says. */
function kernel32(): Module {
  const image = bytesSource("kernel32.dll", Deno.readFileSync(join(GUEST, "kernel32.dll")));
  return {
    name: "KERNEL32",
    path: "Z:\\elsewhere\\kernel32.dll",
    base: 0x77dd_0000n,
    ...imageFileIdentity(image),
  };
}

async function nameAt(module: Module, path: string, force = false): Promise<string | undefined> {
  const source = symbolSource({ path, force, download: { attempts: 1 } });
  try {
    using symbolizer = new Symbolizer();
    const { anyBuild = false, ...files } = await source(module);
    symbolizer.addModule(module, files, { force: anyBuild });
    return symbolizer.symbolizeRvas(module, Uint32Array.of(RETURN_RVA))[0]?.symbol;
  } finally {
    source[Symbol.dispose]?.();
  }
}

function test(name: string, run: (folder: string) => Promise<void>): void {
  Deno.test(name, () => withFolder(run));
}

test("symbolSource() downloads a compressed PDB, expands and keeps it", async (folder) => {
  const compressed = await cabinetOf("kernel32.pdb", Deno.readFileSync(PDB));
  const requests: string[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: (): void => {} },
    (request): Response => {
      requests.push(basename(new URL(request.url).pathname));
      const isCompressed = request.url.endsWith(".pd_");
      return isCompressed
        ? new Response(compressed.slice())
        : new Response("none", { status: 404 });
    },
  );
  const module = kernel32();
  const path = `srv*${folder}*http://127.0.0.1:${server.addr.port}`;
  assertEquals(await nameAt(module, path), "CreateSemaphoreA");
  assertEquals(await nameAt(module, path), "CreateSemaphoreA");
  assertEquals(requests, ["kernel32.pdb", "kernel32.pd_"]);
  const key = pdbKey(module.pdb!);
  const kept = join(folder, ...keyFolder(key, false), key.fileName);
  assertEquals(Deno.readFileSync(kept), Deno.readFileSync(PDB));
});

test("symbolSource() accepts the PDB of another build only when forced to", async (folder) => {
  const module = kernel32();
  const other = { ...module, pdb: { ...module.pdb!, age: module.pdb!.age + 1 } };
  await Deno.copyFile(PDB, join(folder, "kernel32.pdb"));
  assertEquals(await nameAt(other, folder), undefined);
  assertEquals(await nameAt(other, folder, true), "CreateSemaphoreA");
});

test("symbolSource() falls back to the image in a store, of the right build only", async (folder) => {
  const { pdb: _, ...module } = kernel32();
  const stamp = module.timestamp!.toString(16).toUpperCase().padStart(8, "0");
  const store = join(folder, "kernel32.dll", stamp + module.size.toString(16));
  await Deno.mkdir(store, { recursive: true });
  await Deno.copyFile(join(GUEST, "kernel32.dll"), join(store, "kernel32.dll"));
  assertEquals(await nameAt(module, `cache*${folder}`), "CreateSemaphoreA");

  await Deno.copyFile(join(GUEST, "ntdll.dll"), join(store, "kernel32.dll"));
  using finder = symbolFinder({ path: `cache*${folder}` });
  const { notes } = await finder.find(module);
  assertStringIncludes(notes.join(), "it is of another build, time stamp");
});
