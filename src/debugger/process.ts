/**
 * `!process` and `.process`: the processes of a kernel-mode target, and which one is current.
 *
 * @module
 */
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

/** `!process [process [flags]]`: 0 lists them all. */
export const listProcess: DebuggerCommand = {
  name: "!process",
  forms: [{
    usage: "!process [<process> [flags]]",
    brief: "the current process, one by its address, or all of them: !process 0 0",
  }],
  mode: "kernel",
  run: (session, args) => {
    const words = wordsOf(args);
    expectAtMost(words, 2, "!process", 'write "!process 0 0"');
    const [word, flags] = words;
    // The flags choose how much a debugger shows; we have the one short form, whatever they are.
    if (flags !== undefined) parseNumber(flags, "flags", 32);
    const process = word === undefined
      ? session.target.currentProcess ?? 0n
      : parseNumber(word, "process address", 64);
    if (process !== 0n) return describe(findProcess(session, process), session.target.pointerSize);
    const described = processesOf(session)
      .map((entry) => describe(entry, session.target.pointerSize));
    return `**** NT ACTIVE PROCESS DUMP ****\n${described.join("\n")}`;
  },
};

/** `.process [process]`: shows or changes the current process. */
export const setProcess: DebuggerCommand = {
  name: ".process",
  forms: [{ usage: ".process [<process>]", brief: "show or change the current process" }],
  mode: "kernel",
  run: (session, args) => {
    const words = wordsOf(args);
    expectAtMost(words, 1, ".process", 'write ".process <address>"');
    const [word] = words;
    const process = word === undefined ? 0n : parseNumber(word, "process address", 64);
    if (process !== 0n) session.target.currentProcess = process;
    const current = displayAddress(
      session.target.currentProcess ?? 0n,
      session.target.pointerSize,
    );
    return `Implicit process is now ${current}\n`;
  },
};

function processesOf(session: Session): ProcessEntry[] {
  if (session.target.processes === undefined) {
    throw new CommandError(
      `Cannot list processes: "${session.target.name}" does not have them; use "!htrace"`,
    );
  }
  return session.target.processes();
}

function findProcess(session: Session, process: bigint): ProcessEntry {
  const entry = processesOf(session).find((candidate) => candidate.process === process);
  if (entry === undefined) {
    throw new CommandError(
      `Cannot find a process at 0x${process.toString(16)}: no process of the target is there; ` +
        '"!process 0 0" lists them',
    );
  }
  return entry;
}

/** A process in the three lines of the kernel debugger; what is not known is printed as 0. */
function describe(entry: ProcessEntry, pointerSize: PointerSize): string {
  const address = (value: bigint | undefined): string => displayAddress(value ?? 0n, pointerSize);
  const id = (value: number | undefined): string => (value ?? 0).toString(16).padStart(4, "0");
  return `PROCESS ${address(entry.process)}  Cid: ${id(entry.processId)}    ` +
    `Peb: ${address(entry.peb)}  ParentCid: ${id(entry.parentProcessId)}\n` +
    `    DirBase: ${address(entry.directoryTableBase)}  ObjectTable: ${
      address(entry.objectTable)
    }  ` +
    `HandleCount: ${(entry.handleCount ?? 0).toString().padStart(3)}.\n` +
    `    Image: ${entry.imageName}\n`;
}
