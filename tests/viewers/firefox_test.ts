/** `--format firefox` in Mozilla's profiler-cli, which reads like the web page. Needs `deno task test:viewers`. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Analysis } from "../../src/analysis.ts";
import { emulatedLeak, oddNames, renderedText, service } from "../report_fixture.ts";
import { functionOf, PLANTED } from "../service_fixture.ts";
import { type Printed, run, viewerFolder, VIEWERS, viewerTest } from "./_viewers.ts";

/** The reader with one profile: its process keeps the profile between commands. */
interface Reader extends Disposable {
  /** Its output. Throws its message if it fails. */
  query(...args: readonly string[]): string;
}

function profilerCli(home: string, args: readonly string[]): Printed {
  const script = `${VIEWERS}/profiler-cli/dist/profiler-cli.js`;
  const command = [Deno.execPath(), "run", "-A", "--no-lock", "--unstable-detect-cjs", script];
  return run([...command, ...args], { HOME: home, TERM: "dumb" });
}

/** Its message if its process took more than half a second to start, as on a loaded machine, and how often we retry. */
const NOT_READY = "did not become ready";
const TRIES = 20;

function openProfile(text: string): Reader {
  const folder = viewerFolder();
  folder.write("x.firefox.json", text);
  const query = (...args: readonly string[]): string => {
    const { success, stdout, stderr } = profilerCli(folder.path, args);
    if (!success) throw new Error(stderr + stdout);
    return stdout;
  };
  const load = (tries = TRIES): void => {
    const { success, stdout, stderr } = profilerCli(folder.path, [
      "load",
      `${folder.path}/x.firefox.json`,
    ]);
    if (success) return;
    if (tries === 0 || !stderr.includes(NOT_READY)) throw new Error(stderr + stdout);
    profilerCli(folder.path, ["stop", "--all"]);
    load(tries - 1);
  };
  const close = (): void => {
    profilerCli(folder.path, ["stop", "--all"]);
    folder[Symbol.dispose]();
  };
  try {
    load();
  } catch (error) {
    close();
    throw error;
  }
  return { query, [Symbol.dispose]: close };
}

async function open(analysis: Analysis): Promise<Reader> {
  return openProfile(await renderedText("firefox", analysis));
}

viewerTest(
  "the Firefox Profiler shows the emulated leak: samples weighted by open handles, one marker per stack",
  async () => {
    using reader = await open(await emulatedLeak());
    const samples = reader.query("thread", "samples");
    assertStringIncludes(samples, "Categories (3 running samples)");
    assertStringIncludes(samples, "badhandle!open_event - total: 3 (100.0%)");
    assertStringIncludes(
      reader.query("thread", "markers"),
      "HandleLeak                    2 markers",
    );
    const marker = reader.query("marker", "info", "m-1");
    for (
      const [label, value] of [["Judgement", "never closed"], ["Types", "3 Event"], [
        "Outstanding",
        "3",
      ]]
    ) {
      assert(new RegExp(`${label}:? +${value}`).test(marker), marker);
    }
    assertStringIncludes(marker, "badhandle!leak");
  },
);

viewerTest(
  "the Firefox Profiler shows all stacks of a service, the worst leaks first",
  async () => {
    const analysis = await service();
    using reader = await open(analysis);
    const markers = reader.query("thread", "markers");
    assertStringIncludes(markers, `${analysis.groups.length} markers`);
    const rows = reader.query("thread", "samples").split("\n");
    const places = PLANTED.map(({ place }) =>
      rows.findIndex((row) => row.includes(functionOf(place)))
    );
    assertEquals(places.toSorted((a, b) => a - b), places);
    assert(!places.includes(-1));
  },
);

viewerTest(
  "names that no format expects reach the Firefox Profiler, with inlined functions separate",
  async () => {
    using reader = await open(oddNames());
    const samples = reader.query("thread", "samples");
    assertStringIncludes(samples, 'app!Größe<a;b, "c" & d>::operator new');
    assertStringIncludes(samples, "app!std::unique_ptr<x>::reset - total: 1300");
  },
);

viewerTest(
  "the Firefox Profiler rejects an unknown version, so the tests would notice",
  async () => {
    const profile = JSON.parse(await renderedText("firefox", oddNames()));
    profile.meta.preprocessedProfileVersion = 9999;
    let message = "";
    try {
      openProfile(JSON.stringify(profile))[Symbol.dispose]();
    } catch (error) {
      message = String(error);
    }
    assertStringIncludes(message, "9999");
  },
);
