/**
 * What groups and bad references mean, and where to look first.
 *
 * @module
 */
import type { Analysis, CodeOwner, GroupJudgement, Suspect, TraceGroup } from "../analysis.ts";
import type { Frame, FrameModule } from "../frame.ts";
import { codeOwner } from "../own_code.ts";
import { growthSteps, isGrowing } from "./growth_steps.ts";

/** Whose modules are, if the user knows better than the built-in table. */
export interface OwnerPatterns {
  /** Modules that are the program's own. */
  readonly own?: readonly RegExp[];
  /** Modules that are the system's. */
  readonly system?: readonly RegExp[];
}

/** Decides whose a module is, by what the user said about it, otherwise by the built-in table. */
export function ownerOf(module: FrameModule, { own = [], system = [] }: OwnerPatterns): CodeOwner {
  if (own.some((pattern) => pattern.test(module.name))) return "own";
  if (system.some((pattern) => pattern.test(module.name))) return "system";
  return codeOwner(module);
}

/**
 * The first own frame, innermost first; if there is none, the first framework frame. A frame outside all modules
 * belongs to nobody: generated code and unloaded modules identify nobody.
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

/** What a group's judgement depends on besides its counts. */
export interface JudgedSource extends Pick<Analysis, "hasMarks"> {
  /** Whether the source reports closes; it does if omitted. */
  readonly tellsCloses?: boolean;
}

/**
 * How a stack's handles usually end. If their number rose at every snapshot, it is growing, regardless of closes. If
 * none was ever closed, that is the clearest leak; if they are closed more often than not, the open ones may be in use
 * at the moment, or leak on a rare path; in between, and if the source reports no closes, they are outstanding.
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
