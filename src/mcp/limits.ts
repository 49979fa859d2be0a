/**
 * How much an assistant gets at once. The rest is counted, with how to request it.
 *
 * @module
 */

/** Limits, each with its reason. */
export const LIMITS = {
  /** Characters of a result: about ten thousand tokens, more than anybody reads from one call. */
  answer: 40_000,
  /** Characters of the rows of a list, which leaves room for the surrounding members. */
  rows: 30_000,
  /** Default rows of a list. */
  usualRows: 20,
  /** Most rows of a list. */
  maxRows: 200,
  /** Characters of one name: C++ templates are cut, and a hostile file cannot fill the result with one. */
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
  /** Notes on what is missing, snapshots, locations that were searched. */
  notes: 16,
  /** Targets that are open at once: each keeps its traces in memory, up to hundreds of megabytes. */
  targets: 8,
  /** Snapshots of a target: a full ring takes three megabytes of memory. */
  snapshots: 32,
  /** Characters of a regular expression, a path, an argument: as much as a person would write. */
  argument: 1_000,
  /** Bytes of a message from the client: no call needs more than a few kilobytes. */
  message: 1 << 20,
} as const;
