/** Files that are built to fill the memory: what each verb takes of it, as a process of its own. */
import { assert } from "@std/assert";
import { hostileDump } from "../src/dump/minidump/hostile_dump_fixture.ts";
import { withFolder } from "../src/folder_fixture.ts";
import { measure, ROOT } from "../scripts/_bench_process.ts";

/**
 * The most that a verb may hold. It takes 300 MB at most on a machine with nothing else to do; how late memory is cleaned
 * up differs from machine to machine. Before there were bounds, these verbs took up to 780 MB,
 * and `show` 107 s.
 */
const MAX_BYTES = 420e6;

function writeDump(path: string, seed: number): void {
  using file = Deno.openSync(path, { write: true, createNew: true });
  for (const piece of hostileDump({ seed, nameLength: 196, depth: 2 })) {
    for (let written = 0; written < piece.length;) {
      written += file.writeSync(piece.subarray(written));
    }
  }
}

Deno.test({
  name:
    "a dump in which everything is different does not fill the memory, whatever is done with it",
  ignore: Deno.build.os !== "linux", // which alone tells the most that a process held
  fn: () =>
    withFolder(async (folder) => {
      const [earlier, later] = [`${folder}/earlier.dmp`, `${folder}/later.dmp`];
      writeDump(earlier, 1_000_000);
      writeDump(later, 2_000_000);
      const lines = [
        ["show", later, "-o", `${folder}/show.txt`],
        ["report", later],
        ["processes", later],
        ["diff", "--handles", later, earlier],
        ["record", later, "-o", `${folder}/later.htrace`],
        ["convert", later, "-o", `${folder}/copy.dmp`],
      ];
      for (const line of lines) {
        const { peakBytes } = await measure(
          [Deno.execPath(), "run", "-A", `${ROOT}/src/cli.ts`, ...line],
          "",
        );
        assert(peakBytes < MAX_BYTES, `${line[0]} took ${Math.round(peakBytes / 1e6)} MB`);
      }
    }),
});
