/**
 * What a group of opens means: how its handles usually end, and whom to ask first.
 *
 * @module
 */
import type { GroupJudgement, TraceGroup } from "./analysis.ts";
import type { StackGroup } from "./engine.ts";
import type { Frame } from "./frame.ts";
import { isInModule, type Module } from "./module.ts";

/**
 * Folders of the system's own images, as parts of a lower-case path with forward slashes. Compilers' run-time
 * libraries lie in the side-by-side store.
 */
const SYSTEM_FOLDERS = ["/system32/", "/syswow64/", "/winsxs/", "/systemroot/"];

/**
 * Names of system images whose path a target may not know (kernel modules, images named without a folder),
 * lower case: the kernel in its four builds, the layers that every stack passes through, the C run-time.
 */
const SYSTEM_MODULES = new Set([
  ...["ntoskrnl", "ntkrnlmp", "ntkrnlpa", "ntkrpamp", "nt", "hal", "win32k", "fltmgr"],
  ...["ntdll", "kernel32", "kernelbase", "user32", "gdi32", "advapi32", "rpcrt4", "sechost"],
  ...["wow64", "wow64cpu", "wow64win", "wow64base", "verifier", "vrfcore"],
  ...["msvcrt", "ucrtbase", "vcruntime140", "vcruntime140_1", "msvcp140"],
]);

/** Judges groups and names their suspects, by the frames of their stacks and the modules of the process. */
export function judgeGroups(
  groups: readonly StackGroup[],
  stacks: ReadonlyMap<number, readonly Frame[]>,
  modules: readonly Module[],
): TraceGroup[] {
  return groups.map((group) => {
    const suspect = suspectOf(stacks.get(group.stack) ?? [], modules);
    return {
      ...group,
      judgement: judgementOf(group),
      ...(suspect === undefined ? {} : { suspect }),
    };
  });
}

/**
 * How the handles of a stack usually end. One that was never closed is the plainest leak; one that is closed more
 * often than not may be a handle in use at the moment, or a leak on a rare path; between them it is outstanding.
 */
export function judgementOf(group: Pick<StackGroup, "opened" | "closed">): GroupJudgement {
  if (group.closed === 0) return "never closed";
  return group.closed * 2 > group.opened ? "usually closed" : "outstanding";
}

/** Whether a module belongs to the system: by its folder, else by its name. */
export function isSystemModule(module: Pick<Module, "name" | "path">): boolean {
  const path = module.path.toLowerCase().replaceAll("\\", "/");
  return SYSTEM_FOLDERS.some((folder) => path.includes(folder)) ||
    SYSTEM_MODULES.has(module.name.toLowerCase());
}

/**
 * Whether a frame lies in a module which is not the system's. One outside all modules does not: generated code and
 * unloaded modules name nobody.
 */
export function isOwnFrame({ address, module: name }: Frame, modules: readonly Module[]): boolean {
  if (name === undefined) return false;
  const module = modules.find((candidate) => isInModule(candidate, address));
  return !isSystemModule(module ?? { name, path: "" });
}

/** The first frame, innermost first, that is not the system's; undefined when all are. */
export function suspectOf(
  frames: readonly Frame[],
  modules: readonly Module[],
): Frame | undefined {
  return frames.find((frame) => isOwnFrame(frame, modules));
}
