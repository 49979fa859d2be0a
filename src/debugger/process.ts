/**
 * `!process` and `.process`: the processes of a kernel-mode target, and which one is current.
 *
 * @module
 */
import { escapeText } from "../escape_text.ts";
import type { Session } from "../session.ts";
import type { PointerSize } from "../memory.ts";
import type { ProcessEntry } from "../target.ts";
import {
  CommandError,
  type DebuggerCommand,
  expectAtMost,
  parseNumber,
  wordsOf,
} from "./_command.ts";
import { displayAddress } from "./_names.ts";

const LIST_ADVICE = 'write "!process 0 0" or "!process 0 0 name.exe"';
const SET_ADVICE = 'write ".process [/p] [/r] <address>"';

/** `!process [process [flags [image]]]`: 0 lists them all, or those of one image; -1 is the current one. */
export const listProcess: DebuggerCommand = {
  name: "!process",
  forms: [{
    usage: "!process [<process> [flags [<image>]]]",
    brief: "the current process (-1), one by its address or id, or all (of an image): !process 0 0",
  }],
  mode: "kernel",
  run: async (session, args) => {
    const words = wordsOf(args);
    expectAtMost(words, 3, "!process", LIST_ADVICE);
    const [word, flags, image] = words;
    // The flags choose how much a debugger shows; we always print the short form.
    if (flags !== undefined) parseNumber(flags, "flags", 32);
    const { pointerSize } = session.target;
    const process = word === undefined || word === "-1"
      ? session.process?.process ?? 0n
      : parseNumber(word, "process address or id", 64);
    if (process !== 0n) return describe(await findProcess(session, process), pointerSize);
    const all = await processesOf(session);
    const wanted = all.filter(({ imageName }) => isImage(imageName, image));
    if (image !== undefined && wanted.length === 0) {
      throw new CommandError(
        `Cannot find a process of "${image}": none of ${all.length} has that image; ` +
          '"!process 0 0" lists them',
      );
    }
    const described = wanted.map((entry) => describe(entry, pointerSize)).join("\n");
    return image === undefined ? `**** NT ACTIVE PROCESS DUMP ****\n${described}` : described;
  },
};

/** The kernel cuts image names at 15 characters, but the user may type the full name. */
const LONGEST_IMAGE_NAME = 15;

function isImage(name: string, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  const [known, asked] = [name.toLowerCase(), wanted.toLowerCase()];
  // It stores 14 or 15 characters, depending on the version of Windows.
  return known === asked || (known.length >= LONGEST_IMAGE_NAME - 1 && asked.startsWith(known));
}

/** `.process [/p] [/r] [process]`: shows or changes the current process. */
export const setProcess: DebuggerCommand = {
  name: ".process",
  forms: [{
    usage: ".process [/p] [/r] [<process>]",
    brief: "show or change the current process",
  }],
  mode: "kernel",
  run: async (session, args) => {
    const options = wordsOf(args).filter((word) => word.startsWith("/"));
    const words = wordsOf(args).filter((word) => !word.startsWith("/"));
    // /p translates addresses and /r loads user-mode symbols: our processes always have both.
    const unknown = options.find((option) => !/^\/[pr]+$/i.test(option));
    if (unknown !== undefined) {
      throw new CommandError(`Cannot run ".process": "${unknown}" is not known; ${SET_ADVICE}`);
    }
    expectAtMost(words, 1, ".process", SET_ADVICE);
    const [word] = words;
    const process = word === undefined ? 0n : parseNumber(word, "process address", 64);
    // It may have left the list: the target knows whether it exists.
    if (process !== 0n) {
      session.process = {
        process: (await session.target.process?.({ process }))?.process ?? process,
      };
    }
    const current = displayAddress(session.process?.process ?? 0n, session.target.pointerSize);
    return `Implicit process is now ${current}\n`;
  },
};

async function processesOf(session: Session): Promise<readonly ProcessEntry[]> {
  if (session.target.processes === undefined) {
    throw new CommandError(
      `Cannot list processes: "${session.target.name}" does not have them; use "!htrace"`,
    );
  }
  return await session.target.processes();
}

async function findProcess(session: Session, process: bigint): Promise<ProcessEntry> {
  const all = await processesOf(session);
  const entry = all.find((candidate) => candidate.process === process) ??
    all.find(({ processId }) => processId !== undefined && BigInt(processId) === process);
  if (entry !== undefined) return entry;
  throw new CommandError(
    `Cannot find a process 0x${process.toString(16)}: none has that address or id; ` +
      '"!process 0 0" lists them',
  );
}

/** A process in the kernel debugger's three lines; unknown values are printed as 0. */
function describe(entry: ProcessEntry, pointerSize: PointerSize): string {
  const address = (value: bigint | undefined): string => displayAddress(value ?? 0n, pointerSize);
  const id = (value: number | undefined): string => (value ?? 0).toString(16).padStart(4, "0");
  return `PROCESS ${address(entry.process)}  Cid: ${id(entry.processId)}    ` +
    `Peb: ${address(entry.peb)}  ParentCid: ${id(entry.parentProcessId)}\n` +
    `    DirBase: ${address(entry.directoryTableBase)}  ObjectTable: ${
      address(entry.objectTable)
    }  ` +
    `HandleCount: ${(entry.handleCount ?? 0).toString().padStart(3)}.\n` +
    `    Image: ${escapeText(entry.imageName)}\n`;
}
