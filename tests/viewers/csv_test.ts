/** `--format csv` read back by DuckDB. Needs `deno task test:viewers`. */
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";
import type { Analysis } from "../../src/analysis.ts";
import { wheelFolder } from "../../src/wheel_fixture.ts";
import { emulatedLeak, grownService, oddNames, rendered } from "../report_fixture.ts";
import { run, viewerFolder } from "./_viewers.ts";

const READ = fileURLToPath(new URL("read_csv.py", import.meta.url));
const duckdb = wheelFolder("duckdb");

interface Table {
  readonly types: Readonly<Record<string, string>>;
  readonly rows: readonly Readonly<Record<string, string | number | boolean | null>>[];
}

async function readBack(analysis: Analysis): Promise<Table> {
  using folder = viewerFolder();
  folder.write("x.csv", (await rendered("csv", analysis)).get("")!);
  const { success, stdout, stderr } = run(["python3", READ, `${folder.path}/x.csv`], {
    PYTHONPATH: duckdb ?? "",
  });
  if (!success) throw new Error(stderr);
  return JSON.parse(stdout);
}

function csvTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: duckdb === undefined, fn });
}

csvTest("DuckDB reads numbers as numbers and one row per stack", async () => {
  const analysis = await grownService();
  const { types, rows } = await readBack(analysis);
  for (const column of ["opened", "closed", "outstanding", "delta", "bad_references", "line"]) {
    assertEquals(types[column], "BIGINT", column);
  }
  assertEquals(types.known, "BOOLEAN");
  assertEquals(
    rows.map((
      { opened, closed, outstanding, delta, judgement },
    ) => [opened, closed, outstanding, delta, judgement]),
    analysis.groups.map((
      { opened, closed, outstanding, delta, judgement },
    ) => [opened, closed, outstanding, delta!, judgement]),
  );
});

csvTest("DuckDB reads the emulated leak with its place and its frames", async () => {
  const { rows: [leak] } = await readBack(await emulatedLeak());
  assertEquals(leak?.suspect, "badhandle!open_event");
  assertEquals(leak?.file, "C:\\htrace\\badhandle\\badhandle.c");
  assertEquals(leak?.line, 25);
  assertEquals(String(leak?.frames).split("\n").length, 7);
});

csvTest(
  "no cell is a formula for a spreadsheet, and quotes and line breaks survive",
  async () => {
    const { rows } = await readBack(oddNames());
    for (const row of rows) {
      for (const cell of Object.values(row)) {
        assert(
          !/^[=+\-@\t\r]/.test(typeof cell === "string" ? cell : ""),
          String(cell),
        );
      }
    }
    assertEquals(rows[1]?.suspect, "'=HYPERLINK(1)!-1+1");
    assertEquals(rows[0]?.suspect, 'app!Größe<a;b, "c" & d>::operator new');
    assertEquals(String(rows[0]?.frames).split("\n").length, 8); // one of the names has a line break
  },
);
