/**
 * The layout of a recorder log (`*.hrec`), offset by offset as `recorder/layout.h` has it.
 *
 * A log is a header and the regions that it points to: hooked calls, object types, the directory of the table of open
 * handles, the buckets of interned blobs (used only by the writer), the ring of events, and the arena, which holds
 * everything else. A *ref* is an offset in the file divided by 8; 0 is none. Integers are little-endian.
 *
 * @module
 */

/** `"HREC\r\n\x1a\n"`. */
export const LOG_MAGIC = 0x0a1a_0a0d_4345_5248n;
/** The version that is written and read. */
export const LOG_VERSION = 1;

/** `Header`: htrace writes the part before `state`. */
export const HEADER = {
  size: 0x200,
  magic: 0x00, // u64
  version: 0x08,
  headerSize: 0x0c,
  fileSize: 0x10, // u64
  calls: 0x18,
  callSlots: 0x1c,
  types: 0x20,
  typeSlots: 0x24,
  directory: 0x28,
  directorySlots: 0x2c,
  buckets: 0x30,
  bucketSlots: 0x34,
  ring: 0x38, // u64
  ringSlots: 0x40, // u64
  arena: 0x48, // u64
  maxFrames: 0x50,
  isStopped: 0x54,
  state: 0x80,
  failure: 0x84,
  processId: 0x88,
  pointerSize: 0x8c,
  frequency: 0x90, // u64, like all below unless a width is given
  startCounter: 0x98,
  startTime: 0xa0,
  endCounter: 0xa8,
  exitStatus: 0xb0, // u32
  callCount: 0xb4, // u32
  typeCount: 0xb8, // u32
  generation: 0xbc, // u32
  modules: 0xc0, // ref
  marks: 0xc4, // ref
  listings: 0xc8, // ref
  nextEvent: 0xd0,
  arenaNext: 0xd8,
  lostEvents: 0xe0,
  lostStacks: 0xe8,
  lostNames: 0xf0,
  lostHandles: 0xf8,
  lostModules: 0x100,
  reentered: 0x108,
  unplaced: 0x110,
  gone: 0x118,
  replaced: 0x120,
  unseenCloses: 0x128,
  cutStacks: 0x130,
  children: 0x138,
  setMarks: 0x148,
  givenUp: 0x150,
} as const;

/** `Header.state`. */
export const STATE = { made: 0, starting: 1, recording: 2, failed: 3, ended: 4 } as const;

/** `Call`, 64 bytes. */
export const CALL = {
  size: 0x40,
  name: 0x00,
  nameSize: 0x30,
  state: 0x30,
  arguments: 0x34,
} as const;

/** `Call.state`, by number. */
export const CALL_STATES = [
  "unknown",
  "hooked",
  "absent",
  "not loaded",
  "protected",
  "other code",
] as const;

/** `Type`, 32 bytes of text. */
export const TYPE = { size: 0x20 } as const;

/** `Event`. */
export const EVENT = {
  size: 0x28,
  state: 0x00, // u64: number * 256 + kind
  time: 0x08, // u64
  handle: 0x10,
  thread: 0x14,
  stack: 0x18, // ref
  detail: 0x1c,
  status: 0x20,
  call: 0x24, // u16
  type: 0x26, // u8
  flags: 0x27, // u8
} as const;

/** The kinds of event, in the lowest byte of `Event.state`. */
export const EVENT_KIND = {
  none: 0,
  writing: 1,
  open: 2,
  closing: 3,
  close: 4,
  closeFailed: 5,
  badReference: 6,
  given: 7,
} as const;

/** Bits of `Event.flags` and `OpenHandle.flags`. */
export const FLAG = { unseen: 1, existing: 2, raised: 4, wide: 8, replaces: 16 } as const;

/** `OpenHandle`, in pages of `slotsPerPage`; the slot of a handle is its value divided by 4. */
export const OPEN_HANDLE = {
  size: 0x20,
  slotsPerPage: 1024,
  opened: 0x00, // u64: number of the event; the two highest bits mean that it is being written or closed
  closing: 1n << 62n,
  time: 0x08, // u64
  stack: 0x10, // ref
  name: 0x14, // ref
  thread: 0x18,
  call: 0x1c, // u16
  type: 0x1e, // u8
  flags: 0x1f, // u8
} as const;

/** `Blob`: a stack, a name or bytes, kept once. */
export const BLOB = {
  size: 0x20,
  kind: 0x0c, // u16
  bytes: 0x0e, // u16: length of the data that follows
  tag: 0x10,
  opened: 0x14,
  closed: 0x18,
  bad: 0x1c,
} as const;

/** `Blob.kind`. */
export const BLOB_KIND = { stack: 1, name: 2, bytes: 3 } as const;

/** Most bytes of a blob, by kind: where `recorder/` cuts them (`MAX_FRAMES`, `MAX_NAME_BYTES`, `CodeView.path`). */
export const BLOB_MAX_BYTES: Readonly<Record<number, number>> = { 1: 256 * 8, 2: 1040, 3: 260 };

/** `Module`. */
export const MODULE = {
  size: 0x60,
  next: 0x00, // ref
  path: 0x04, // ref
  base: 0x08, // u64
  imageSize: 0x10,
  timestamp: 0x14,
  loaded: 0x18, // u64
  loadedTime: 0x20, // u64
  unloaded: 0x28, // u64
  unloadedTime: 0x30, // u64
  generation: 0x38,
  pdbAge: 0x3c,
  pdbGuid: 0x40, // 16 bytes
  pdbPath: 0x50, // ref
} as const;

/** `Mark`. */
export const MARK = {
  size: 0x20,
  next: 0x00,
  name: 0x04,
  number: 0x08,
  time: 0x10,
  thread: 0x18,
} as const;

/** `Listing`, followed by `ListedHandle` entries. */
export const LISTING = {
  size: 0x28,
  next: 0x00, // ref
  kind: 0x04,
  before: 0x08, // u64
  after: 0x10, // u64
  time: 0x18, // u64
  count: 0x20,
} as const;

/** `Listing.kind`. */
export const LISTING_KIND = { start: 1, end: 2 } as const;

/** `ListedHandle`. */
export const LISTED_HANDLE = {
  size: 0x10,
  handle: 0x00,
  access: 0x04,
  name: 0x08,
  type: 0x0c,
} as const;

/**
 * Limits on the contents of a log. A log is written by the program that it describes, so its numbers are not trusted.
 *
 * | limit | why |
 * | --- | --- |
 * | `ringSlots` | 80 MiB of events, sixteen times the largest ring of the kernel |
 * | `arena` | two million open handles, or stacks of a hundred thousand distinct places |
 * | `directorySlots` | the kernel's own limit of 16,777,216 handles |
 * | `calls`, `types` | more than any version hooks, or any system has |
 * | `frames` | `MAX_FRAMES` in `recorder/stack.h` |
 * | `blobs` | stacks and names: as many as fill the arena with stacks of usual depth |
 * | `stacks` | three times those of ten million traces of a real program; the newest are kept |
 * | `records` | modules, marks or listings: more than a program has; a list that is longer runs in a circle |
 * | `contestedPlaces` | where modules that took each other's places begin and end, times those modules |
 * | `markedStacks` | marks times stacks, each with a count: some 200 MB |
 */
export const LIMITS = {
  ringSlots: 0x20_0000,
  arena: 0x400_0000,
  directorySlots: 0x4000,
  calls: 0x1000,
  types: 0x100,
  frames: 256,
  blobs: 0x8_0000,
  stacks: 0x1_0000,
  records: 0x2000,
  contestedPlaces: 0x40_0000,
  markedStacks: 0x100_0000,
} as const;
