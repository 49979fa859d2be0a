/**
 * Commands of the documents that their test does not run to the end, each with the reason.
 *
 * @module
 */

/** Why a command is not run. */
export interface NotRun {
  /** Whole command lines, or the beginning of some. */
  readonly command: RegExp;
  /** What it needs that the test has not. */
  readonly needs: string;
}

/** The table. A row that no document has any more fails the test. */
export const NOT_RUN: readonly NotRun[] = [
  { command: /^npx -y deno@2\.9\.5 task test$/, needs: "to be run outside of itself" },
  {
    command: /^htrace <verb> /,
    needs: "words in the place of its own: it is the form of all commands",
  },
  {
    command: /^(?:winget|scoop) /,
    needs: "Windows, a release, and its manifests in their catalogues",
  },
  { command: /^wpr /, needs: "Windows" },
  { command: /^htrace mcp\b/, needs: "a client; src/mcp has tests with one" },
  {
    command: /^htrace report service\.hrec$/,
    needs: "a log that the recorder wrote, on Windows or Wine",
  },
];

/**
 * What the program says of a command that needs Windows, elsewhere: its words were understood then, and its files read.
 */
export const NEEDS_WINDOWS = /^htrace: [^\n]*this is not Windows/m;
