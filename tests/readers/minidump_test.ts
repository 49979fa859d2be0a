/**
 * Minidumps that htrace writes, as PyPI's `minidump` reads them. Needs `deno task readers`, and python3.
 */
import { joinBytes } from "../../src/byte_pieces.ts";
import { fileURLToPath } from "node:url";
import { assertEquals } from "@std/assert";
import { withFolder } from "../../src/folder_fixture.ts";
import { usualContents } from "../../src/dump/minidump/_dump_testing.ts";
import { EngineStackTable } from "../../src/engine/stack_table.ts";
import { canRun } from "../../src/program_fixture.ts";
import { wheelFolder } from "../../src/wheel_fixture.ts";
import { encodeMinidump } from "../../src/dump/minidump/encode.ts";
import { encodeOperations } from "../../src/dump/minidump/encode_operations.ts";

const READ = fileURLToPath(new URL("read_minidump.py", import.meta.url));
const reader = canRun("python3", "--version") ? wheelFolder("minidump") : undefined;

/** What another reader finds in a file. */
function read(file: string): unknown {
  const { success, stdout, stderr } = new Deno.Command("python3", {
    args: [READ, file],
    env: { PYTHONPATH: reader ?? "" },
  }).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test({
  name: "another reader finds in our dump what was written",
  ignore: reader === undefined,
  fn: () =>
    withFolder((folder) => {
      using stacks = new EngineStackTable();
      const contents = usualContents(stacks);
      // It decodes names strictly: surrogates must be paired.
      const handles = contents.handles!.map((handle) => ({
        ...handle,
        objectName: "\\x\ud83e\udd96",
      }));
      const file = `${folder}/new.dmp`;
      Deno.writeFileSync(file, joinBytes(encodeMinidump({ ...contents, handles }).pieces));
      assertEquals(read(file), {
        streams: [7, 15, 4, 3, 5, 12, 18, 11, 0],
        architecture: contents.system.architecture,
        build: contents.system.buildNumber,
        processId: contents.processId,
        createTime: contents.startTime!.getTime() / 1000,
        modules: contents.modules.map(({ base, size, path, timestamp, checksum }) => ({
          base: `0x${base.toString(16)}`,
          size,
          path,
          timestamp,
          checksum,
        })),
        threads: contents.threadIds,
        handles: handles.map((handle) => ({
          handle: `0x${handle.handle.toString(16)}`,
          type: handle.type ?? null,
          name: handle.objectName,
          grantedAccess: handle.grantedAccess,
          handleCount: handle.handleCount,
          pointerCount: handle.pointerCount,
        })),
        operations: encodeOperations(contents.operations!).bytes.toHex(),
        memory: contents.memory!.map(({ start, bytes }) => ({
          start: `0x${start.toString(16)}`,
          size: bytes.length,
        })),
      });
      return Promise.resolve();
    }),
});
