/**
 * Writes `src/nt/layout_table.ts` from the reference's `kernel-layouts.json`.
 *
 *     deno run -A scripts/make_layouts.ts [kernel-layouts.json] [--check]
 *
 * The reference has 64 builds with everything that was found about them; the project includes the fields that its code
 * reads. Equal structures of different builds become one variant, so that a build is a row of variant numbers. With
 * `--check` nothing is written: the exit code says whether the table is up to date.
 *
 * @module
 */
import { SHARED } from "../src/shared_fixture.ts";

interface ReferenceField {
  offset: number;
  size: number | null;
  bit?: number;
  bits?: number;
}

interface ReferenceStructure {
  size: number | null;
  fields: Record<string, ReferenceField>;
}

interface ReferenceBuild {
  version: string;
  build: string;
  arch: "x86" | "x64";
  structs: Record<string, ReferenceStructure>;
}

/** What the code in `src/nt/` reads. */
const WANTED: Readonly<Record<string, readonly string[]>> = {
  LIST_ENTRY: ["Flink", "Blink"],
  UNICODE_STRING: ["Length", "Buffer"],
  CLIENT_ID: ["UniqueProcess", "UniqueThread"],
  KPROCESS: ["DirectoryTableBase"],
  EPROCESS: [
    "CreateTime",
    "ExitTime",
    "UniqueProcessId",
    "ActiveProcessLinks",
    "ObjectTable",
    "InheritedFromUniqueProcessId",
    "ImageFileName",
    "ThreadListHead",
    "Peb",
    "Wow64Process",
  ],
  WOW64_PROCESS: ["Wow64"],
  EWOW64PROCESS: ["Peb"],
  ETHREAD: ["Cid", "ThreadListEntry"],
  HANDLE_TABLE: ["TableCode", "NextHandleNeedingPool", "DebugInfo", "HandleCount", "FreeLists"],
  HANDLE_TABLE_FREE_LIST: ["HandleCount"],
  HANDLE_TABLE_ENTRY: [
    "Object",
    "GrantedAccess",
    "Attributes",
    "ObjectPointerBits",
    "GrantedAccessBits",
    "ProtectFromClose",
  ],
  HANDLE_TRACE_DEBUG_INFO: [
    "RefCount",
    "TableSize",
    "BitMaskFlags",
    "CurrentStackIndex",
    "TraceDb",
  ],
  HANDLE_TRACE_DB_ENTRY: ["ClientId", "Handle", "Type", "StackTrace"],
  OBJECT_HEADER: [
    "PointerCount",
    "HandleCount",
    "Type",
    "NameInfoOffset",
    "TypeIndex",
    "InfoMask",
    "Body",
  ],
  OBJECT_TYPE: ["TypeList", "Name", "Index"],
  PEB: ["Ldr", "OSMajorVersion", "OSMinorVersion"],
  PEB_LDR_DATA: ["InLoadOrderModuleList"],
  LDR_DATA_TABLE_ENTRY: [
    "InLoadOrderLinks",
    "DllBase",
    "SizeOfImage",
    "FullDllName",
    "BaseDllName",
    "TimeDateStamp",
  ],
};

/** Windows 10 1511 changed the spelling along with the pointer's type; the field is the same. */
const SPELLINGS: Readonly<Record<string, string>> = { WoW64Process: "Wow64Process" };

/**
 * Structures that the sources for these builds leave out, although the fields above have the same place in all other
 * builds of the architecture; they are filled in from those.
 */
const FILLED: Readonly<Record<string, readonly string[]>> = {
  "6.0.6002.18005 x64": ["WOW64_PROCESS"],
  "10.0.26100 x64": [
    "LIST_ENTRY",
    "UNICODE_STRING",
    "CLIENT_ID",
    "EWOW64PROCESS",
    "PEB",
    "PEB_LDR_DATA",
    "LDR_DATA_TABLE_ENTRY",
  ],
};

/** One structure of one build, as a line of the table. */
function layoutLine(structure: ReferenceStructure, wanted: readonly string[]): string {
  const fields: string[] = [];
  for (const [spelling, field] of Object.entries(structure.fields)) {
    const name = SPELLINGS[spelling] ?? spelling;
    if (!wanted.includes(name)) continue;
    const numbers = [field.offset, field.size ?? 0];
    if (field.bit !== undefined && field.bits !== undefined) numbers.push(field.bit, field.bits);
    fields.push(`${name}: [${numbers.map(hex).join(", ")}]`);
  }
  return `{ size: ${hex(structure.size ?? 0)}, fields: { ${fields.join(", ")} } }`;
}

function hex(value: number): string {
  return value < 10 ? String(value) : `0x${value.toString(16)}`;
}

/** The whole file. */
function tableSource(builds: readonly ReferenceBuild[]): string {
  const variants = new Map<string, string[]>();
  const lineOf = (build: ReferenceBuild, name: string): string | undefined => {
    const structure = build.structs[name];
    return structure && layoutLine(structure, WANTED[name] ?? []);
  };
  const rows = builds.map((build) => {
    const numbers: string[] = [];
    for (const name of Object.keys(WANTED)) {
      let line = lineOf(build, name);
      if (line === undefined) {
        if (!FILLED[`${build.build} ${build.arch}`]?.includes(name)) continue;
        line = onlyLine(builds, build.arch, name, lineOf);
      }
      const known = variants.get(name) ?? [];
      variants.set(name, known);
      if (!known.includes(line)) known.push(line);
      numbers.push(`${name}: ${known.indexOf(line)}`);
    }
    return `  { version: ${JSON.stringify(build.version)}, build: ${
      JSON.stringify(build.build)
    }, ` +
      `architecture: "${build.arch}", variants: { ${numbers.join(", ")} } },`;
  });
  const structures = [...variants].map(([name, lines]) =>
    `  ${name}: [\n${lines.map((line) => `    ${line},`).join("\n")}\n  ],`
  );
  return `${HEAD}
/** The variants of every structure: fields are [offset, size] or [offset, size, first bit, bits]. */
export const STRUCTURE_VARIANTS: Readonly<Record<string, readonly StructureVariant[]>> = {
${structures.join("\n")}
};

/** The builds, oldest first, with the variant that each of their structures has. */
export const BUILDS: readonly BuildRow[] = [
${rows.join("\n")}
];
`;
}

/** The line that all other builds of the architecture agree on; anything less is not a reason to fill in. */
function onlyLine(
  builds: readonly ReferenceBuild[],
  architecture: string,
  name: string,
  lineOf: (build: ReferenceBuild, name: string) => string | undefined,
): string {
  const fieldsOf = (line: string): string => line.slice(line.indexOf("fields"));
  const lines = builds.filter((build) => build.arch === architecture)
    .map((build) => lineOf(build, name)).filter((line) => line !== undefined);
  const last = lines.at(-1);
  if (last === undefined || lines.some((line) => fieldsOf(line) !== fieldsOf(last))) {
    throw new TypeError(
      `Cannot fill in ${name}: the other builds of ${architecture} differ; take it out of FILLED`,
    );
  }
  return last;
}

const HEAD = `// deno-fmt-ignore-file
/**
 * Where fields are in the structures of each Windows build.
 *
 * Written by \`scripts/make_layouts.ts\` from the reference's \`kernel-layouts.json\`, which names the public
 * source of every build (headers generated from Microsoft's public symbols); do not edit. A size of 0 is
 * one that no source tells.
 *
 * @module
 */
import type { BuildRow, StructureVariant } from "./layouts.ts";
`;

const target = new URL("../src/nt/layout_table.ts", import.meta.url);
const files = Deno.args.filter((argument) => !argument.startsWith("--"));
const reference = files[0] ??
  new URL("reference/kernel-layouts.json", SHARED);
const source = tableSource(JSON.parse(Deno.readTextFileSync(reference)));
if (Deno.args.includes("--check")) {
  Deno.exit(Deno.readTextFileSync(target) === source ? 0 : 1);
}
Deno.writeTextFileSync(target, source);
