/**
 * Writes the structures that a process finds in its half of the address space when it starts: PEB, TEB, process
 * parameters and the loader's lists of modules.
 *
 * On a real system the kernel makes the first two and ntdll's loader the lists; here the boot loader has loaded the
 * images, so it also writes the lists.
 *
 * @module
 */
import { Arena, linkList } from "./arena.ts";
import { type Region, USER_MAP } from "./memory_map.ts";
import { isSameFile, type LoadedImage } from "./loader.ts";
import type { AddressSpace } from "./page_tables.ts";
import {
  encodeStructure,
  LDR_DATA_TABLE_ENTRY,
  PEB,
  PEB_LDR_DATA,
  PROCESS_PARAMETERS,
  TEB,
} from "./structures.ts";

/** The parameters of a new process. */
export interface ProcessStart {
  /** The program; a process with only system code has none. */
  readonly program?: LoadedImage;
  /** Its DLLs in load order: dependencies come first. */
  readonly libraries: readonly LoadedImage[];
  /** Its command line, the program's name included. */
  readonly commandLine: string;
  /** The value of PEB.BeingDebugged: whether DebugBreak makes sense. */
  readonly debuggerPresent: boolean;
  /** Whether its PEB says Server 2003 instead of Windows XP. */
  readonly server2003: boolean;
  /** Its process id. */
  readonly processId: number;
  /** Id of its first thread. */
  readonly threadId: number;
}

/** Folder of the program; DLLs are in the system folder, as on Windows XP. */
const PROGRAM_FOLDER = "C:\\badhandle\\";
const SYSTEM_FOLDER = "C:\\WINDOWS\\system32\\";

/** RTL_USER_PROCESS_PARAMETERS.Flags: its strings have addresses, not offsets. */
const PARAMETERS_NORMALIZED = 0x1;

/** LDR_DATA_TABLE_ENTRY.LoadCount for an image that is never unloaded. */
const LOADED_FOR_GOOD = 0xffff;

/** NT_TIB.ExceptionList for a thread without handlers. */
const END_OF_EXCEPTION_LIST = 0xffff_ffff;

/** VER_PLATFORM_WIN32_NT. */
const PLATFORM_NT = 2;

/** Versions that the PEB can state: Windows XP SP2 and Server 2003 SP1. */
const VERSIONS = {
  xp: { major: 5, minor: 1, build: 2600, servicePack: 0x200 },
  server2003: { major: 5, minor: 2, build: 3790, servicePack: 0x100 },
} as const;

/** Maps and fills a process's own structures; its images are loaded already. */
export function prepareProcess(space: AddressSpace, start: ProcessStart): void {
  for (const region of START_REGIONS) {
    space.map(region, { writable: true, user: true });
  }
  const version = start.server2003 ? VERSIONS.server2003 : VERSIONS.xp;
  const peb = encodeStructure(PEB, {
    BeingDebugged: start.debuggerPresent ? 1 : 0,
    ImageBaseAddress: start.program?.base ?? 0,
    Ldr: writeLoaderLists(space, start),
    ProcessParameters: writeParameters(space, start),
    NumberOfProcessors: 1,
    OSMajorVersion: version.major,
    OSMinorVersion: version.minor,
    OSBuildNumber: version.build,
    OSCSDVersion: version.servicePack,
    OSPlatformId: PLATFORM_NT,
  });
  space.write(USER_MAP.peb.start, peb);
  const teb = encodeStructure(TEB, {
    ExceptionList: END_OF_EXCEPTION_LIST,
    StackBase: USER_MAP.stack.end,
    StackLimit: USER_MAP.stack.start,
    Self: USER_MAP.teb.start,
    UniqueProcess: start.processId,
    UniqueThread: start.threadId,
    ProcessEnvironmentBlock: USER_MAP.peb.start,
  });
  space.write(USER_MAP.teb.start, teb);
}

/** The regions that every process has. */
const START_REGIONS: readonly Region[] = [
  USER_MAP.processParameters,
  USER_MAP.stack,
  USER_MAP.loaderHeap,
  USER_MAP.threadHeap,
  USER_MAP.teb,
  USER_MAP.peb,
];

function writeParameters(space: AddressSpace, start: ProcessStart): number {
  const arena = new Arena(space, USER_MAP.processParameters);
  const address = arena.allocate(PROCESS_PARAMETERS.size);
  const path = start.program === undefined ? "" : PROGRAM_FOLDER + start.program.image.name;
  const bytes = encodeStructure(PROCESS_PARAMETERS, {
    MaximumLength: USER_MAP.processParameters.end - USER_MAP.processParameters.start,
    Length: PROCESS_PARAMETERS.size,
    Flags: PARAMETERS_NORMALIZED,
  });
  const { ImagePathName, CommandLine } = PROCESS_PARAMETERS.fields;
  bytes.set(arena.unicodeString(path), ImagePathName[0]);
  bytes.set(arena.unicodeString(start.commandLine), CommandLine[0]);
  space.write(address, bytes);
  return address;
}

function writeLoaderLists(space: AddressSpace, start: ProcessStart): number {
  const arena = new Arena(space, USER_MAP.loaderHeap);
  const data = arena.place(encodeStructure(PEB_LDR_DATA, {
    Length: PEB_LDR_DATA.size,
    Initialized: 1,
  }));
  const programs = start.program === undefined
    ? []
    : [writeLoaderEntry(space, arena, start.program, PROGRAM_FOLDER + start.program.image.name)];
  const libraries = start.libraries.map((library) =>
    writeLoaderEntry(space, arena, library, SYSTEM_FOLDER + listedName(library, start))
  );
  const entries = [...programs, ...libraries];
  const { fields } = LDR_DATA_TABLE_ENTRY;
  const heads = PEB_LDR_DATA.fields;
  const link = (head: number, field: number, of: readonly number[]): void =>
    linkList(space, data + head, of.map((entry) => entry + field));
  link(heads.InLoadOrderModuleList[0], fields.InLoadOrderLinks[0], entries);
  link(heads.InMemoryOrderModuleList[0], fields.InMemoryOrderLinks[0], entries);
  // The program has no initialization routine to call: it is not in the third list.
  const { InInitializationOrderLinks } = fields;
  link(heads.InInitializationOrderModuleList[0], InInitializationOrderLinks[0], libraries);
  return data;
}

/**
 * The name under which a DLL is listed: its first importer's spelling, as with Windows' loader. That is why the lists
 * say `KERNEL32.dll` although the file is `kernel32.dll`.
 */
function listedName(library: LoadedImage, { program, libraries }: ProcessStart): string {
  const importers = program === undefined ? libraries : [program, ...libraries];
  const { name } = library.image;
  const spellings = importers.flatMap(({ image }) => image.imports).map(({ from }) => from);
  return spellings.find((spelling) => isSameFile(spelling, name)) ?? name;
}

function writeLoaderEntry(
  space: AddressSpace,
  arena: Arena,
  loaded: LoadedImage,
  path: string,
): number {
  const address = arena.allocate(LDR_DATA_TABLE_ENTRY.size);
  const bytes = encodeStructure(LDR_DATA_TABLE_ENTRY, {
    DllBase: loaded.base,
    EntryPoint: loaded.entryPoint,
    SizeOfImage: loaded.size,
    LoadCount: LOADED_FOR_GOOD,
    TimeDateStamp: loaded.image.timestamp,
  });
  const { FullDllName, BaseDllName } = LDR_DATA_TABLE_ENTRY.fields;
  bytes.set(arena.unicodeString(path), FullDllName[0]);
  bytes.set(arena.unicodeString(path.slice(path.lastIndexOf("\\") + 1)), BaseDllName[0]);
  space.write(address, bytes);
  return address;
}
