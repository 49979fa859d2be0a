import { assertEquals, assertThrows } from "@std/assert";
import { FileSource } from "./file_source.ts";
import { withFolder } from "./folder_fixture.ts";

Deno.test("FileSource reads any part of a file, and less at its end", () =>
  withFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/x`, "0123456789");
    using file = FileSource.open(`${folder}/x`);
    const text = (offset: number, length: number): string =>
      new TextDecoder().decode(file.read(offset, length));
    assertEquals([file.name, file.size], [`${folder}/x`, 10]);
    assertEquals([text(3, 4), text(8, 5), text(10, 1), text(99, 1)], ["3456", "89", "", ""]);
  }));

Deno.test("FileSource opens no folder, and says what it is", () =>
  withFolder((folder) => {
    assertThrows(() => FileSource.open(folder), Error, "it is a folder");
    assertThrows(() => FileSource.open(`${folder}/none`), Deno.errors.NotFound);
  }));

Deno.test({
  name: "FileSource opens no pipe, socket or device [no Windows]",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withFolder(async (folder) => {
      await new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).output();
      await Deno.symlink("pipe", `${folder}/link`);
      using _listener = Deno.listen({ transport: "unix", path: `${folder}/socket` });
      for (const path of [`${folder}/pipe`, `${folder}/link`, `${folder}/socket`, "/dev/null"]) {
        assertThrows(() => FileSource.open(path), Error, "it is not a file");
      }
    }),
});

Deno.test("FileSource opens only plain paths on this machine for an untrusted file", () =>
  withFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/x`, "");
    FileSource.openLocal(`${folder}/x`)[Symbol.dispose]();
    for (const path of ["x", "\\\\host\\share\\x", "//host/share/x", "\\??\\UNC\\host\\share\\x"]) {
      assertThrows(
        () => FileSource.openLocal(path),
        Error,
        "it is not a plain path of this machine",
      );
    }
  }));

Deno.test({
  name: "FileSource checks what was opened, regardless of what the path led to before [no Windows]",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withFolder((folder) => {
      Deno.writeTextFileSync(`${folder}/x`, "a file");
      const { openSync } = Deno;
      // Somebody quickly replaces the file with a folder.
      Deno.openSync = (path, options): Deno.FsFile => {
        Deno.removeSync(path);
        Deno.mkdirSync(path);
        return openSync(path, options);
      };
      try {
        assertThrows(() => FileSource.open(`${folder}/x`), Error, "it is a folder");
      } finally {
        Deno.openSync = openSync;
      }
    }),
});
