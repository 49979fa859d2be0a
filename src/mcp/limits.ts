/**
 * How much an assistant is told at once. What is left out is counted, and said with how to ask for it.
 *
 * @module
 */

/** Caps, each with its reason. */
export const LIMITS = {
  /** Characters of an answer: about ten thousand tokens, more than anybody reads of one call. */
  answer: 40_000,
  /** Characters of the rows of a list, which leaves room for what stands around them. */
  rows: 30_000,
  /** Rows of a list where nobody asks for another number. */
  usualRows: 20,
  /** Rows of a list at most. */
  maxRows: 200,
  /** Characters of one name: templates of C++ are cut, and a hostile file cannot fill the answer with one. */
  text: 300,
  /** Frames of a stack: as many as kernel tracing has, four times over. The recorder can have 256. */
  frames: 64,
  /** Inlined functions of a frame. */
  inlined: 8,
  /** Stacks that closed a group's handles. */
  closers: 8,
  /** Handles of a group. */
  handles: 32,
  /** Object types of a group. */
  types: 16,
  /** Groups that share one stack key. */
  sameKey: 4,
  /** Stories of bad references with one stack. */
  misuses: 8,
  /** Notes on what is missing, snapshots, places that were searched. */
  notes: 16,
  /** Targets that are open at once: each keeps its traces in memory, up to hundreds of megabytes. */
  targets: 8,
  /** Snapshots of a target: a full ring has three megabytes in memory. */
  snapshots: 32,
  /** Characters of a regular expression, a path, an argument: what a person would write. */
  argument: 1_000,
  /** Bytes of a message of the client: no call needs more than a few kilobytes. */
  message: 1 << 20,
} as const;
