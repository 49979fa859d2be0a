/**
 * What a process finds in its own half of the address space when it starts: PEB, TEB, process parameters
 * and the loader's lists of modules.
 *
 * On a real system the kernel makes the first two and ntdll's loader the lists; here the boot loader has
 * loaded the images, so it also writes down that it has.
 *
 * @module
 */
import { Arena, linkList } from "./arena.ts";
import { USER_MAP } from "./memory_map.ts";
import type { LoadedImage } from "./loader.ts";
import type { AddressSpace } from "./page_tables.ts";
import {
  encodeStructure,
  LDR_DATA_TABLE_ENTRY,
  PEB,
  PEB_LDR_DATA,
  PROCESS_PARAMETERS,
  TEB,
} from "./structures.ts";

/** What a process is started with. */
export interface ProcessStart {
  /** Its images in load order: the program first, then DLLs, those that others need in front. */
  readonly images: readonly LoadedImage[];
  /** Its command line, the program's name included. */
  readonly commandLine: string;
  /** What PEB.BeingDebugged says: whether DebugBreak makes sense. */
  readonly debuggerPresent: boolean;
  /** Its process id. */
  readonly processId: number;
  /** Id of its first thread. */
  readonly threadId: number;
}

/** Folder of the program; DLLs lie in the system folder, as on Windows XP. */
const PROGRAM_FOLDER = "C:\\badhandle\\";
const SYSTEM_FOLDER = "C:\\WINDOWS\\system32\\";

/** RTL_USER_PROCESS_PARAMETERS.Flags: its strings have addresses, not offsets. */
const PARAMETERS_NORMALIZED = 0x1;

/** LDR_DATA_TABLE_ENTRY.LoadCount of an image that is never unloaded. */
const LOADED_FOR_GOOD = 0xffff;

/** NT_TIB.ExceptionList of a thread without handlers. */
const END_OF_EXCEPTION_LIST = 0xffff_ffff;

/** VER_PLATFORM_WIN32_NT. */
const PLATFORM_NT = 2;

/** Version that the PEB states: Windows XP SP2. */
const VERSION = { major: 5, minor: 1, build: 2600, servicePack: 0x200 } as const;

/** Maps and fills a process's own structures; its images are loaded already. */
export function prepareProcess(space: AddressSpace, start: ProcessStart): void {
  for (const region of Object.values(START_REGIONS)) {
    space.map(region, { writable: true, user: true });
  }
  const [program] = start.images;
  const peb = encodeStructure(PEB, {
    BeingDebugged: start.debuggerPresent ? 1 : 0,
    ImageBaseAddress: program?.base ?? 0,
    Ldr: writeLoaderLists(space, start.images),
    ProcessParameters: writeParameters(space, start),
    NumberOfProcessors: 1,
    OSMajorVersion: VERSION.major,
    OSMinorVersion: VERSION.minor,
    OSBuildNumber: VERSION.build,
    OSCSDVersion: VERSION.servicePack,
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

/** All regions of a process but the one for relocated images, which is mapped as it is used. */
const { relocatedImages: _, ...START_REGIONS } = USER_MAP;

function writeParameters(space: AddressSpace, start: ProcessStart): number {
  const arena = new Arena(space, USER_MAP.processParameters);
  const address = arena.allocate(PROCESS_PARAMETERS.size);
  const [program] = start.images;
  const path = program === undefined ? "" : PROGRAM_FOLDER + program.image.name;
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

function writeLoaderLists(space: AddressSpace, images: readonly LoadedImage[]): number {
  const arena = new Arena(space, USER_MAP.loaderHeap);
  const data = arena.place(encodeStructure(PEB_LDR_DATA, {
    Length: PEB_LDR_DATA.size,
    Initialized: 1,
  }));
  const entries = images.map((loaded, index) => {
    const folder = index === 0 ? PROGRAM_FOLDER : SYSTEM_FOLDER;
    return writeLoaderEntry(space, arena, loaded, folder);
  });
  const { fields } = LDR_DATA_TABLE_ENTRY;
  const heads = PEB_LDR_DATA.fields;
  const link = (head: number, field: number, of: readonly number[]): void =>
    linkList(space, data + head, of.map((entry) => entry + field));
  link(heads.InLoadOrderModuleList[0], fields.InLoadOrderLinks[0], entries);
  link(heads.InMemoryOrderModuleList[0], fields.InMemoryOrderLinks[0], entries);
  // The program has no initialization routine to call: it is not in the third list.
  const initialized = entries.slice(1);
  link(
    heads.InInitializationOrderModuleList[0],
    fields.InInitializationOrderLinks[0],
    initialized,
  );
  return data;
}

function writeLoaderEntry(
  space: AddressSpace,
  arena: Arena,
  loaded: LoadedImage,
  folder: string,
): number {
  const { image } = loaded;
  const name = image.exports.imageName || image.name;
  const address = arena.allocate(LDR_DATA_TABLE_ENTRY.size);
  const bytes = encodeStructure(LDR_DATA_TABLE_ENTRY, {
    DllBase: loaded.base,
    EntryPoint: loaded.entryPoint,
    SizeOfImage: loaded.size,
    LoadCount: LOADED_FOR_GOOD,
    TimeDateStamp: image.timestamp,
  });
  const { FullDllName, BaseDllName } = LDR_DATA_TABLE_ENTRY.fields;
  bytes.set(arena.unicodeString(folder + name), FullDllName[0]);
  bytes.set(arena.unicodeString(name), BaseDllName[0]);
  space.write(address, bytes);
  return address;
}
