/**
 * Compares every foreign declaration of this folder with Microsoft's own metadata: functions, slots, parameters,
 * structures and constants.
 */
import { assert, assertEquals } from "@std/assert";
import { type ComMethod, IUnknown } from "./com.ts";
import * as constants from "./constants.ts";
import * as dbgeng from "./dbgeng_interfaces.ts";
import { RESULTS } from "./hresult.ts";
import { KERNEL32 } from "./kernel32_functions.ts";
import {
  metadataFolders,
  type MetadataType,
  readMetadata,
  type WindowsMetadata,
} from "./metadata_fixture.ts";
import { NTDLL } from "./ntdll_functions.ts";
import * as structures from "./structures.ts";

type Function = { readonly parameters: readonly Deno.NativeType[]; readonly result: unknown };
type Interface = { readonly iid: string; readonly methods: Readonly<Record<string, ComMethod>> };
type Table = Readonly<Record<string, unknown>>;

const FUNCTIONS: Readonly<Record<string, Function>> = { ...NTDLL, ...KERNEL32, ...dbgeng.DBGENG };
const INTERFACES = tablesWith<Interface>("iid", { IUnknown, ...dbgeng });
const STRUCTURES = {
  ...tablesWith<Table>("size", { ...structures, ...dbgeng }),
  PEB: structures.PEB as Table, // not even its size is the same in both widths
};
const CONSTANTS: Numbers = {
  ...flattened(constants),
  ...prefixed("DEBUG_", dbgeng.DEBUG),
  ...Object.fromEntries(RESULTS.map(({ name, value }) => [name, value])),
};

/** Names in the metadata that differ from those of the headers, or from our shortened ones. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  RTL_OSVERSIONINFOW: "OSVERSIONINFOW",
  DEBUG_DATA_PS_LOADED_MODULE_LIST: "DEBUG_DATA_PsLoadedModuleListAddr",
  DEBUG_DATA_PS_ACTIVE_PROCESS_HEAD: "DEBUG_DATA_PsActiveProcessHeadAddr",
  DEBUG_DATA_PAE_ENABLED: "DEBUG_DATA_PaeEnabled",
};

/**
 * Declarations that are not in the metadata, with the public header that they come from. NT headers are those of phnt.
 */
const NOT_IN_METADATA: Readonly<Record<string, string>> = {
  NtSetInformationProcess: "ntpsapi.h",
  NtResumeThread: "ntpsapi.h",
  NtReadVirtualMemory: "ntmmapi.h",
  NtWriteVirtualMemory: "ntmmapi.h",
  NtProtectVirtualMemory: "ntmmapi.h",
  RtlAdjustPrivilege: "ntrtl.h",
  NtCreateDebugObject: "ntdbg.h",
  NtDebugActiveProcess: "ntdbg.h",
  NtWaitForDebugEvent: "ntdbg.h",
  NtDebugContinue: "ntdbg.h",
  DBGUI_WAIT_STATE_CHANGE: "ntdbg.h",
  DEBUG_ALL_ACCESS: "ntdbg.h",
  DbgCreateThreadStateChange: "ntdbg.h",
  DbgCreateProcessStateChange: "ntdbg.h",
  DbgExitProcessStateChange: "ntdbg.h",
  DbgExceptionStateChange: "ntdbg.h",
  DbgBreakpointStateChange: "ntdbg.h",
  DbgSingleStepStateChange: "ntdbg.h",
  DbgLoadDllStateChange: "ntdbg.h",
  ObjectNameInformation: "ntobapi.h",
};

const folders = metadataFolders();
let read: WindowsMetadata | undefined;

/** Registers a test that needs the packages with the metadata. */
function metadataTest(name: string, test: (metadata: WindowsMetadata) => void): void {
  Deno.test({
    name: `${name} [needs deno task metadata]`,
    ignore: folders === undefined,
    fn: () => test(read ??= readMetadata(folders!)),
  });
}

metadataTest("functions have the parameters and results that Microsoft declares", (metadata) => {
  const found = Object.entries(FUNCTIONS).flatMap(([name, { parameters, result }]) => {
    const theirs = metadata.function(otherName(name));
    if (theirs === undefined) return [];
    const ours = [...parameters, result as Deno.NativeType];
    return signatureProblems(name, ours, [...theirs.parameters, theirs.result]);
  });
  assertEquals(found, []);
});

metadataTest("interfaces have Microsoft's ids, slots and parameters", (metadata) => {
  const found = Object.entries(INTERFACES).flatMap(([name, { iid, methods }]) => {
    const theirs = metadata.interface(name);
    if (theirs === undefined) return [];
    const problems = iid === theirs.iid ? [] : [`${name}: its id is ${theirs.iid}`];
    for (const [method, { slot, parameters }] of Object.entries(methods)) {
      const their = theirs.methods.get(method);
      if (slot !== their?.slot) problems.push(`${name}.${method}: its slot is ${their?.slot}`);
      const called = `${name}.${method}`;
      problems.push(...signatureProblems(called, parameters, their?.parameters ?? []));
    }
    return problems;
  });
  assertEquals(found, []);
});

metadataTest("structures have Microsoft's sizes and offsets", (metadata) => {
  const found = Object.entries(STRUCTURES).flatMap(([name, { size, ...members }]) => {
    const theirs = metadata.structure(otherName(name));
    if (theirs === undefined) return [];
    const problems = size === undefined || size === theirs.size
      ? []
      : [`${name}: its size is ${theirs.size}`];
    for (const [member, place] of Object.entries(members)) {
      const their = theirs.members.get(member);
      const ours = typeof place === "number" ? { offset: place, size: their?.size } : place;
      const { offset, size } = their ?? {};
      if (JSON.stringify(ours) !== JSON.stringify({ offset, size })) {
        problems.push(`${name}.${member}: it is at ${offset}, of ${size} bytes`);
      }
    }
    return problems;
  });
  assertEquals(found, []);
});

metadataTest("constants have Microsoft's values", (metadata) => {
  const found = Object.entries(CONSTANTS).flatMap(([name, value]) => {
    const theirs = metadata.constant(otherName(name));
    if (theirs === undefined || value === theirs >>> 0) return [];
    // The two macros of winerror.h that make an HRESULT from another kind of error number.
    if (name.startsWith("ERROR_") && value === (0x8007_0000 | theirs) >>> 0) return [];
    if (name.startsWith("STATUS_") && value === (0x1000_0000 | theirs) >>> 0) return [];
    return [`${name}: it is 0x${(theirs >>> 0).toString(16)}`];
  });
  assertEquals(found, []);
});

metadataTest(
  "what Microsoft's metadata lacks is listed with its header, and nothing else is",
  (metadata) => {
    const missing = [
      ...Object.keys(FUNCTIONS).filter((name) => !metadata.function(otherName(name))),
      ...Object.keys(INTERFACES).filter((name) => !metadata.interface(name)),
      ...Object.keys(STRUCTURES).filter((name) => !metadata.structure(otherName(name))),
      ...Object.keys(CONSTANTS).filter((name) => metadata.constant(otherName(name)) === undefined),
    ];
    assertEquals(missing.toSorted(), Object.keys(NOT_IN_METADATA).toSorted());
  },
);

/** Files whose tables are compared above. */
const COMPARED = [
  "com.ts",
  "constants.ts",
  "dbgeng_interfaces.ts",
  "hresult.ts",
  "kernel32_functions.ts",
  "ntdll_functions.ts",
  "structures.ts",
];

Deno.test("no file beside the compared ones declares functions, interfaces or structures", () => {
  const folder = new URL("./", import.meta.url);
  const declaring = [...Deno.readDirSync(folder)]
    .filter(({ name }) => name.endsWith(".ts") && !/_(test|fixture)\.ts$/.test(name))
    .filter(({ name }) =>
      /\bslot: \d|: \{\s*parameters: \[\s*"|_HANDLE = 0x|\boffset: 0x/.test(
        Deno.readTextFileSync(new URL(name, folder)),
      )
    )
    .map(({ name }) => name);
  // The memory shared with our own worker is not a Windows structure.
  const foreign = declaring.filter((name) => name !== "_object_name_request.ts");
  assert(foreign.length > 0);
  assertEquals(foreign.filter((name) => !COMPARED.includes(name)), []);
});

/** Bytes of a parameter in memory; even in an 8-byte register, a value has its own width. */
const WIDTHS: Readonly<Record<string, number>> = {
  ...{ u8: 1, i8: 1, u16: 2, i16: 2, u32: 4, i32: 4, u64: 8, i64: 8 },
  ...{ usize: 8, isize: 8, pointer: 8, buffer: 8, function: 8, void: 0 },
};

/**
 * The differences of two lists of types: in length, in a width, or a pointer of ours for a type that is not one. Signs
 * do not count, because they only affect reading, nor does a number of ours for a HANDLE or address.
 */
function signatureProblems(
  name: string,
  ours: readonly Deno.NativeType[],
  theirs: readonly MetadataType[],
): string[] {
  if (ours.length !== theirs.length) {
    return [`${name}: it has ${theirs.length} types, not ${ours.length}`];
  }
  return ours.flatMap((type, index) => {
    const { size, isPointer } = theirs[index]!;
    const isOurPointer = type === "pointer" || type === "buffer";
    if (WIDTHS[String(type)] === size && (isPointer || !isOurPointer)) return [];
    return [`${name}: type ${index} is ${isPointer ? "a pointer" : `of ${size} bytes`}`];
  });
}

function otherName(name: string): string {
  return OTHER_NAMES[name] ?? name;
}

/** The exports that are tables with a certain key. */
function tablesWith<Kind>(key: string, exports: Table): Readonly<Record<string, Kind>> {
  const tables = Object.entries(exports).filter(([, value]) =>
    typeof value === "object" && value !== null && key in value
  );
  return Object.fromEntries(tables) as Record<string, Kind>;
}

type Numbers = Readonly<Record<string, number>>;

/** Numbers among the exports, and in tables among them. */
function flattened(exports: Readonly<Record<string, number | Numbers>>): Numbers {
  const tables = Object.entries(exports).map(([name, value]): Numbers =>
    typeof value === "number" ? { [name]: value } : value
  );
  return Object.assign({}, ...tables);
}

function prefixed(prefix: string, table: Numbers): Numbers {
  return Object.fromEntries(Object.entries(table).map(([name, value]) => [prefix + name, value]));
}
