/** Compares every format of the emulated leak and a made-up service with golden files; `-- --update` rewrites them. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Rendered } from "../src/analysis.ts";
import { runCli } from "../src/cli_fixture.ts";
import { withFolder } from "../src/folder_fixture.ts";
import { record } from "../src/library/record.ts";
import { SCRIPT, SCRIPT_HASH, STYLE, STYLE_HASH } from "../src/reports/html/page.generated.ts";
import { REPORT_TABLE } from "../src/reports/mod.ts";
import { Session } from "../src/session.ts";
import { assertFits } from "../docs/json_schema_fixture.ts";
import { emulatedLeak, grownService, oddNames, renderedText, service } from "./report_fixture.ts";
import { functionOf, PLANTED, ServiceTarget } from "./service_fixture.ts";

const GOLDEN = new URL("../testdata/golden/formats/", import.meta.url);
const isUpdate = Deno.args.includes("--update");

/** A format's output as text: bytes as they are, unpacked. */
async function textOf(rendered: Rendered): Promise<string> {
  if (typeof rendered === "string") return rendered;
  if (rendered instanceof Uint8Array) {
    const stream = new Blob([Uint8Array.from(rendered)]).stream()
      .pipeThrough(new DecompressionStream("gzip"));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ") + "\n";
  }
  if ("next" in rendered) return [...rendered].join("");
  return (await Promise.all(
    rendered.map(async ({ suffix, content }) => `--- ${suffix}\n${await textOf(content)}`),
  )).join("");
}

/**
 * The version changes with each release, the page's script and style with each build; goldens must not change with
 * them.
 */
function withoutVersion(text: string): string {
  return text.replace(SCRIPT, () => "(script)").replace(STYLE, () => "(style)")
    .replace(SCRIPT_HASH, "(hash)").replace(STYLE_HASH, "(hash)")
    .replaceAll(/"htrace":"[\d.]+"/g, '"htrace":"0.0.0"')
    .replaceAll(/htrace \d+\.\d+\.\d+/g, "htrace 0.0.0")
    .replaceAll(/"semanticVersion":"[\d.]+"/g, '"semanticVersion":"0.0.0"');
}

/** Compares a text with its golden file, or rewrites the file. */
function holdAgainst(name: string, text: string): void {
  const file = new URL(name, GOLDEN);
  if (isUpdate) return Deno.writeTextFileSync(file, text);
  const message = "rewrite it: deno test -A tests -- --update";
  assertEquals(text, Deno.readTextFileSync(file), message);
}

async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(hash).toHex();
}

for (const report of REPORT_TABLE) {
  Deno.test(`--format ${report.name} of the emulated leak matches its golden file`, async () => {
    const text = withoutVersion(await textOf(await report.render(await emulatedLeak())));
    holdAgainst(`leak-3.${report.name}`, text);
  });
}

/** Formats in which a person can read a large analysis as is, a line or a paragraph for each stack. */
const READABLE = ["summary", "groups", "tree", "csv", "folded", "junit"];
/** How much of the service the goldens of the other formats show. */
const FEW = { filter: { top: 3, maxTraces: 4 } };

/**
 * A golden that nobody can read is useless: half a megabyte on one line, numbers that point into tables. For such
 * formats a hash detects a change, and the golden of the three worst stacks shows what changed.
 */
Deno.test("every format of a service with 500 stacks matches its golden, or its hash and a golden of three stacks", async () => {
  const [analysis, few] = [await grownService(), await grownService(FEW)];
  const hashes: string[] = [];
  for (const report of REPORT_TABLE) {
    const text = withoutVersion(await textOf(await report.render(analysis)));
    if (READABLE.includes(report.name)) {
      holdAgainst(`service.${report.name}`, text);
      continue;
    }
    hashes.push(`${report.name} ${await sha256(text)}\n`);
    const short = withoutVersion(await textOf(await report.render(few)));
    holdAgainst(`service-top-3.${report.name}`, withLines(short));
  }
  holdAgainst("service.hashes", hashes.join(""));
});

/** Splits one-line JSON, alone or in a page, into several lines. */
function withLines(text: string): string {
  return text.replace(
    /^\{.*\}$|(?<=id="data">).*(?=<\/script>)/gm,
    (json) => JSON.stringify(JSON.parse(json), null, 1),
  );
}

Deno.test("htrace report of a recording of 100,000 traces has at most 60 lines, and the planted leaks first", () =>
  withFolder(async (folder) => {
    const path = `${folder}/service.htrace`;
    using session = new Session(new ServiceTarget());
    await record(session, path);
    const { code, stdout, stderr } = await runCli("report", path);
    assertEquals([code, stderr], [0, ""]);
    const lines = stdout.trimEnd().split("\n");
    assert(lines.length <= 60, `${lines.length} lines`);
    assertMatch(stdout, /: 100,0\d\d traces, /);
    const table = lines.slice(lines.findIndex((line) => line.startsWith("Suspect")) + 1);
    for (const [row, { place }] of PLANTED.entries()) {
      const [, , name = ""] = functionOf(place).split("::");
      // A long name is cut in the middle.
      assertMatch(table[row] ?? "", new RegExp(`^orders!.*${name} `), stdout);
    }
  }));

Deno.test("every format renders a service with 500 stacks and 100,000 traces", async () => {
  const analysis = await service();
  assertEquals([analysis.log.count >= 100_000, analysis.groups.length], [true, 250]);
  for (const report of REPORT_TABLE) {
    const rendered = await report.render(analysis);
    const size = rendered instanceof Uint8Array ? rendered.length : (await textOf(rendered)).length;
    assert(size > 200, `${report.name}: ${size}`);
  }
});

for (const format of ["json", "jsonl"] as const) {
  Deno.test(`--format ${format} of every analysis fits the schema that scripts rely on`, async () => {
    for (const analysis of [await emulatedLeak(), await grownService(), oddNames()]) {
      const lines = (await renderedText(format, analysis)).trimEnd().split("\n");
      assertEquals(lines.length, 1);
      assertFits("analysis", JSON.parse(lines[0]!));
    }
  });
}
