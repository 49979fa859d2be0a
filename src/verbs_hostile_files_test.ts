/** Files built to attack htrace, through every verb: a result or one line, nothing written or requested elsewhere. */
import { assertEquals } from "@std/assert";
import { withFolder } from "./folder_fixture.ts";
import { bombRecordings, hostileRecordings } from "./hostile_recordings_fixture.ts";
import { SHARED } from "./shared_fixture.ts";
import { faultsOf, SYMBOL_LINES, TARGET_LINES } from "./verb_lines_fixture.ts";

/** Lines on a folder `DIR` with a file `FILE`. */
async function assertHarmless(
  lines: readonly (readonly string[])[],
  DIR: string,
  FILE: string,
): Promise<number[]> {
  const codes = [];
  for (const line of lines) {
    const { faults, code } = await faultsOf(line, { DIR, FILE });
    assertEquals(faults, [], line.join(" "));
    codes.push(code);
  }
  return codes;
}

const recordings = new Map([...await hostileRecordings(), ...await bombRecordings()]);

/** A folder with the good recording, with and without names, and a place for output. */
function withRecordings(test: (folder: string) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    Deno.mkdirSync(`${folder}/out`);
    Deno.mkdirSync(`${folder}/symbols`);
    Deno.writeFileSync(`${folder}/good.htrace`, recordings.get("good")!);
    Deno.writeFileSync(`${folder}/plain.htrace`, recordings.get("plain")!);
    await test(folder);
  });
}

const ONE_A_VERB = new Map(TARGET_LINES.map((line) => [line[0], line]));

for (const [name, bytes] of recordings) {
  Deno.test(`${name}.htrace does no harm in any verb`, () =>
    withRecordings(async (folder) => {
      const file = `${folder}/${name}.htrace`;
      Deno.writeFileSync(file, bytes);
      // No bomb gets further than opening, which takes time: each verb once is enough.
      const isBomb = name.startsWith("bomb");
      const lines = isBomb ? [...ONE_A_VERB.values()] : TARGET_LINES;
      const codes = await assertHarmless(lines, folder, file);
      assertEquals(codes.includes(0), !isBomb, `exit codes ${codes}`);
    }));
}

const HOSTILE = new URL("data/hostile/", SHARED);

/** Files in the folder with that extension; none if it is missing. */
function hostileFiles(extension: RegExp): string[] {
  try {
    return Array.from(Deno.readDirSync(HOSTILE), ({ name }) => name)
      .filter((name) => extension.test(name));
  } catch {
    return [];
  }
}

const isMissing = hostileFiles(/./).length === 0;

Deno.test({
  name: "the recordings of version 1 get one line from every verb [shared data]",
  ignore: isMissing,
  fn: () =>
    withRecordings(async (folder) => {
      for (const name of hostileFiles(/\.htrace$/)) {
        const file = `${folder}/${name}`;
        Deno.copyFileSync(new URL(name, HOSTILE), file);
        await assertHarmless(TARGET_LINES, folder, file);
      }
    }),
});

Deno.test({
  name: "evil.exe and escape.pdb do no harm in any verb [shared data]",
  ignore: isMissing,
  fn: () =>
    withRecordings(async (folder) => {
      for (const [name, as] of [["evil.exe", "badhandle.exe"], ["escape.pdb", "badhandle.pdb"]]) {
        const file = `${folder}/symbols/${as}`;
        Deno.copyFileSync(new URL(name!, HOSTILE), file);
        await assertHarmless([...SYMBOL_LINES, ...TARGET_LINES], folder, file);
      }
    }),
});
