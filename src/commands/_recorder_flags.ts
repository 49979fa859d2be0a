/**
 * The in-process recorder on the command line.
 *
 * @module
 */
import { UsageError } from "../error.ts";
import type { RecorderOptions } from "../targets/mod.ts";
import { parseCount, toggle } from "./_arguments.ts";

/** The user's options for the recorder. */
export interface RecorderFlags {
  /** Record inside the program. */
  readonly recorder?: boolean;
  /** The most frames of a stack. */
  readonly frames?: number;
}

/** The definitions of {@linkcode RecorderFlags}, to be spread into a verb's own flags. */
export const RECORDER_FLAGS = {
  recorder: toggle("Record inside the program instead of by the kernel"),
  frames: {
    kind: "parsed",
    parse: parseFrames,
    optional: true,
    placeholder: "n",
    brief: "With --recorder, the most frames of a stack: 2 to 256; otherwise 64",
  },
} as const;

/** The most frames that the recorder walks (`MAX_FRAMES` of recorder/stack.h). */
const MAX_FRAMES = 256;

function parseFrames(text: string): number {
  const frames = parseCount(text);
  if (frames >= 2 && frames <= MAX_FRAMES) return frames;
  throw new SyntaxError(`"${text}" is not a number of frames: give 2 to ${MAX_FRAMES}`);
}

/** Extension of the recorder's log, which `-o` keeps. */
const LOG_EXTENSION = ".hrec";

/** Whether a file of that name is to be the recorder's log. */
export function isLogName(path: string | undefined): boolean {
  return path?.toLowerCase().endsWith(LOG_EXTENSION) ?? false;
}

/** How the recorder is to record; undefined if it is not requested. */
export function recorderOptions(
  { recorder = false, frames, output, target }: RecorderFlags & {
    readonly output?: string;
    readonly target?: string;
  },
): RecorderOptions | undefined {
  if (!recorder) {
    const flag = frames !== undefined ? "--frames" : isLogName(output) ? `-o ${output}` : undefined;
    if (flag === undefined) return undefined;
    throw new UsageError(`Cannot run with ${flag}: the recorder is not asked for; add --recorder`);
  }
  if (target !== undefined) {
    throw new UsageError(
      `Cannot record on "${target}": the recorder is for programs of this system; leave one out`,
    );
  }
  return {
    ...(frames !== undefined && { frames }),
    ...(output !== undefined && isLogName(output) && { log: output }),
  };
}
