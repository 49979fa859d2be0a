/**
 * The logs of `testdata/log_forms` through the program, as scripts read them: compares every field of every expected
 * file that the JSON contract has with what `show` prints.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { runCli } from "./cli_fixture.ts";
import { assertFits } from "../docs/json_schema_fixture.ts";

const FOLDER = new URL("../testdata/log_forms/", import.meta.url);

// deno-lint-ignore no-explicit-any -- JSON of two shapes, compared field by field
type Json = any;

for (const name of expectedNames()) {
  Deno.test(`htrace show reads ${name}`, async () => {
    const expected = JSON.parse(await Deno.readTextFile(new URL(`${name}.expected.json`, FOLDER)));
    const file = decodeURIComponent(new URL(`${name}.txt`, FOLDER).pathname);
    if (expected.refused !== null) {
      const { code, stdout, stderr } = await runCli("show", file);
      assertEquals([code, stdout], [3, ""]);
      assertMatch(
        stderr,
        /^htrace: Cannot read [^\n]+: the text talks about !htrace but has no output of it[^\n]+\n$/,
      );
      return;
    }
    if (expected.commands.length > 0) {
      const answers = await printed("answers", file, "--answers");
      const commands = [];
      for (const { number } of answers) {
        const one = await printed("analysis", file, "--answer", String(number));
        assertEquals(one.answer, answers[number - 1]);
        commands.push(commandOf(one));
      }
      assertEquals(commands, expected.commands.map(withoutCuts));
    }
    const whole = await printed("analysis", file);
    assertEquals(
      (whole.stops ?? []).map((stop: Json) => stopOf(whole, stop)),
      expected.stops.map(expectedStop),
    );
    const isList = expected.commands.length === 0 && expected.handles.length > 0;
    if (isList) assertEquals(handlesOf(whole), expectedHandles(expected.handles));
  });
}

/** The object, or the array, that `show --format json` prints. */
async function printed(definition: string, file: string, ...flags: string[]): Promise<Json> {
  const { code, stdout } = await runCli("show", file, ...flags, "--format", "json");
  assertEquals(code, 0);
  const value = JSON.parse(stdout);
  assertFits(definition, value);
  return value;
}

function commandOf(one: Json): Json {
  const { answer, target, groups, misuses } = one;
  const head = {
    command: answer.command ?? null,
    prompt: answer.prompt ?? null,
    kind: answer.kind,
    mode: answer.mode,
    pointerSize: target.pointerSize ?? null,
  };
  const error = answer.error === undefined ? {} : { error: answer.error };
  if (!["listing", "diff", "entries"].includes(answer.kind)) return { ...head, ...error };
  const { stacks: _, openStacks, ...counts } = one.counts;
  const opens = one.traces.filter(({ type }: Json) => type === "open");
  const stacks = [...new Set(opens.map(({ stack }: Json) => stack))];
  const suspects = stacks.map((stack) => groups.find((group: Json) => group.stack === stack));
  const named = (owner: string): Json[] =>
    suspects.map(({ suspect, suspectIs }) => suspectIs === owner ? placeOf(suspect) : null);
  const objects = opens.filter(({ objectType }: Json) =>
    objectType !== undefined && one.handles.length > 1
  )
    .map(({ handle, objectType, objectName = null }: Json) => ({
      handle: hex(handle),
      type: objectType,
      name: objectName,
    }));
  return {
    ...head,
    stated: { parsed: null, dumped: null, newTraces: null, displayed: null, ...answer.stated },
    traces: one.traces.length > 6 ? null : one.traces.map((trace: Json) => ({
      type: trace.type,
      handle: hex(trace.handle),
      threadId: hex(trace.threadId),
      processId: hex(trace.processId),
      frames: one.stacks[trace.stack].map(frameOf),
    })),
    counts: { ...counts, distinctOpenStacks: openStacks },
    suspects: named("own"),
    ...(named("framework").some((name) => name !== null) && { suspectsAlso: named("framework") }),
    incomplete: one.incomplete ?? null,
    ...(answer.headlessFrames !== undefined && { headlessFrames: answer.headlessFrames }),
    ...(misuses.some(({ badReference }: Json) => badReference !== undefined) && {
      misuse: misuses.map(({ handle, by, closedBy, openedBy }: Json) => ({
        handle: hex(handle),
        by: placeOf(by),
        closedBy: placeOf(closedBy),
        openedBy: placeOf(openedBy),
      })),
    }),
    ...(objects.length > 0 && { objects }),
    ...error,
  };
}

function stopOf(
  whole: Json,
  { code, processId = null, handle, exception = null, stack }: Json,
): Json {
  const frames = whole.stacks[stack] ?? [];
  return { code, pid: processId, handle: hex(handle), exception, frames: frames.map(frameOf) };
}

/** JSON does not say which command a stack is from nor, for leaks, where to look: only misuses have that. */
function expectedStop({ framesFrom: _, suspect: __, ...stop }: Json): Json {
  return stop;
}

function handlesOf({ handles, handleTotals }: Json): Json {
  return {
    types: handleTotals,
    rows: handles.map((row: Json) => ({
      handle: hex(row.handle),
      type: row.type,
      name: row.objectName ?? null,
      share: row.share ?? null,
      name2: row.imageName,
      pid: row.processId,
      user: row.user ?? null,
    })),
  };
}

/** The tables of a list, one after another. File shares are included if the form has them. */
function expectedHandles(tables: Json[]): Json {
  const types: Record<string, number> = {};
  for (const table of tables) {
    for (const [type, count] of Object.entries(table.types)) {
      types[type] = (types[type] ?? 0) + (count as number);
    }
  }
  return {
    types,
    rows: tables.flatMap(({ process, rows, source }) =>
      rows.map((row: Json) => ({
        handle: row.handle,
        type: row.type,
        name: row.name,
        share: row.share ?? (source === "handle.exe -v" ? SHARES[row.name] ?? null : null),
        name2: process.name,
        pid: process.pid,
        user: process.user ?? null,
      }))
    ),
  };
}

/** The only comma-separated file with shares, which its expected file leaves out. */
const SHARES: Record<string, string> = {
  "C:\\Orders\\bin": "RW-",
  "\\Device\\Afd": "---",
  "C:\\Users\\ines\\Bilder\\Skizze 7.plb": "RWD",
};

function withoutCuts(command: Json): Json {
  const frames = ({ cut: _, ...frame }: Json): Json => frame;
  const traces = command.traces?.map((trace: Json) => ({
    ...trace,
    frames: trace.frames.map(frames),
  }));
  return traces === undefined ? command : { ...command, traces };
}

function frameOf({ address = null, module = null, symbol = null, displacement }: Json): Json {
  return { address, module, symbol, displacement: hex(displacement) };
}

function placeOf(frame: Json): string | null {
  if (frame === undefined) return null;
  const name = frame.symbol === undefined ? frame.module : `${frame.module}!${frame.symbol}`;
  return frame.displacement === undefined ? name : `${name}+${hex(frame.displacement)}`;
}

function hex(value: number | undefined): string | null {
  return value === undefined ? null : `0x${value.toString(16)}`;
}

function expectedNames(): string[] {
  return [...Deno.readDirSync(FOLDER)].map(({ name }) => name)
    .filter((name) => name.endsWith(".txt")).map((name) => name.replace(".txt", "")).sort();
}

Deno.test("the program is tested on every log of testdata/log_forms", () => {
  assertEquals(expectedNames().length, 41);
});
