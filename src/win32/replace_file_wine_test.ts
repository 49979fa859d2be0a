import { assertEquals } from "@std/assert";
import { withFolder } from "../folder_fixture.ts";
import { replaceFile } from "../library/replace_file.ts";
import { systemLibrary, utf16 } from "./system_library.ts";
import { windowsTest } from "./windows_fixture.ts";

/** A flag that a rename would lose. */
const FILE_ATTRIBUTE_HIDDEN = 0x2;
const FILE_ATTRIBUTE_READONLY = 0x1;

/** Calls that only the tests make (fileapi.h). */
function withAttributes<T>(
  use: (get: (path: string) => number, set: (path: string, attributes: number) => void) => T,
): T {
  const library = Deno.dlopen(systemLibrary("kernel32.dll"), {
    GetFileAttributesW: { parameters: ["buffer"], result: "u32" },
    SetFileAttributesW: { parameters: ["buffer", "u32"], result: "i32" },
  });
  try {
    return use(
      (path) => library.symbols.GetFileAttributesW(utf16(path)),
      (path, attributes) => void library.symbols.SetFileAttributesW(utf16(path), attributes),
    );
  } finally {
    library.close();
  }
}

windowsTest(
  "replaceFile() keeps the attributes of the old file",
  () =>
    withFolder(async (folder) => {
      const path = `${folder}\\x.htrace`;
      await Deno.writeTextFile(path, "old");
      withAttributes((_, set) => set(path, FILE_ATTRIBUTE_HIDDEN));
      await replaceFile(path, new TextEncoder().encode("new"));
      assertEquals(await Deno.readTextFile(path), "new");
      assertEquals(
        withAttributes((get) => get(path)) & FILE_ATTRIBUTE_HIDDEN,
        FILE_ATTRIBUTE_HIDDEN,
      );
      assertEquals(Array.from(Deno.readDirSync(folder)).length, 1);
    }),
);

windowsTest(
  "replaceFile() does not overwrite a read-only file",
  () =>
    withFolder(async (folder) => {
      const path = `${folder}\\x.htrace`;
      await Deno.writeTextFile(path, "old");
      withAttributes((_, set) => set(path, FILE_ATTRIBUTE_READONLY));
      const message = await replaceFile(path, new Uint8Array()).catch((error) => error.message);
      withAttributes((_, set) => set(path, 0));
      assertEquals(/access denied|read-only/.test(message), true, message);
      assertEquals(await Deno.readTextFile(path), "old");
    }),
);
