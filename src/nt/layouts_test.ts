import { assertEquals, assertThrows } from "@std/assert";
import {
  allLayouts,
  type Architecture,
  candidateLayouts,
  fieldLayout,
  findLayouts,
  LayoutError,
  structureLayout,
  userLayouts,
  type WindowsLayouts,
} from "./layouts.ts";
import { SHARED } from "../shared_fixture.ts";

function offsets(
  build: number,
  architecture: Architecture,
  name: string,
  fields: string[],
): number[] {
  const layout = structureLayout(findLayouts(build, architecture), name);
  return fields.map((field) => fieldLayout(layout, field).offset);
}

/** Rows of the reference's tables B.1 to B.5, in the order of these fields. */
const EPROCESS = ["UniqueProcessId", "ActiveProcessLinks", "ObjectTable", "ImageFileName", "Peb"];
const ROWS: readonly [number, Architecture, number[], number[]][] = [
  // build, architecture, EPROCESS fields, HANDLE_TABLE TableCode, DebugInfo, NextHandleNeedingPool
  [2600, "x86", [0x84, 0x88, 0xc4, 0x174, 0x1b0], [0, 0x28, 0x38]],
  [6002, "x86", [0x9c, 0xa0, 0xdc, 0x14c, 0x188], [0, 0x1c, 0x34]],
  [7601, "x64", [0x180, 0x188, 0x200, 0x2e0, 0x338], [0, 0x38, 0x5c]],
  [9200, "x86", [0xb4, 0xb8, 0x150, 0x170, 0x140], [8, 0x3c, 0]],
  [19045, "x86", [0xe4, 0xe8, 0x18c, 0x1ac, 0x17c], [8, 0x54, 0]],
  [22631, "x64", [0x440, 0x448, 0x570, 0x5a8, 0x550], [8, 0x60, 0]],
  [26100, "x64", [0x1d0, 0x1d8, 0x300, 0x338, 0x2e0], [8, 0x60, 0]],
];

for (const [build, architecture, eprocess, handleTable] of ROWS) {
  Deno.test(`findLayouts() has the reference's offsets for build ${build} ${architecture}`, () => {
    assertEquals(offsets(build, architecture, "EPROCESS", EPROCESS), eprocess);
    const fields = ["TableCode", "DebugInfo", "NextHandleNeedingPool"];
    assertEquals(offsets(build, architecture, "HANDLE_TABLE", fields), handleTable);
  });
}

Deno.test("findLayouts() takes the newest update of a build: Server 2003 with a service pack", () => {
  assertEquals(offsets(3790, "x86", "EPROCESS", EPROCESS), [0x94, 0x98, 0xd4, 0x164, 0x1a0]);
});

/** EPROCESS fields that updates of a build moved; `findKernel` distinguishes the updates. */
const MOVED_BY_UPDATES: Readonly<Record<string, readonly string[]>> = {
  "14393 x64": ["ExitTime"],
};

Deno.test("updates of a build moved hardly any field that is read, except for Server 2003 on x86", () => {
  const first = new Map<string, WindowsLayouts>();
  for (const layouts of allLayouts()) {
    const build = `${layouts.buildNumber} ${layouts.architecture}`;
    const { structures, version } = first.get(build) ?? layouts;
    first.set(build, first.get(build) ?? layouts);
    if (build === "3790 x86") continue;
    for (const [name, { fields }] of layouts.structures) {
      if (name === "ETHREAD") continue; // nothing here reads threads
      const moved = MOVED_BY_UPDATES[build] ?? [];
      const rest = (all: typeof fields | undefined): unknown =>
        [...all ?? []].filter(([field]) => !moved.includes(field));
      const message = `${name} of ${version} and its updates`;
      assertEquals(rest(fields), rest(structures.get(name)?.fields), message);
    }
  }
});

Deno.test("candidateLayouts() returns the updates of a build, newest first, and its neighbours", () => {
  const builds = candidateLayouts(3790, "x86").map(({ version }) => version);
  assertEquals(builds, [
    "Windows Server 2003 SP2 / Windows XP x64 SP2",
    "Windows Server 2003 SP1",
    "Windows Server 2003 RTM",
    "Windows XP SP3",
    "Windows Vista RTM",
  ]);
  assertEquals(candidateLayouts(26050, "x64").map(({ buildNumber }) => buildNumber), [
    22631,
    26100,
  ]);
});

Deno.test("findLayouts() uses the nearest older build for one that is not in the table", () => {
  assertEquals(findLayouts(19044, "x64").buildNumber, 19041);
  assertEquals(findLayouts(26200, "x64").buildNumber, 26100);
});

Deno.test("findLayouts() names the build and where the table begins", () => {
  assertThrows(
    () => findLayouts(2195, "x86"),
    LayoutError,
    "Cannot find structure layouts for Windows build 2195 x86: the table begins with Windows XP SP2",
  );
});

Deno.test("allLayouts() has the fields that a walk to the traces needs in every build", () => {
  const layouts = allLayouts();
  assertEquals(layouts.length, 64);
  const numbers = layouts.map(({ buildNumber }) => buildNumber);
  assertEquals(numbers, numbers.toSorted((a, b) => a - b));
  for (const build of layouts) {
    const field = (structure: string, name: string): number =>
      fieldLayout(structureLayout(build, structure), name).offset;
    assertEquals(field("KPROCESS", "DirectoryTableBase"), build.pointerSize === 4 ? 0x18 : 0x28);
    assertEquals(
      field("HANDLE_TRACE_DEBUG_INFO", "TraceDb"),
      build.buildNumber === 2600 ? 4 : build.pointerSize === 4 ? 0x30 : 0x50,
    );
    assertEquals(
      structureLayout(build, "HANDLE_TRACE_DB_ENTRY").size,
      build.pointerSize === 4 ? 0x50 : 0xa0,
    );
    assertEquals(field("PEB", "Ldr"), build.pointerSize === 4 ? 0xc : 0x18);
  }
});

Deno.test("userLayouts() are the same in every build", () => {
  for (const build of allLayouts()) {
    for (const name of ["PEB", "PEB_LDR_DATA", "LDR_DATA_TABLE_ENTRY", "UNICODE_STRING"]) {
      const fields = structureLayout(build, name).fields;
      assertEquals(fields, structureLayout(userLayouts(build.architecture), name).fields);
    }
  }
});

Deno.test("structureLayout() and fieldLayout() name what a build lacks", () => {
  const layouts = findLayouts(26100, "x64");
  assertThrows(
    () => structureLayout(layouts, "ETHREAD"),
    LayoutError,
    "Cannot read ETHREAD: its layout on Windows 11 24H2 / Server 2025 x64 is not known",
  );
  assertThrows(
    () => fieldLayout(structureLayout(layouts, "HANDLE_TABLE"), "HandleCount"),
    LayoutError,
    "Cannot read HANDLE_TABLE.HandleCount: this build has no such field",
  );
});

const reference = new URL("reference/kernel-layouts.json", SHARED);

Deno.test({
  name: exists(reference)
    ? "layout_table.ts is what scripts/make_layouts.ts writes from the reference"
    : "layout_table.ts against the reference: ../shared/reference/kernel-layouts.json is missing",
  ignore: !exists(reference),
  async fn(): Promise<void> {
    const script = new URL("../../scripts/make_layouts.ts", import.meta.url);
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-read", script.pathname, reference.pathname, "--check"],
    });
    assertEquals((await command.output()).code, 0);
  },
});

function exists(url: URL): boolean {
  try {
    return Deno.statSync(url).isFile;
  } catch {
    return false;
  }
}
