/**
 * The most that is kept of a text, each limit with its reason. A log can have 2 GB; the kept part stays under 300 MB
 * together with the program itself.
 *
 * @module
 */

/** Limits of one text. */
export const LOG_LIMITS = {
  /** Characters of a line examined in one piece; a log that has lost its line breaks is one line. */
  lineChars: 64 * 1024,
  /** Characters of the widest line of a console that is maximized on a wide screen. */
  widestConsole: 512,
  /** Consecutive blanks: the columns of a handle list have up to 60. */
  gapChars: 200,
  /** Entries of all answers: 17 bytes each. A full ring has 131,072. */
  entries: 4_000_000,
  /** Handle values of more than 32 bits, which only bad references have: about a hundred bytes each. */
  wideHandles: 100_000,
  /** Different frames: 41 to 57 bytes each. A process with symbols has some ten thousand. */
  frames: 1_000_000,
  /** Frames of all different stacks: 4 bytes each. */
  stackFrames: 8_000_000,
  /** Different names of modules and symbols. */
  names: 500_000,
  /** Characters of those names. */
  nameChars: 32_000_000,
  /** Answers, and as many verifier stops: each is an object of some hundred bytes. */
  parts: 100_000,
  /** Frames of an entry; the debugger prints 16, and a kernel ring has 16 of each mode. */
  framesOfEntry: 1024,
  /** Characters of one joined line: names of generic methods reach a few thousand. */
  joinedChars: 8 * 1024,
  /** Lines into which one line can have been broken. */
  joinedLines: 64,
  /** Lines held until it is known how the text was wrapped. */
  heldLines: 2048,
  /** Frame lines recognized without being read again. */
  cachedLines: 65_536,
} as const;
