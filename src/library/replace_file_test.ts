import { assertEquals, assertRejects } from "@std/assert";
import { withFolder } from "../folder_fixture.ts";
import { canRun } from "../program_fixture.ts";
import { TemporaryFile } from "../temporary_file.ts";
import { FileWriteError, replaceFile } from "./replace_file.ts";

const OLD = new TextEncoder().encode("old");
const NEW = new Uint8Array(0x10_0000).fill(0x4e);

function namesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name);
}

Deno.test("replaceFile() replaces a file and leaves nothing beside it", () =>
  withFolder(async (folder) => {
    const path = `${folder}/x.htrace`;
    await replaceFile(path, OLD);
    await replaceFile(path, NEW);
    assertEquals(await Deno.readFile(path), NEW);
    assertEquals(namesIn(folder), ["x.htrace"]);
  }));

Deno.test({
  name: "replaceFile() replaces what a symbolic link leads to, and leaves the link [no Windows]",
  ignore: Deno.build.os === "windows", // making a link needs a right there
  fn: () =>
    withFolder(async (folder) => {
      await replaceFile(`${folder}/x.htrace`, OLD);
      await Deno.symlink("x.htrace", `${folder}/link`);
      await replaceFile(`${folder}/link`, NEW);
      assertEquals(await Deno.readFile(`${folder}/x.htrace`), NEW);
      assertEquals(await Deno.readLink(`${folder}/link`), "x.htrace");
    }),
});

Deno.test("replaceFile() rejects a folder", () =>
  withFolder(async (folder) => {
    await assertRejects(
      () => replaceFile(folder, NEW),
      FileWriteError,
      `Cannot write "${folder}": it is a folder or a device`,
    );
  }));

Deno.test({
  name: "replaceFile() rejects a device, which would be gone for good [no Windows]",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withFolder(async (folder) => {
      // A named pipe stands in for devices, so that a failure of this test breaks no machine.
      await new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).output();
      await assertRejects(
        () => replaceFile(`${folder}/pipe`, NEW),
        FileWriteError,
        "it is a folder or a device",
      );
      assertEquals((await Deno.lstat(`${folder}/pipe`)).isFifo, true);
    }),
});

Deno.test("replaceFile() says that there is no such folder", () =>
  withFolder(async (folder) => {
    await assertRejects(
      () => replaceFile(`${folder}/none/x.htrace`, NEW),
      FileWriteError,
      "its folder does not exist; what was there before is as it was",
    );
  }));

Deno.test("replaceFile() leaves the old file and nothing else if the disk fills up", () =>
  withFolder(async (folder) => {
    const path = `${folder}/x.htrace`;
    await Deno.writeFile(path, OLD);
    const temporaries = {
      create(...args: Parameters<typeof TemporaryFile.create>): TemporaryFile {
        const file = TemporaryFile.create(...args);
        return Object.assign(file, {
          write: (): void => {
            throw Object.assign(new Error("No space left (os error 28)"), { code: "ENOSPC" });
          },
        });
      },
    };
    await assertRejects(
      () => replaceFile(path, NEW, { temporaries }),
      FileWriteError,
      `Cannot write "${path}": the disk is full; what was there before is as it was`,
    );
    assertEquals(await Deno.readFile(path), OLD);
    assertEquals(namesIn(folder), ["x.htrace"]);
  }));

function unixTest(name: string, test: (folder: string) => Promise<void>): void {
  Deno.test({
    name: `${name} [no Windows]`,
    ignore: Deno.build.os === "windows", // it has no modes, and links need a right there
    fn: () => withFolder(test),
  });
}

unixTest("replaceFile() keeps the mode of the old file", async (folder) => {
  const path = `${folder}/x.htrace`;
  for (const mode of [0o600, 0o640, 0o755]) {
    await Deno.writeFile(path, OLD);
    await Deno.chmod(path, mode);
    await replaceFile(path, NEW);
    assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o7777, mode);
  }
});

unixTest("replaceFile() does not overwrite a read-only file for any user", async (folder) => {
  const path = `${folder}/x.htrace`;
  await Deno.writeFile(path, OLD);
  await Deno.chmod(path, 0o444);
  await assertRejects(
    () => replaceFile(path, NEW),
    FileWriteError,
    `Cannot write "${path}": it is read-only; name another file`,
  );
  assertEquals(await Deno.readFile(path), OLD);
  assertEquals(namesIn(folder), ["x.htrace"]);
});

unixTest(
  "replaceFile() writes what a dangling link leads to, and leaves the link",
  async (folder) => {
    await Deno.mkdir(`${folder}/real/deep`, { recursive: true });
    await Deno.symlink("real/deep", `${folder}/short`);
    // "..", relative to where the link really is: in real/, not in the folder that contains "short".
    await Deno.symlink("../x.htrace", `${folder}/real/deep/second`);
    await Deno.symlink("short/second", `${folder}/first`);
    await replaceFile(`${folder}/first`, NEW);
    assertEquals(await Deno.readFile(`${folder}/real/x.htrace`), NEW);
    assertEquals(await Deno.readLink(`${folder}/first`), "short/second");
    assertEquals(await Deno.readLink(`${folder}/real/deep/second`), "../x.htrace");
  },
);

unixTest("replaceFile() reports links that lead nowhere", async (folder) => {
  await Deno.symlink("b", `${folder}/a`);
  await Deno.symlink("a", `${folder}/b`);
  await assertRejects(
    () => replaceFile(`${folder}/a`, NEW),
    FileWriteError,
    "its links lead in a circle",
  );
  await Deno.symlink("none/x", `${folder}/c`);
  await assertRejects(
    () => replaceFile(`${folder}/c`, NEW),
    FileWriteError,
    "its folder does not exist",
  );
});

Deno.test("replaceFile() removes what a killed run has left beside the file", () =>
  withFolder(async (folder) => {
    const leftOver = `${folder}/.htrace-${crypto.randomUUID()}.tmp`;
    await Deno.writeFile(leftOver, OLD);
    await Deno.utime(leftOver, new Date(0), new Date(0));
    await replaceFile(`${folder}/x.htrace`, NEW);
    assertEquals(namesIn(folder), ["x.htrace"]);
  }));

Deno.test("replaceFile() removes the new file if the program ends before it is complete", () =>
  withFolder(async (folder) => {
    let guarded: Disposable | undefined;
    const guard = (resource: Disposable): Disposable => {
      guarded = resource;
      assertEquals(namesIn(folder).length, 1);
      return { [Symbol.dispose]: () => guarded = undefined };
    };
    await replaceFile(`${folder}/x.htrace`, NEW, { guard });
    assertEquals(guarded, undefined);
  }));

/** Root in a container may have no right to mount. */
function mayMount(): boolean {
  return canRun("unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt");
}

/** A folder on a disk of 64 KiB; its mount ends with the process that created it. */
const ON_A_TINY_DISK = `mount -t tmpfs -o size=64k tmpfs "$1" && printf old > "$1/x.htrace" &&
  "$2" eval --quiet 'const { replaceFile } = await import(Deno.args[0]);
    const path = Deno.args[1] + "/x.htrace";
    await replaceFile(path, new Uint8Array(0x100000)).catch((error) => console.log(error.message));
    console.log(Deno.readTextFileSync(path), [...Deno.readDirSync(Deno.args[1])].length);' "$3" "$1"`;

Deno.test({
  name:
    "replaceFile() keeps the old file on a disk that is really full [Linux, with the right to mount]",
  ignore: Deno.build.os !== "linux" || !mayMount(),
  fn: () =>
    withFolder(async (folder) => {
      const { stdout, stderr } = await new Deno.Command("unshare", {
        args: [
          "--mount",
          "sh",
          "-c",
          ON_A_TINY_DISK,
          "sh",
          folder,
          Deno.execPath(),
          new URL("replace_file.ts", import.meta.url).href,
        ],
        env: { FORCE_COLOR: "" },
      }).output();
      assertEquals(
        new TextDecoder().decode(stdout),
        `Cannot write "${folder}/x.htrace": the disk is full; what was there before is as it was\n` +
          "old 1\n",
        new TextDecoder().decode(stderr),
      );
    }),
});
