/**
 * What groups and bad references mean, and whom to ask first.
 *
 * @module
 */
import type { Analysis, CodeOwner, GroupJudgement, Suspect, TraceGroup } from "../analysis.ts";
import type { Frame, FrameModule } from "../frame.ts";
import { codeOwner } from "../own_code.ts";
import { growthSteps, isGrowing } from "./growth_steps.ts";

/** Whose modules are, where the user knows better than the built-in table. */
export interface OwnerPatterns {
  /** Modules that are the program's own. */
  readonly own?: readonly RegExp[];
  /** Modules that are the system's. */
  readonly system?: readonly RegExp[];
}

/** Tells whose a module is, by what the user said of it, else by the built-in table. */
export function ownerOf(module: FrameModule, { own = [], system = [] }: OwnerPatterns): CodeOwner {
  if (own.some((pattern) => pattern.test(module.name))) return "own";
  if (system.some((pattern) => pattern.test(module.name))) return "system";
  return codeOwner(module);
}

/**
 * The first own frame, innermost first; without one the first of a framework. A frame outside all modules is nobody's:
 * generated code and unloaded modules name nobody.
 */
export function suspectOf(
  frames: readonly Frame[],
  patterns: OwnerPatterns = {},
): Suspect | undefined {
  let framework: Frame | undefined;
  for (const frame of frames) {
    if (frame.module === undefined) continue;
    const owner = ownerOf(frame.module, patterns);
    if (owner === "own") return { frame, owner };
    if (owner === "framework") framework ??= frame;
  }
  return framework && { frame: framework, owner: "framework" };
}

/** What a group's judgement depends on beside its counts. */
export interface JudgedSource extends Pick<Analysis, "hasMarks"> {
  /** Whether the source tells of closes; it does if omitted. */
  readonly tellsCloses?: boolean;
}

/**
 * How the handles of a stack usually end. One that rose at every snapshot is growing, whatever was closed meanwhile.
 * One that was never closed is the plainest leak; one that is closed more often than not may be a handle in use at the
 * moment, or a leak on a rare path; between them, and where the source tells of no closes, it is outstanding.
 */
export function judgementOf(
  group: Pick<TraceGroup, "opened" | "closed" | "series" | "delta">,
  source: JudgedSource = {},
): GroupJudgement {
  const { opened, closed } = group;
  if (closed === 0) return source.tellsCloses === false ? "outstanding" : "never closed";
  if (isGrowing(growthSteps(group, source))) return "growing";
  return closed * 2 > opened ? "usually closed" : "outstanding";
}
