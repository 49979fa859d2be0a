/**
 * Commands in the documents that the test does not run to completion, each with the reason.
 *
 * @module
 */

/** Why a command is not run. */
export interface NotRun {
  /** Matches complete command lines, or how they begin. */
  readonly command: RegExp;
  /** What it needs that the test does not have. */
  readonly needs: string;
}

/** The table. A row that no document uses any more fails the test. */
export const NOT_RUN: readonly NotRun[] = [
  { command: /^npx -y deno@2\.9\.5 task test$/, needs: "to be run outside of itself" },
  {
    command: /^htrace <verb> /,
    needs: "words in place of its own: it is the form of all commands",
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
 * What the program prints on other systems for a command that needs Windows: by then it has parsed the command line and
 * read the files.
 */
export const NEEDS_WINDOWS = /^htrace: [^\n]*this is not Windows/m;
