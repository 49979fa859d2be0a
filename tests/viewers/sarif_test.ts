/**
 * `--format sarif` against the OASIS schema, Microsoft's validator, and what both miss. Needs `deno task test:viewers`.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Ajv } from "ajv/dist/ajv.js";
import type { Analysis } from "../../src/analysis.ts";
import { emulatedLeak, grownService, oddNames, renderedText } from "../report_fixture.ts";
import { run, viewerFolder, VIEWERS, viewerTest } from "./_viewers.ts";

const MULTITOOL = `${VIEWERS}/sarif-multitool-linux`;

/** The parts of a result that are read here. */
interface Result {
  readonly ruleId: string;
  readonly locations: readonly {
    readonly physicalLocation?: {
      readonly artifactLocation: { readonly uri: string; readonly uriBaseId?: string };
      readonly region?: { readonly startLine: number };
    };
  }[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
}

async function resultsOf(analysis: Analysis, sourceRoot?: string): Promise<readonly Result[]> {
  return JSON.parse(
    await renderedText("sarif", analysis, sourceRoot === undefined ? {} : { sourceRoot }),
  ).runs[0].results;
}

/**
 * The findings of Microsoft's validator, by its own and code scanning's rules, as `error SARIF1004`. Its exit code says
 * nothing.
 */
function findingsOf(sarif: string): string[] {
  using folder = viewerFolder();
  folder.write("x.sarif", sarif);
  run([
    `${MULTITOOL}/Sarif.Multitool`,
    "validate",
    `${folder.path}/x.sarif`,
    "--rule-kind",
    "Sarif;Ghas",
    "--level",
    "Error;Warning",
    "--output",
    `${folder.path}/found.sarif`,
  ], { DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: "1", HOME: folder.path });
  const found = JSON.parse(Deno.readTextFileSync(`${folder.path}/found.sarif`));
  assertEquals(found.runs[0].invocations[0].executionSuccessful, true);
  return found.runs[0].results.map((
    { level = "warning", ruleId }: { level?: string; ruleId: string },
  ) => `${level} ${ruleId}`);
}

viewerTest("the OASIS schema accepts what is written, and rejects what is not SARIF", async () => {
  const schema = JSON.parse(Deno.readTextFileSync(`${MULTITOOL}/sarif-2.1.0.json`));
  // It uses draft 4, whose `id` is the later drafts' `$id`; nothing else that it uses has changed.
  delete schema.id;
  const validate = new Ajv({ strict: false, validateFormats: false })
    .compile({ ...schema, $schema: "http://json-schema.org/draft-07/schema#" });
  for (const analysis of [await emulatedLeak(), await grownService(), oddNames()]) {
    for (const options of [{}, { sourceRoot: "C:\\build" }]) {
      const log = JSON.parse(await renderedText("sarif", analysis, options));
      assertEquals([validate(log), validate.errors], [true, null]);
    }
  }
  const broken = JSON.parse(await renderedText("sarif", oddNames()));
  delete broken.runs[0].results[0].message;
  assertEquals(validate(broken), false);
});

viewerTest(
  "Microsoft's validator reports no error and no warning, including code scanning's rules",
  async () => {
    assertEquals(
      findingsOf(
        await renderedText("sarif", await grownService(), { sourceRoot: "C:\\build\\orders" }),
      ),
      [],
    );
    assertEquals(
      findingsOf(await renderedText("sarif", await emulatedLeak(), { sourceRoot: "C:\\htrace" })),
      [],
    );
    const broken = JSON.parse(await renderedText("sarif", await emulatedLeak()));
    broken.runs[0].results[0].ruleIndex = 99;
    assert(findingsOf(JSON.stringify(broken)).length > 0);
  },
);

viewerTest(
  "every result has a unique fingerprint, which a rebuild does not change",
  async () => {
    for (const analysis of [await emulatedLeak(), await grownService(), oddNames()]) {
      const results = await resultsOf(analysis);
      const marks = results.map(({ ruleId, partialFingerprints }) =>
        `${ruleId} ${partialFingerprints.primaryLocationLineHash}`
      );
      for (const mark of marks) assert(/^HTR\d{3} [0-9a-f]{32}:\d+$/.test(mark), mark);
      assertEquals(new Set(marks).size, marks.length);
      assertEquals(
        results.map((result) => result.partialFingerprints["htraceOpeningStack/v1"]),
        marks.map((mark) => mark.slice(7, 39)),
      );
    }
    const moved = oddNames();
    const stacks = new Map(Array.from(moved.stacks, ([id, stack]) => [id, {
      ...stack,
      frames: stack.frames.map((frame) => ({
        ...frame,
        address: frame.address + 0x1000n,
        line: 999,
      })),
    }]));
    const fingerprints = async (analysis: Analysis): Promise<unknown> =>
      (await resultsOf(analysis)).map(({ partialFingerprints }) => partialFingerprints);
    assertEquals(await fingerprints({ ...moved, stacks }), await fingerprints(oddNames()));
  },
);

viewerTest(
  "with --source-root, paths are relative to it, and results without a file under it are counted",
  async () => {
    for (const root of ["C:\\build\\orders", "c:/build/orders/", "C:\\build\\x\\..\\orders"]) {
      for (const { locations: [location] } of await resultsOf(await grownService(), root)) {
        const { uri, uriBaseId } = location!.physicalLocation!.artifactLocation;
        assert(/^src\/session\d+\.cpp$/.test(uri), uri);
        assertEquals(uriBaseId, "SRCROOT");
      }
    }
    const elsewhere = JSON.parse(
      await renderedText("sarif", await grownService(), { sourceRoot: "D:\\" }),
    );
    const { results, invocations } = elsewhere.runs[0];
    assert(results.every(({ locations }: Result) => locations[0]?.physicalLocation === undefined));
    assertStringIncludes(
      invocations[0].toolExecutionNotifications[0].message.text,
      `${results.length} results without a file under the source root`,
    );
  },
);

viewerTest(
  "every path is a URI: absolute without a root, with special characters escaped",
  async () => {
    const [result] = await resultsOf(oddNames());
    assertEquals(
      result?.locations[0]?.physicalLocation?.artifactLocation.uri,
      "file:///C:/my%20src/a%23b/gr%C3%B6%C3%9Fe%3F1.cpp",
    );
    const [relative] = await resultsOf(oddNames(), "C:\\my src");
    assertEquals(
      relative?.locations[0]?.physicalLocation?.artifactLocation.uri,
      "a%23b/gr%C3%B6%C3%9Fe%3F1.cpp",
    );
  },
);
