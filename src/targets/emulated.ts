/**
 * The emulated machine as a target, in user mode and in kernel mode.
 *
 * `emulated` is a process under a user-mode debugger: it stands at the breakpoint before badhandle's step,
 * `g` runs the step up to the breakpoint behind it, a second `g` runs to the end. `emulated:2003` is the
 * same with tracing as Server 2003 has it. `emulated:kernel` is the documented kernel-mode session: the
 * program has run under tracing from `main` on and is about to end; `g` lets it end.
 *
 * @module
 */
import { type ByteSource, bytesSource, type SymbolFiles } from "../byte_source.ts";
import type { GuestImages, ImageFile } from "../machine/boot.ts";
import { Machine } from "../machine/machine.ts";
import { GuestNtdll } from "../machine/ntdll.ts";
import type { Module } from "../module.ts";
import { readDebuggerData } from "../nt/debugger_data.ts";
import { KernelTarget } from "../nt/kernel_target.ts";
import { findLayouts } from "../nt/layouts.ts";
import { handleObjectName } from "../nt/open_handles.ts";
import { translatedMemory } from "../nt/paging.ts";
import { ProcessTarget } from "../nt/process_target.ts";
import { type Execution, type Target, TraceControlError } from "../target.ts";
import type { LaunchOptions, TargetKind, TargetOptions, TracedProgram } from "./_target_kind.ts";

/** Where the guest's images and PDBs are, from source and inside the executable. */
const GUEST_FOLDER = new URL("../../testdata/guest/", import.meta.url);

/** The files of the guest. */
const GUEST_FILES = {
  kernel: "ntoskrnl.exe",
  ntdll: "ntdll.dll",
  libraries: ["kernel32.dll"],
  program: "badhandle.exe",
} as const;

/** Build whose structure layouts the guest has. */
const GUEST_BUILD = 2600;

const USER_MODE = "emulated";
const USER_MODE_2003 = "emulated:2003";
const KERNEL_MODE = "emulated:kernel";

/** The kind, for the table. */
export const EMULATED: TargetKind = {
  name: "emulated machine",
  forms: [
    "emulated         badhandle under a user-mode debugger, on an emulated machine like Windows XP",
    "emulated:2003    the same, with handle tracing as Server 2003 has it (slots, -disable)",
    "emulated:kernel  a kernel debugger's view of the machine, where badhandle has run",
  ],
  takesArguments: true,
  accepts: ({ text }) => [USER_MODE, USER_MODE_2003, KERNEL_MODE].includes(text),
  open: async (text, options) => {
    const images = await readGuestImages();
    return text === KERNEL_MODE
      ? openKernelMode(images, options)
      : openUserMode(images, options, text === USER_MODE_2003);
  },
  launch: async (on, command, options) => {
    if (on === KERNEL_MODE) {
      throw new TraceControlError(
        `Cannot start a program on "${KERNEL_MODE}": its program has run already; ` +
          `use "${USER_MODE}" or "${USER_MODE_2003}"`,
      );
    }
    return launchBadhandle(await readGuestImages(), command, on === USER_MODE_2003, options);
  },
};

/** Reads the guest's images; other folders hold variants of them. */
export async function readGuestImages(folder: URL = GUEST_FOLDER): Promise<GuestImages> {
  const read = async (name: string): Promise<ImageFile> => ({
    name,
    bytes: await Deno.readFile(new URL(name, folder)),
  });
  const [kernel, ntdll, program, ...libraries] = await Promise.all([
    read(GUEST_FILES.kernel),
    read(GUEST_FILES.ntdll),
    read(GUEST_FILES.program),
    ...GUEST_FILES.libraries.map(read),
  ]);
  return { kernel, ntdll, program, libraries };
}

function openKernelMode(images: GuestImages, { args }: TargetOptions): Target {
  const machine = new Machine(images, {
    args,
    traceFromMain: true,
    debuggerPresent: false,
    server2003: false,
  });
  machine.run(); // to just before the program's end: without a debugger it does not break
  const physical = {
    read: (address: bigint, length: number) => machine.readPhysical(Number(address), length),
  };
  const directoryTableBase = BigInt(machine.systemDirectoryTableBase);
  const addressSpace = (base: bigint) =>
    translatedMemory(physical, { mode: "x86", directoryTableBase: base });
  const { psLoadedModuleList, psActiveProcessHead } = readDebuggerData(
    addressSpace(directoryTableBase),
    BigInt(machine.kernelAddress("KdDebuggerDataBlock")),
  );
  const target = new KernelTarget({
    name: KERNEL_MODE,
    layouts: findLayouts(GUEST_BUILD, "x86"),
    addressSpace,
    directoryTableBase,
    psLoadedModuleList,
    psActiveProcessHead,
    execution: executionOf(machine),
    symbolFiles: guestSymbolFiles,
  });
  const program = target.processes()
    .find(({ processId }) => processId === machine.targetProcessId);
  if (program !== undefined) target.currentProcess = program.process;
  return target;
}

function openUserMode(images: GuestImages, { args }: TargetOptions, server2003: boolean): Target {
  const machine = new Machine(images, {
    args,
    traceFromMain: false,
    debuggerPresent: true,
    server2003,
  });
  const execution = executionOf(machine);
  execution.go(); // to the breakpoint before the step
  return processTarget(machine, server2003, execution);
}

/** The guest's one program is badhandle, so a command is its arguments; without a debugger it does not break. */
function launchBadhandle(
  images: GuestImages,
  args: readonly string[],
  server2003: boolean,
  { slots }: LaunchOptions,
): TracedProgram {
  // The machine stands at the program's first instruction.
  const machine = new Machine(images, {
    args,
    traceFromMain: false,
    debuggerPresent: false,
    server2003,
  });
  const target = processTarget(machine, server2003);
  target.control.enable(slots);
  return {
    target,
    runToExit: () => Promise.try(runToExit, machine),
    [Symbol.dispose]: () => {}, // a machine that nobody runs on does nothing more
  };
}

function runToExit(machine: Machine): number {
  let stop = machine.run();
  while (stop.kind === "breakpoint") stop = machine.run();
  return stop.exitStatus;
}

function processTarget(
  machine: Machine,
  server2003: boolean,
  execution?: Execution,
): ProcessTarget {
  const ntdll = new GuestNtdll(machine);
  return new ProcessTarget({
    ntdll,
    processId: machine.targetProcessId,
    name: server2003 ? USER_MODE_2003 : USER_MODE,
    ...(execution && { execution }),
    symbolFiles: guestSymbolFiles,
    objectName: (process, handle) => handleObjectName(ntdll, process, handle),
  });
}

/** Runs the machine; that the program is about to end is no stop of its own for a debugger. */
function executionOf(machine: Machine): Execution {
  return {
    go: () => {
      let stop = machine.run();
      while (stop.kind === "exiting") stop = machine.run();
      return stop.kind === "breakpoint"
        ? { ...stop, address: BigInt(stop.address) }
        : { kind: "exited", exitStatus: stop.exitStatus };
    },
  };
}

/** The PDB and the image of one of the guest's own modules, read when symbols are wanted. */
function guestSymbolFiles(module: Module): SymbolFiles | undefined {
  const files = [
    GUEST_FILES.kernel,
    GUEST_FILES.ntdll,
    GUEST_FILES.program,
    ...GUEST_FILES.libraries,
  ];
  const image = files.find((file) => module.path.toLowerCase().endsWith(`\\${file}`));
  if (image === undefined) return undefined;
  return { image: readGuestFile(image), pdb: readGuestFile(image.replace(/\.\w+$/, ".pdb")) };
}

function readGuestFile(name: string): ByteSource {
  return bytesSource(name, Deno.readFileSync(new URL(name, GUEST_FOLDER)));
}
