/**
 * The executable as a file: its permissions, its size, and whether the system's loader accepts it. Executables for
 * systems that are not available are tested only here.
 *
 * HTRACE_DENORT names the denort that it was built from, if known.
 */
import { assert, assertEquals } from "@std/assert";
import { NtExecutable, NtExecutableResource } from "resedit";
import { permissionsFor } from "../../scripts/compile.ts";
import { CPU_ARM64, MachO } from "../../scripts/executable/macho.ts";
import { EXECUTABLE, IS_EMULATED } from "./_program.ts";

/** The most that the program may add to its runtime. */
const MOST_ADDED = 6_000_000;
/** Type of the resource that contains the program (winuser.h). */
const RT_RCDATA = 10;
/** The resources of a PE image, as a linker places them and as `deno compile` does when it adds the program. */
const RESOURCE_SECTIONS = [".rsrc", ".pedata"];

type Format = "ELF" | "PE" | "Mach-O";

const image = EXECUTABLE === undefined ? undefined : await Deno.readFile(EXECUTABLE);
const denortPath = Deno.env.get("HTRACE_DENORT");
const denort = denortPath === undefined ? undefined : await Deno.readFile(denortPath);
const format = image && formatOf(image);

function formatOf(bytes: Uint8Array): Format {
  switch (new DataView(bytes.buffer).getUint32(0)) {
    case 0x7f454c46:
      return "ELF";
    case 0xcffaedfe:
      return "Mach-O";
    default:
      return "PE";
  }
}

/** Registers a test of the executable's file: for any format, or for one. */
function imageTest(name: string, test: (image: Uint8Array) => unknown, only?: Format): void {
  const ignore = image === undefined || IS_EMULATED || (only !== undefined && only !== format);
  Deno.test({ name: `${name} [executable]`, ignore, fn: async () => void await test(image!) });
}

/** The same, compared with the denort that it was built from. */
function denortTest(
  name: string,
  test: (image: Uint8Array, denort: Uint8Array) => void,
  only?: Format,
): void {
  const ignore = denort === undefined || (only !== undefined && only !== format);
  if (ignore) Deno.test({ name: `${name} [needs HTRACE_DENORT]`, ignore, fn: () => {} });
  else imageTest(name, (image) => test(image, denort!), only);
}

imageTest(
  "the program in the executable has its permissions and no others, and never asks for more",
  (image) => {
    const { permissions } = metadataOf(image);
    const target = format === "PE" ? "x86_64-pc-windows-msvc" : "x86_64-unknown-linux-gnu";
    const granted = Object.entries(permissions)
      .filter(([name, value]) => name.startsWith("allow_") && value !== null)
      // Denied as a whole, it is not granted, regardless of the default hosts.
      .filter(([name]) => name !== "allow_import" || permissions.deny_import === null);
    const wanted = permissionsFor(target)
      .filter((flag) => flag.startsWith("--allow-"))
      .map((flag) => flag.slice("--".length).replace("-", "_").split("="))
      .map(([name, values]) => [name, values?.split(",") ?? []]);
    assertEquals(Object.fromEntries(granted), Object.fromEntries(wanted));
    assertEquals(permissions.prompt, false);
  },
);

imageTest("the executable keeps no cache on the machine", (image) => {
  assertEquals(metadataOf(image).code_cache_key, null);
});

denortTest("the executable is at most 6 MB larger than its runtime", (image, denort) => {
  const added = format === "PE" ? programOf(image).length : image.length - denort.length;
  assert(added > 0 && added <= MOST_ADDED, `${added} bytes`);
});

denortTest("the runtime in the executable is unchanged", (image, denort) => {
  assert(isSame(image.subarray(0, denort.length), denort));
}, "ELF");

denortTest(
  "the runtime in the executable is unchanged, except for its resources",
  (image, denort) => {
    const [ours, theirs] = [image, denort].map((bytes) =>
      NtExecutable.from(bytes, { ignoreCert: true }).getAllSections()
    );
    const compared = theirs!.filter(({ info }) => !RESOURCE_SECTIONS.includes(info.name));
    assert(compared.some(({ info }) => info.name === ".text"));
    for (const { info, data } of compared) {
      const other = ours!.find((section) => section.info.name === info.name)?.data;
      assert(isSame(new Uint8Array(data ?? []), new Uint8Array(other ?? [])), info.name);
    }
  },
  "PE",
);

imageTest(
  "macOS finds segments and tables where they must be, and each page signed",
  async (image) => {
    const read = new MachO(image);
    assertEquals(read.problems(), []);
    const isArm = read.cpu === CPU_ARM64;
    // Programs for Intel need no signature, and get none on systems other than macOS.
    assertEquals(await read.isSignatureValid(), isArm ? true : undefined);
    if (!isArm) return;
    const changed = image.slice();
    changed[changed.length >> 1]! ^= 1;
    assertEquals(await new MachO(changed).isSignatureValid(), false);
  },
  "Mach-O",
);

interface Metadata {
  readonly permissions: Readonly<Record<string, unknown>>;
  readonly code_cache_key: unknown;
}

/** What `deno compile` wrote before the program: one JSON object. */
function metadataOf(image: Uint8Array): Metadata {
  const start = indexOf(image, '{"argv":');
  assert(start >= 0, "there is no program in it");
  let depth = 0;
  for (let at = start; at < image.length; at++) {
    if (image[at] === 0x22) at = endOfText(image, at);
    else if (image[at] === 0x7b) depth++;
    else if (image[at] === 0x7d && --depth === 0) {
      return JSON.parse(new TextDecoder().decode(image.subarray(start, at + 1)));
    }
  }
  throw new Error("Cannot read what the executable says of its program: it does not end");
}

/** Where the JSON text that begins at `at` ends. */
function endOfText(bytes: Uint8Array, at: number): number {
  for (at++; bytes[at] !== 0x22; at++) if (bytes[at] === 0x5c) at++;
  return at;
}

function programOf(image: Uint8Array): Uint8Array {
  const executable = NtExecutable.from(image, { ignoreCert: true });
  const { entries } = NtExecutableResource.from(executable);
  return new Uint8Array(entries.find(({ type }) => type === RT_RCDATA)?.bin ?? []);
}

function indexOf(bytes: Uint8Array, text: string): number {
  const wanted = new TextEncoder().encode(text);
  for (let at = -1; (at = bytes.indexOf(wanted[0]!, at + 1)) >= 0;) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}

function isSame(some: Uint8Array, other: Uint8Array): boolean {
  return some.length === other.length && some.every((byte, index) => byte === other[index]);
}
