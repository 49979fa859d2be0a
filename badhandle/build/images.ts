/**
 * The guest's images: what each is made from, and where its functions are.
 *
 * Addresses and return addresses are those of the debugger documentation's example (handle-tracing reference, C.6).
 * They are build data: the sources mean the same at any address, and a function that is not listed is where the linker
 * puts it.
 *
 * @module
 */

/** A call whose return address is fixed. */
export interface PlacedCall {
  /**
   * Part of the call's operand in clang's assembly, such as the callee's decorated name; the first matching call
   * counts.
   */
  readonly operand: string;
  /** Bytes from the function's start to the instruction after the call. */
  readonly returnsAt: number;
}

/** A function at a fixed address. */
export interface PlacedFunction {
  /** Decorated name. */
  readonly symbol: string;
  /** Virtual address of its first byte. */
  readonly address: number;
  /** Calls in it that return at fixed places, in order. */
  readonly calls: readonly PlacedCall[];
}

/** A section of the image that contains placed functions. */
export interface PlacedSection {
  /** Section name, at most five characters; lld sorts sections by name. */
  readonly name: string;
  /** Virtual address of the section, a multiple of 4096; the gap before it takes no room in the file. */
  readonly address: number;
  /** Its functions, by address. */
  readonly functions: readonly PlacedFunction[];
}

/** One image. */
export interface Image {
  /** File name of the image; its PDB has the same stem. */
  readonly file: string;
  /** Sources relative to `badhandle/`. */
  readonly sources: readonly string[];
  /** Those of the sources that are compiled without EBP frames. */
  readonly frameless: readonly string[];
  /** Further compiler options; folders after `-I` are relative to `badhandle/`. */
  readonly options: readonly string[];
  /** Preferred base, where it is loaded. */
  readonly base: number;
  /** Linker options in addition to those that all images share. */
  readonly link: readonly string[];
  /** Images whose import libraries it is linked with. */
  readonly imports: readonly string[];
  /** Sections with placed functions, by address. */
  readonly sections: readonly PlacedSection[];
  /** The section for functions without a place; the default is `.text`, before all others. */
  readonly ordinarySection?: string;
}

/** The program. */
export const BADHANDLE: Image = {
  file: "badhandle.exe",
  sources: ["badhandle.c", "crt/crt.c"],
  frameless: [],
  options: ["-Icrt", "-O1", "-fno-inline"],
  base: 0x01000000,
  link: ["/entry:mainCRTStartup", "/subsystem:console"],
  imports: ["kernel32"],
  ordinarySection: ".text$zz",
  sections: [{
    name: ".text",
    address: 0x01001000,
    functions: [
      {
        symbol: "_main",
        address: 0x01001180,
        calls: [
          { operand: "__imp__CreateEventA@16", returnsAt: 0x20 },
          { operand: "__imp__CreateSemaphoreA@16", returnsAt: 0x45 },
        ],
      },
      {
        symbol: "_mainCRTStartup",
        address: 0x010011de,
        calls: [{ operand: "_main", returnsAt: 0xe3 }],
      },
    ],
  }],
};

const KERNEL32: Image = {
  file: "kernel32.dll",
  sources: [
    "kernel32/command_line.c",
    "kernel32/create_a.c",
    "kernel32/create_event_w.c",
    "kernel32/create_semaphore_w.c",
    "kernel32/debug_string.c",
    "kernel32/frameless.c",
    "kernel32/process.c",
    "kernel32/status.c",
    "kernel32/strings.c",
  ],
  frameless: ["kernel32/frameless.c"],
  options: [],
  base: 0x77dd0000,
  link: ["/dll", "/entry:BaseProcessStart", "/def:badhandle/kernel32/kernel32.def"],
  imports: ["ntdll"],
  sections: [
    {
      name: "PAGE1",
      address: 0x77de0000,
      functions: [{
        symbol: "_BaseProcessStart@4",
        address: 0x77de0af2,
        calls: [{ operand: "*%esi", returnsAt: 0x3d }],
      }],
    },
    {
      name: "PAGE2",
      address: 0x77de2000,
      functions: [
        {
          symbol: "_CreateSemaphoreA@16",
          address: 0x77de234c,
          calls: [{ operand: "_CreateSemaphoreW@16", returnsAt: 0x66 }],
        },
        {
          symbol: "_CreateEventA@16",
          address: 0x77de25f6,
          calls: [{ operand: "_CreateEventW@16", returnsAt: 0x66 }],
        },
      ],
    },
  ],
};

const NTDLL: Image = {
  file: "ntdll.dll",
  sources: ["ntdll/stubs.S", "ntdll/system_call.S", "ntdll/ldr.c", "ntdll/debugger_loop.c"],
  frameless: [],
  options: ["-DNT_NTDLL"],
  base: 0x77f50000,
  link: ["/dll", "/noentry", "/def:badhandle/ntdll/ntdll.def"],
  imports: [],
  sections: [],
};

const NTOSKRNL: Image = {
  file: "ntoskrnl.exe",
  sources: [
    "ntoskrnl/ke/system_service.S",
    "ntoskrnl/ke/trap.S",
    "ntoskrnl/ke/debugger_data.c",
    "ntoskrnl/ke/init.c",
    "ntoskrnl/ke/services.c",
    "ntoskrnl/ke/stop.c",
    "ntoskrnl/ke/string.c",
    "ntoskrnl/ke/thread.c",
    "ntoskrnl/ke/user_trap.c",
    "ntoskrnl/ke/wait.c",
    "ntoskrnl/mm/user_memory.c",
    "ntoskrnl/ex/create_objects.c",
    "ntoskrnl/ex/handle.c",
    "ntoskrnl/ex/handle_operations.c",
    "ntoskrnl/ex/handle_trace.c",
    "ntoskrnl/ex/pool.c",
    "ntoskrnl/ex/signal.c",
    "ntoskrnl/ex/system_information.c",
    "ntoskrnl/ex/trace_control.c",
    "ntoskrnl/ob/close.c",
    "ntoskrnl/ob/close_handle.c",
    "ntoskrnl/ob/create_handle.c",
    "ntoskrnl/ob/duplicate.c",
    "ntoskrnl/ob/insert.c",
    "ntoskrnl/ob/object.c",
    "ntoskrnl/ob/query.c",
    "ntoskrnl/ob/reference.c",
    "ntoskrnl/ps/exit.c",
    "ntoskrnl/ps/open.c",
    "ntoskrnl/ps/process.c",
    "ntoskrnl/ps/query.c",
    "ntoskrnl/ps/thread.c",
  ],
  frameless: ["ntoskrnl/ex/create_objects.c", "ntoskrnl/ob/close.c", "ntoskrnl/ob/insert.c"],
  options: ["-DNT_KERNEL", "-Intoskrnl"],
  base: 0x80100000,
  link: ["/entry:KiSystemStartup@4", "/subsystem:native", "/def:badhandle/ntoskrnl/ntoskrnl.def"],
  imports: [],
  sections: [
    {
      name: "PAGE1",
      address: 0x80154000,
      functions: [{
        symbol: "__KiSystemService",
        address: 0x801548a1,
        calls: [{ operand: "ebx", returnsAt: 0xc4 }],
      }],
    },
    {
      name: "PAGE2",
      address: 0x8018f000,
      functions: [
        {
          symbol: "_ExCreateHandle@8",
          address: 0x8018f3b6,
          calls: [{ operand: "_ExpUpdateDebugInfo@12", returnsAt: 0x94 }],
        },
        {
          symbol: "_ExMapHandleToPointerEx@8",
          address: 0x8018f61f,
          calls: [{ operand: "_ExpUpdateDebugInfo@12", returnsAt: 0xea }],
        },
        {
          symbol: "_ExDestroyHandle@12",
          address: 0x8018fbb6,
          calls: [{ operand: "_ExpUpdateDebugInfo@12", returnsAt: 0x103 }],
        },
        {
          symbol: "_NtSetEvent@8",
          address: 0x80190252,
          calls: [{ operand: "_ObReferenceObjectByHandle@16", returnsAt: 0x6c }],
        },
      ],
    },
    {
      name: "PAGE3",
      address: 0x801e0000,
      functions: [
        {
          symbol: "_ObReferenceObjectByHandle@16",
          address: 0x801e0fc6,
          calls: [{ operand: "_ExMapHandleToPointerEx@8", returnsAt: 0x12c }],
        },
        {
          symbol: "_ObpCloseHandleTableEntry@16",
          address: 0x801e1c2e,
          calls: [{ operand: "_ExDestroyHandle@12", returnsAt: 0xe4 }],
        },
        {
          symbol: "_ObpCloseHandle@4",
          address: 0x801e1d54,
          calls: [{ operand: "_ObpCloseHandleTableEntry@16", returnsAt: 0x85 }],
        },
        {
          symbol: "_NtClose@4",
          address: 0x801e1ec4,
          calls: [{ operand: "_ObpCloseHandle@4", returnsAt: 0x19 }],
        },
        {
          symbol: "_ObpCreateUnnamedHandle@16",
          address: 0x801e3284,
          calls: [{ operand: "_ExCreateHandle@8", returnsAt: 0x10c }],
        },
      ],
    },
    {
      name: "PAGE4",
      address: 0x801e7000,
      functions: [{
        symbol: "_ObInsertObject@16",
        address: 0x801e7254,
        calls: [{ operand: "_ObpCreateUnnamedHandle@16", returnsAt: 0xc3 }],
      }],
    },
  ],
};

/** The images in build order: an image's import library is made before its importers are linked. */
export const IMAGES: readonly Image[] = [NTOSKRNL, NTDLL, KERNEL32, BADHANDLE];

/** Images that differ from the guest's in one respect, for tests that the stacks come from running code. */
export const VARIANTS: Readonly<Record<string, Image>> = {
  "one-more-event": {
    ...released(BADHANDLE, ["_main"]),
    options: [...BADHANDLE.options, "-DONE_MORE_EVENT"],
  },
  "frameless-create-event": {
    ...KERNEL32,
    frameless: [...KERNEL32.frameless, "kernel32/create_event_w.c"],
  },
};

/**
 * The image with some of its functions left to the linker: a function that no longer fits its place must go elsewhere.
 */
export function released(image: Image, symbols: readonly string[]): Image {
  const sections = image.sections.map((section) => ({
    ...section,
    functions: section.functions.filter((placed) => !symbols.includes(placed.symbol)),
  }));
  return { ...image, sections };
}
