import { assertEquals } from "@std/assert";
import { NtExecutable, NtExecutableResource, Resource } from "resedit";
import { withVersionResource } from "./windows_resources.ts";

const IMAGE = new URL("../testdata/guest/badhandle.exe", import.meta.url);

Deno.test("withVersionResource() adds version strings that a resource reader finds", async () => {
  const stamped = withVersionResource(await Deno.readFile(IMAGE), {
    version: "1.2.3.0",
    description: "Finds Windows handle leaks",
    copyright: "Somebody",
  });
  const resources = NtExecutableResource.from(NtExecutable.from(stamped));
  const [info] = Resource.VersionInfo.fromEntries(resources.entries);
  const strings = info?.getStringValues({ lang: 1033, codepage: 1200 });
  assertEquals(strings?.FileVersion, "1.2.3.0");
  assertEquals(strings?.FileDescription, "Finds Windows handle leaks");
});
