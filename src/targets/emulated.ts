/**
 * The emulated machine as a target, in user mode and in kernel mode.
 *
 * `emulated` is a process under a user-mode debugger: it is stopped at the breakpoint before badhandle's step, `g` runs
 * the step up to the breakpoint after it, and a second `g` runs to the end. `emulated:2003` is the same with tracing as
 * in Server 2003. `emulated:kernel` is the documented kernel-mode session: the program has run under tracing from
 * `main` on and is about to end; `g` lets it end.
 *
 * @module
 */
import { type ByteSource, bytesSource, type SymbolFiles } from "../byte_source.ts";
import type { GuestImages, ImageFile } from "../machine/boot.ts";
import { Machine, type MachineStop } from "../machine/machine.ts";
import { GuestNtdll } from "../machine/ntdll.ts";
import { checkScenario } from "../machine/scenarios.ts";
import type { Module } from "../module.ts";
import { readDebuggerData } from "../nt/debugger_data.ts";
import { KernelTarget } from "../nt/kernel_target.ts";
import { findLayouts } from "../nt/layouts.ts";
import { handleObjectName } from "../nt/open_handles.ts";
import { translatedMemory } from "../nt/paging.ts";
import { ProcessTarget } from "../nt/process_target.ts";
import { packageFile } from "../package_files.ts";
import { TargetError } from "../error.ts";
import { nextTurn, turnClock } from "../run_to_stop.ts";
import { markName } from "../mark.ts";
import type { Execution, StopEvent, Target } from "../target.ts";
import type {
  LaunchOptions,
  OnMark,
  TargetKind,
  TargetOptions,
  TracedProgram,
} from "./_target_kind.ts";

/** Where the guest's images and PDBs are, from source and inside the executable. */
const GUEST_FOLDER = packageFile("testdata/guest/");

/** The files of the guest. */
const GUEST_FILES = {
  kernel: "ntoskrnl.exe",
  ntdll: "ntdll.dll",
  libraries: ["kernel32.dll"],
  program: "badhandle.exe",
} as const;

/** The build whose structure layouts the guest uses. */
const GUEST_BUILD = 2600;

/** First address of the guest's kernel. */
const GUEST_USER_END = 0x8000_0000n;

/** Instructions between two chances to break in: about a tenth of a second. */
const STEP = 5_000_000;

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
    checkScenario(options.args);
    const images = await readGuestImages();
    return text === KERNEL_MODE
      ? await openKernelMode(images, options)
      : openUserMode(images, options, text === USER_MODE_2003);
  },
  launch: async (on, command, options) => {
    if (on === KERNEL_MODE) {
      throw new TargetError(
        `Cannot start a program on "${KERNEL_MODE}": its program has run already; ` +
          `use "${USER_MODE}" or "${USER_MODE_2003}"`,
      );
    }
    checkScenario(command);
    return launchBadhandle(await readGuestImages(), command, on === USER_MODE_2003, options);
  },
};

/** Reads the guest's images; other folders have variants of them. */
export async function readGuestImages(folder: URL = GUEST_FOLDER): Promise<GuestImages> {
  const read = async (name: string): Promise<ImageFile> => ({
    name,
    bytes: await readGuestFile(name, folder),
  });
  const [kernel, ntdll, program, ...libraries] = await Promise.all([
    read(GUEST_FILES.kernel),
    read(GUEST_FILES.ntdll),
    read(GUEST_FILES.program),
    ...GUEST_FILES.libraries.map(read),
  ]);
  return { kernel, ntdll, program, libraries };
}

async function openKernelMode(images: GuestImages, { args }: TargetOptions): Promise<Target> {
  const machine = new Machine(images, {
    args,
    traceFromMain: true,
    debuggerPresent: false,
    server2003: false,
  });
  await runToExit(machine); // to just before the program's end: without a debugger it does not break
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
  const kernel = {
    name: KERNEL_MODE,
    kind: EMULATED.name,
    layouts: findLayouts(GUEST_BUILD, "x86"),
    addressSpace,
    directoryTableBase,
    psLoadedModuleList,
    psActiveProcessHead,
    execution: executionOf(machine),
    kernelDump: (time: Date) => machine.crashDump(time),
    symbolFiles: guestSymbolFiles,
  };
  const program = new KernelTarget(kernel).process({ processId: machine.targetProcessId });
  return new KernelTarget({ ...kernel, initialProcess: program.process });
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
  // The machine is stopped at the program's first instruction.
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
    runToExit: (onMark) => runToExit(machine, onMark),
    [Symbol.dispose]: () => {}, // a machine that nobody runs does nothing more
  };
}

async function runToExit(machine: Machine, onMark?: OnMark): Promise<number> {
  const clock = turnClock();
  for (;;) {
    const stop = await runInPieces(machine);
    if (stop.kind === "exiting" || stop.kind === "ended") return stop.exitStatus;
    const name = stop.kind === "said" ? markName(stop.text) : undefined;
    if (name !== undefined) await onMark?.(name);
    if (clock.isDue()) await nextTurn();
  }
}

/** Runs the machine to its next stop, however long that takes, and lets the event loop run in between. */
async function runInPieces(machine: Machine): Promise<MachineStop> {
  let stop = machine.runFor(STEP);
  for (; stop.kind === "paused"; stop = machine.runFor(STEP)) await nextTurn();
  return stop;
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
    kind: EMULATED.name,
    identity: { imageName: GUEST_FILES.program },
    userEnd: GUEST_USER_END,
    restarts: true,
    ...(execution && { execution }),
    symbolFiles: guestSymbolFiles,
    objectName: (process, handle) => handleObjectName(ntdll, process, handle),
  });
}

/** Runs the machine; a debugger does not stop where the program is about to end. */
function executionOf(machine: Machine): Execution {
  return {
    go: () => {
      let stop = machine.run();
      while (stop.kind === "exiting" || stop.kind === "said") stop = machine.run();
      return eventOf(stop);
    },
    advance: () => {
      for (;;) {
        const stop = machine.runFor(STEP);
        if (stop.kind === "exiting") continue;
        if (stop.kind === "paused") return { ...stop, address: BigInt(stop.address) };
        if (stop.kind !== "said") return eventOf(stop);
        const name = markName(stop.text);
        if (name !== undefined) return { kind: "mark", name };
      }
    },
  };
}

function eventOf(stop: Exclude<MachineStop, { readonly kind: "said" }>): StopEvent {
  return stop.kind === "breakpoint"
    ? { ...stop, address: BigInt(stop.address) }
    : { kind: "exited", exitStatus: stop.exitStatus };
}

/** The PDB and the image of one of the guest's own modules, read only when symbols are needed. */
async function guestSymbolFiles(module: Module): Promise<SymbolFiles | undefined> {
  const files = [
    GUEST_FILES.kernel,
    GUEST_FILES.ntdll,
    GUEST_FILES.program,
    ...GUEST_FILES.libraries,
  ];
  const image = files.find((file) => module.path.toLowerCase().endsWith(`\\${file}`));
  if (image === undefined) return undefined;
  const open = async (name: string): Promise<ByteSource> =>
    bytesSource(name, await readGuestFile(name, GUEST_FOLDER));
  return { image: await open(image), pdb: await open(image.replace(/\.\w+$/, ".pdb")) };
}

/**
 * A file of the guest: beside the sources, in the executable, or at the URL from which a program imports this library.
 */
async function readGuestFile(name: string, folder: URL): Promise<Uint8Array<ArrayBuffer>> {
  const url = new URL(name, folder);
  if (url.protocol === "file:") return await Deno.readFile(url);
  const response = await fetch(url);
  if (!response.ok) {
    throw new TargetError(
      `Cannot boot the emulated machine: ${url} is not there (status ${response.status}); ` +
        "import the library with all its files",
    );
  }
  return await response.bytes();
}
