import { assertEquals, assertRejects } from "@std/assert";
import { withFolder } from "../folder_fixture.ts";
import { FileWriteError, type FileWriter, replaceFile } from "./replace_file.ts";

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
  ignore: Deno.build.os === "windows", // where making a link needs a right
  fn: () =>
    withFolder(async (folder) => {
      await replaceFile(`${folder}/x.htrace`, OLD);
      await Deno.symlink("x.htrace", `${folder}/link`);
      await replaceFile(`${folder}/link`, NEW);
      assertEquals(await Deno.readFile(`${folder}/x.htrace`), NEW);
      assertEquals(await Deno.readLink(`${folder}/link`), "x.htrace");
    }),
});

Deno.test("replaceFile() refuses a folder", () =>
  withFolder(async (folder) => {
    await assertRejects(
      () => replaceFile(folder, NEW),
      FileWriteError,
      `Cannot write "${folder}": it is a folder or a device`,
    );
  }));

Deno.test({
  name: "replaceFile() refuses a device, which would be gone for good [no Windows]",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withFolder(async (folder) => {
      // A pipe with a name stands for devices, so that a failure of this test breaks no machine.
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

Deno.test("replaceFile() leaves the old file and nothing else where the disk fills up", () =>
  withFolder(async (folder) => {
    const path = `${folder}/x.htrace`;
    await Deno.writeFile(path, OLD);
    const full = Object.assign(new Error("No space left on device (os error 28)"), {
      code: "ENOSPC",
    });
    const writeHalf: FileWriter["writeFile"] = async (file, bytes, options) => {
      await Deno.writeFile(file, bytes.subarray(0, bytes.length / 2), options);
      throw full;
    };
    await assertRejects(
      () => replaceFile(path, NEW, { ...Deno, writeFile: writeHalf }),
      FileWriteError,
      `Cannot write "${path}": the disk is full; what was there before is as it was`,
    );
    assertEquals(await Deno.readFile(path), OLD);
    assertEquals(namesIn(folder), ["x.htrace"]);
  }));

/** A folder on a disk of 64 KiB; its mount ends with the process that made it. */
const ON_A_TINY_DISK = `mount -t tmpfs -o size=64k tmpfs "$1" && printf old > "$1/x.htrace" &&
  "$2" eval --quiet 'const { replaceFile } = await import(Deno.args[0]);
    const path = Deno.args[1] + "/x.htrace";
    await replaceFile(path, new Uint8Array(0x100000)).catch((error) => console.log(error.message));
    console.log(Deno.readTextFileSync(path), [...Deno.readDirSync(Deno.args[1])].length);' "$3" "$1"`;

Deno.test({
  name: "replaceFile() keeps the old file on a disk that is really full [Linux, as root]",
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0,
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
      }).output();
      assertEquals(
        new TextDecoder().decode(stdout),
        `Cannot write "${folder}/x.htrace": the disk is full; what was there before is as it was\n` +
          "old 1\n",
        new TextDecoder().decode(stderr),
      );
    }),
});
