/**
 * Every filter in every verb that shows traces: the same flags, the same effect, and a count of what is left out.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { runCli } from "../src/cli_fixture.ts";
import { temporaryFolder } from "../src/folder_fixture.ts";
import { record } from "../src/library/mod.ts";
import { Session } from "../src/session.ts";
import { ServiceTarget } from "./service_fixture.ts";

/** The parts of an analysis that are read here. */
interface Shown {
  readonly traces: readonly {
    readonly type: string;
    readonly handle: number;
    readonly threadId: number;
    readonly time: string;
    readonly stack: number;
    readonly objectType?: string;
  }[];
  readonly groups: readonly {
    readonly stack: number;
    readonly outstanding: number;
    readonly badReferences: number;
    readonly suspectIs: string;
  }[];
  readonly stacks: Readonly<Record<string, readonly { readonly symbol: string }[]>>;
}

const START = Date.UTC(2026, 10, 28, 9);

function hasFrame({ stacks }: Shown, stack: number, symbol: string): boolean {
  return stacks[stack]!.some((frame) => frame.symbol.endsWith(symbol));
}

/** Stands for the handle of the first trace in an unfiltered list. */
const FIRST_HANDLE = "<first>";

/** Each filter with what must be true of everything shown. */
const FILTERS: readonly {
  readonly words: readonly string[];
  readonly holds: (shown: Shown) => boolean;
  /** It changes how a stack is described, and leaves nothing out. */
  readonly leavesAll?: true;
}[] = [
  {
    words: ["--handle", FIRST_HANDLE],
    holds: ({ traces }) => new Set(traces.map(({ handle }) => handle)).size === 1,
  },
  { words: ["--type", "open"], holds: ({ traces }) => traces.every(({ type }) => type === "open") },
  {
    words: ["--object-type", "event"],
    holds: ({ traces }) => traces.every(({ objectType }) => objectType === "Event"),
  },
  {
    words: ["--thread", "4100"],
    holds: ({ traces }) => traces.every(({ threadId }) => threadId === 4100),
  },
  {
    words: ["--since", "60s"],
    holds: ({ traces }) => traces.every(({ time }) => Date.parse(time) >= START + 60_000),
  },
  {
    words: ["--until", "2026-11-28T09:02:00Z"],
    holds: ({ traces }) => traces.every(({ time }) => Date.parse(time) <= START + 120_000),
  },
  {
    words: ["--focus", "orders!.*Step40$"],
    holds: (shown) =>
      shown.traces.every(({ stack }) => hasFrame(shown, stack, "Step40")) &&
      shown.groups.every(({ stack }) => hasFrame(shown, stack, "Step40")),
  },
  {
    words: ["--ignore", "orders!.*Step40$"],
    holds: (shown) =>
      !shown.traces.some(({ stack }) => hasFrame(shown, stack, "Step40")) &&
      !shown.groups.some(({ stack }) => hasFrame(shown, stack, "Step40")),
  },
  {
    words: ["--only", "leaks"],
    holds: ({ groups }) => groups.every(({ outstanding }) => outstanding > 0),
  },
  {
    words: ["--min-outstanding", "3"],
    holds: ({ groups }) => groups.every(({ outstanding }) => outstanding >= 3),
  },
  { words: ["--top", "5"], holds: ({ groups }) => groups.length <= 5 },
  {
    words: ["--system", "ord*"],
    holds: ({ groups }) => groups.every(({ suspectIs }) => suspectIs === "none"),
    leavesAll: true,
  },
  {
    words: ["--own", "ntdll", "--own", "orders"],
    holds: ({ groups }) => groups.every(({ suspectIs }) => suspectIs === "own"),
    leavesAll: true,
  },
];

const VERBS: readonly (readonly string[])[] = [
  ["report", "now.htrace"],
  ["report", "before.htrace", "now.htrace"],
  ["show", "now.htrace"],
  ["diff", "now.htrace", "before.htrace"],
];

async function inRecordings(run: (folder: string) => Promise<void>): Promise<void> {
  using folder = temporaryFolder();
  for (const [name, operations] of [["before", 3_000], ["now", 6_000]] as const) {
    using session = new Session(new ServiceTarget(operations));
    await record(session, `${folder.path}/${name}.htrace`);
  }
  await run(folder.path);
}

Deno.test("every filter has its effect in every verb", () =>
  inRecordings(async (folder) => {
    for (const [verb = "", ...files] of VERBS) {
      const command = [verb, ...files.map((file) => `${folder}/${file}`), "--json"];
      const shownWith = async (words: readonly string[]): Promise<[Shown, string]> => {
        const { code, stdout, stderr } = await runCli(...command, ...words);
        assertEquals(code, 0, `${verb} ${words.join(" ")}: ${stderr}`);
        return [JSON.parse(stdout), stderr];
      };
      const [all] = await shownWith([]);
      assert(all.traces.length > 50 && all.groups.length > 50, verb);
      for (const { words, holds, leavesAll } of FILTERS) {
        const first = all.traces[0]!.handle.toString(16);
        const [shown, said] = await shownWith(
          words.map((word) => word === FIRST_HANDLE ? first : word),
        );
        const context = `${verb} ${files.length} ${words.join(" ")}`;
        assert(holds(shown), context);
        const isLess = shown.traces.length < all.traces.length ||
          shown.groups.length < all.groups.length;
        assertEquals(isLess, leavesAll !== true && !holds(all), context);
        assert(shown.traces.length + shown.groups.length > 0, context);
        if (isLess) {
          assertMatch(said, /^htrace: left out: [\d,]+ traces? and [\d,]+ stacks?$/m, context);
        }
      }
    }
  }));

Deno.test("every filter and --merge work with the summary, the groups and the tree", () =>
  inRecordings(async (folder) => {
    for (const format of ["summary", "groups", "tree", "folded"]) {
      for (const { words } of [...FILTERS, { words: ["--merge", "module"] }]) {
        const { code, stdout, stderr } = await runCli(
          "report",
          `${folder}/now.htrace`,
          "--format",
          format,
          ...words.map((word) => word === FIRST_HANDLE ? "4" : word),
        );
        assertEquals(code, 0, `${format} ${words.join(" ")}: ${stderr}`);
        assert(stdout.length > 0 || format === "folded", `${format} ${words.join(" ")}`);
      }
    }
    const merged = await runCli(
      "report",
      `${folder}/now.htrace`,
      "--format",
      "tree",
      "--merge",
      "module",
    );
    assertMatch(merged.stdout, /^\d+ {2}orders.*, \d+ stacks merged$/m);
    const words = ["report", `${folder}/now.htrace`, "--merge", "module"];
    const { stdout } = await runCli(...words);
    assertMatch(stdout, /^Suspect +Stacks +Judgement /m);
    const { groups } = JSON.parse((await runCli(...words, "--json")).stdout);
    assert(groups.some(({ merged }: { merged?: number }) => merged! > 1));
  }));

Deno.test("SARIF results without a file under --source-root are counted on standard error", () =>
  inRecordings(async (folder) => {
    const command = ["report", `${folder}/now.htrace`, "--format", "sarif", "--source-root"];
    const elsewhere = await runCli(...command, "D:\\other");
    assertMatch(elsewhere.stderr, /^htrace: \d+ results without a file under the source root: /m);
    const { stderr } = await runCli(...command, "C:\\build");
    assert(!stderr.includes("source root"), stderr);
  }));
