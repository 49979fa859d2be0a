import { assertEquals, assertRejects } from "@std/assert";
import { withFolder } from "./folder_fixture.ts";
import { sweepTemporaries, TemporaryFile } from "./temporary_file.ts";

const BYTES = new TextEncoder().encode("whole");
const DAY = 24 * 60 * 60 * 1000;

function namesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
}

Deno.test("TemporaryFile gets its name once it is complete, and creates its folders", () =>
  withFolder(async (folder) => {
    using file = TemporaryFile.create(`${folder}/store`);
    file.write(BYTES.subarray(0, 2));
    file.write(BYTES.subarray(2));
    await file.keepAs(`${folder}/store/a/b/x.pdb`);
    assertEquals(Deno.readFileSync(`${folder}/store/a/b/x.pdb`), BYTES);
    assertEquals(namesIn(`${folder}/store`), ["a"]);
  }));

Deno.test("TemporaryFile leaves nothing behind if it is not kept", () =>
  withFolder(async (folder) => {
    {
      using file = TemporaryFile.create(folder);
      file.write(BYTES);
    }
    {
      using file = TemporaryFile.create(folder);
      Deno.mkdirSync(`${folder}/taken`);
      await assertRejects(() => file.keepAs(`${folder}/taken`));
    }
    assertEquals(namesIn(folder), ["taken"]);
  }));

Deno.test("TemporaryFile is guarded until it has its name or is gone", () =>
  withFolder(async (folder) => {
    const guarded = new Set<Disposable>();
    const guard = (resource: Disposable): Disposable => {
      guarded.add(resource);
      return { [Symbol.dispose]: () => void guarded.delete(resource) };
    };
    using kept = TemporaryFile.create(folder, guard);
    const dropped = TemporaryFile.create(folder, guard);
    assertEquals(guarded.size, 2);
    await kept.keepAs(`${folder}/x`);
    assertEquals([...guarded], [dropped]);
    dropped[Symbol.dispose]();
    assertEquals(guarded.size, 0);
  }));

Deno.test("sweepTemporaries() removes leftovers, and nothing else", () =>
  withFolder(async (folder) => {
    using inUse = TemporaryFile.create(folder);
    using leftOver = TemporaryFile.create(folder);
    await leftOver.finish(); // nobody has it open any more
    for (const name of ["x.tmp", ".htrace-1.tmp", "data.htrace"]) {
      Deno.writeFileSync(`${folder}/${name}`, BYTES);
      Deno.utimeSync(`${folder}/${name}`, new Date(0), new Date(0));
    }
    const now = Date.now();
    Deno.utimeSync(leftOver.path, new Date(now), new Date(now - DAY - 1000));
    Deno.utimeSync(inUse.path, new Date(now), new Date(now - DAY + 60_000));
    sweepTemporaries(folder, now);
    const isThere = (path: string): boolean =>
      namesIn(folder).includes(path.slice(folder.length + 1));
    assertEquals([isThere(inUse.path), isThere(leftOver.path)], [true, false]);
    assertEquals(namesIn(folder).length, 4);
    sweepTemporaries(`${folder}/missing`);
  }));
