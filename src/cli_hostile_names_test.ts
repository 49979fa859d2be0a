/** Untrusted names through every verb: none moves a cursor, reverses text or starts a line. */
import { assert, assertEquals } from "@std/assert";
import { runCli } from "./cli_fixture.ts";
import { withFolder } from "./folder_fixture.ts";
import type { Frame } from "./frame.ts";
import { decodeRecording, encodeRecording } from "./recording/recording.ts";
import { REPORTS } from "./reports/mod.ts";

/** What a name can contain to mislead a terminal or a reader: escape sequences, C1, all line breaks, marks. */
const HOSTILE = "x\x1b[2J\x07\x9b31m\r\nFAKED line\u2028FAKED\u2029FAKED\x85\u202eevil\u2066\x7f\0";

const ESCAPE_PDB = new URL("../testdata/hostile/escape.pdb", import.meta.url);

/** Control characters, separators, bidirectional controls; `allowed` are those that lay out a text. */
function unprintable(text: string, allowed: string): string[] {
  return (text.match(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu) ?? [])
    .filter((character) => !allowed.includes(character));
}

function assertHarmless(words: string[], text: string): void {
  const withCsvLines = text.replaceAll("\r\n", "\n");
  assertEquals(unprintable(withCsvLines, "\n\t"), [], words.join(" "));
}

/** A frame with untrusted names. */
function renamed(frame: Frame): Frame {
  return {
    ...frame,
    symbol: `${HOSTILE}!${frame.symbol}`,
    file: `C:\\${HOSTILE}.c`,
    line: 1,
    inlined: [{ symbol: HOSTILE, file: HOSTILE, line: 1 }],
  };
}

/** A recording of the emulated machine in which everything that has a name was renamed; `mark` ends some names. */
async function writeHostileRecording(path: string, mark = ""): Promise<void> {
  await runCli("record", "emulated", "-o", path, "--", "leak", "2");
  const recording = await decodeRecording(path, await Deno.readFile(path));
  const hostile = {
    ...recording,
    targetName: HOSTILE,
    modules: recording.modules.map((module, i) => ({
      ...module,
      name: `${HOSTILE}${i}`,
      path: `C:\\${HOSTILE}\\${i}.dll`,
      ...(module.pdb && { pdb: { ...module.pdb, path: `/${HOSTILE}${i}.pdb` } }),
    })),
    ...(recording.frames && {
      frames: new Map(Array.from(recording.frames, ([at, frame]) => [at, renamed(frame)])),
    }),
    ...(recording.handles && {
      handles: recording.handles.map((entry) => ({
        ...entry,
        type: `Event${HOSTILE}`,
        objectName: HOSTILE + mark,
      })),
    }),
  };
  await Deno.writeFile(path, await encodeRecording(hostile));
}

/** Two of them, whose handles have other names. */
async function writeHostileRecordings(folder: string): Promise<{ FILE: string; OTHER: string }> {
  const files = { FILE: `${folder}/hostile.htrace`, OTHER: `${folder}/other.htrace` };
  await writeHostileRecording(files.FILE);
  await writeHostileRecording(files.OTHER, "!");
  return files;
}

/** All formats except binary ones, which are for programs. */
const TEXT_FORMATS = Object.keys(REPORTS).filter((format) => format !== "pprof");

/** Command lines on the recording `FILE`; each prints names. */
const ON_RECORDING: readonly string[][] = [
  ...TEXT_FORMATS.map((format) => ["report", "FILE", "--format", format]),
  ["show", "FILE"],
  ["show", "FILE", "--names"],
  ["show", "FILE", "--group", "--names"],
  ["show", "FILE", "--json"],
  ["diff", "FILE", "--group", "--names"],
  ["diff", "FILE", "--json"],
  ["symbols", "FILE"],
  ["symbols", "FILE", "--json"],
  ["debug", "FILE", "-c", "lm; !handle; !htrace; !htrace -diff -group -names; ln 1001190; ln 0"],
  ["debug", "FILE", "--native", "-c", "lm"],
  ["diff", "FILE", "OTHER", "--handles"],
  ["diff", "FILE", "OTHER", "--handles", "--json"],
];

/** Command lines that quote what they are given. */
const QUOTING: readonly string[][] = [
  [HOSTILE],
  ["show", HOSTILE],
  ["show", "emulated", HOSTILE],
  ["show", "emulated", "--max", HOSTILE],
  ["show", "emulated", `--${HOSTILE}`],
  ["symbols", "emulated", "--symbols", `${HOSTILE}*`],
  ["symbolize", HOSTILE],
  ["symbolize", "FILE", HOSTILE],
  ["record", "emulated", "-o", `/no such folder/${HOSTILE}`],
  ["run", "--target", "emulated", "--baseline", HOSTILE, "--", "leak"],
  ["run", "--target", "emulated", "--", HOSTILE],
  ["debug", "emulated", "-c", HOSTILE],
  ["debug", "emulated:kernel", "-c", `!process ${HOSTILE}; .process ${HOSTILE}; ln ${HOSTILE}`],
  ["completions", HOSTILE],
];

Deno.test("no verb prints a name's control characters, on any stream", () =>
  withFolder(async (folder) => {
    const files: Record<string, string> = await writeHostileRecordings(folder);
    for (const template of [...ON_RECORDING, ...QUOTING]) {
      const words = template.map((word) => files[word] ?? word);
      const { stdout, stderr } = await runCli(...words);
      assertHarmless(words, stdout);
      assertHarmless(words, stderr);
      assert(stdout.length + stderr.length > 0, words.join(" "));
    }
  }));

Deno.test("an error quotes what it was given in one line", async () => {
  for (const words of QUOTING) {
    const { stderr } = await runCli(...words);
    for (const line of stderr.split("\n").slice(0, -1)) {
      assertEquals(line.startsWith("htrace: "), true, `${words.join(" ")}: ${line}`);
    }
  }
});

Deno.test("no name starts a line in a text", () =>
  withFolder(async (folder) => {
    const { FILE, OTHER } = await writeHostileRecordings(folder);
    for (
      const words of [
        ...["summary", "classic", "groups", "tree"].map((
          format,
        ) => ["report", FILE, "--format", format, "--names"]),
        ["debug", FILE, "-c", "lm; !handle; !htrace; !htrace -diff -group -names; ln 1001190"],
        ["symbols", FILE],
        ["diff", FILE, OTHER, "--handles"],
      ]
    ) {
      const { stdout } = await runCli(...words);
      assert(stdout.includes("FAKED"), `${words.join(" ")} prints names`);
      assertEquals(/^FAKED/m.test(stdout), false, words.join(" "));
    }
  }));

Deno.test("JSON keeps names as they are, in escapes", () =>
  withFolder(async (folder) => {
    const file = `${folder}/hostile.htrace`;
    await writeHostileRecording(file);
    const { stdout } = await runCli("symbols", file, "--json");
    const names = stdout.trimEnd().split("\n").map((line) => JSON.parse(line).module);
    assertEquals(names.length > 1 && names.every((name) => name.startsWith(HOSTILE)), true);
  }));

Deno.test({
  name: "symbolize prints no control character of a PDB's names",
  fn: async () => {
    const pdb = decodeURIComponent(ESCAPE_PDB.pathname);
    for (const form of [[], ["--json"], ["--names", "full"]]) {
      const words = ["symbolize", ...form, pdb, "0x1540"];
      const { code, stdout, stderr } = await runCli(...words);
      assertEquals([code, stderr], [0, ""]);
      assertHarmless(words, stdout);
      assertEquals(stdout.includes("\\u"), true, "it has some");
    }
  },
});
