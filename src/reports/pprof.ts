/**
 * A profile for Go's pprof and similar tools: gzipped protocol buffers (google/pprof, proto/profile.proto).
 *
 * Four counts per stack, as in heap profiles; `outstanding` is shown first. Growth is two profiles:
 * `pprof -diff_base before.pb.gz now.pb.gz`.
 *
 * @module
 */
import type { Analysis, Report, TraceGroup } from "../analysis.ts";
import type { FrameModule } from "../frame.ts";
import type { Module } from "../module.ts";
import { fileName, typeNames } from "../plain_text.ts";
import { type FlatFrame, flatFrames } from "./_flat_frames.ts";
import { MessageWriter } from "./_protobuf.ts";
import { StringTable } from "./_string_table.ts";

/** The report. */
export const PPROF: Report = {
  name: "pprof",
  brief: "a profile for pprof, with opened, closed, outstanding and bad references",
  extension: ".pb.gz",
  render: renderPprof,
};

/** Field numbers of the messages (profile.proto). */
const PROFILE = {
  sampleType: 1,
  sample: 2,
  mapping: 3,
  location: 4,
  function: 5,
  stringTable: 6,
  timeNanos: 9,
  periodType: 11,
  period: 12,
  defaultSampleType: 14,
} as const;
const VALUE_TYPE = { type: 1, unit: 2 } as const;
const SAMPLE = { locationId: 1, value: 2, label: 3 } as const;
const LABEL = { key: 1, str: 2 } as const;
const MAPPING = {
  id: 1,
  memoryStart: 2,
  memoryLimit: 3,
  filename: 5,
  buildId: 6,
  hasFunctions: 7,
  hasFilenames: 8,
  hasLineNumbers: 9,
  hasInlineFrames: 10,
} as const;
const LOCATION = { id: 1, mappingId: 2, address: 3, line: 4 } as const;
const LINE = { functionId: 1, line: 2 } as const;
/** Without the system name, 3: if it equals the name, viewers strip template arguments, and instances are merged. */
const FUNCTION = { id: 1, name: 2, filename: 4 } as const;

/** What a sample counts. */
const VALUES: Readonly<Record<string, (group: TraceGroup) => number>> = {
  opened: ({ opened }) => opened,
  closed: ({ closed }) => closed,
  outstanding: ({ outstanding }) => outstanding,
  bad_references: ({ badReferences }) => badReferences,
};
const SHOWN_FIRST = "outstanding";
const UNIT = "count";

/** Renders the groups as a compressed profile. */
export async function renderPprof(analysis: Analysis): Promise<Uint8Array> {
  const bytes = Uint8Array.from(encodeProfile(analysis));
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The profile before it is compressed. */
export function encodeProfile(analysis: Analysis): readonly number[] {
  const strings = new StringTable("");
  const mappings = new Mappings(imageFirst(analysis));
  const locations = new Locations(mappings);
  const profile = new MessageWriter();
  const valueType = (type: string, unit: string) => (writer: MessageWriter): void => {
    writer.number(VALUE_TYPE.type, strings.number(type));
    writer.number(VALUE_TYPE.unit, strings.number(unit));
  };
  for (const name of Object.keys(VALUES)) {
    profile.message(PROFILE.sampleType, valueType(name, UNIT));
  }
  for (const group of analysis.groups) {
    const frames = analysis.stacks.get(group.stack)?.frames ?? [];
    profile.message(PROFILE.sample, (sample) => {
      sample.numbers(
        SAMPLE.locationId,
        frames.map((frame) => locations.id(frame.address, flatFrames([frame]))),
      );
      sample.numbers(SAMPLE.value, Object.values(VALUES).map((value) => value(group)));
      const label = (key: string, text: string): void => {
        if (text === "") return;
        sample.message(SAMPLE.label, (writer) => {
          writer.number(LABEL.key, strings.number(key));
          writer.number(LABEL.str, strings.number(text));
        });
      };
      label("judgement", group.judgement);
      label("handle_type", typeNames(group));
    });
  }
  mappings.write(profile, strings);
  locations.write(profile, strings);
  const timeNanos = BigInt(analysis.log.readAt?.getTime() ?? 0) * 1_000_000n;
  profile.number(PROFILE.timeNanos, timeNanos);
  profile.message(PROFILE.periodType, valueType("handles", UNIT));
  profile.number(PROFILE.period, 1);
  profile.number(PROFILE.defaultSampleType, strings.number(SHOWN_FIRST));
  for (const text of strings.texts) profile.text(PROFILE.stringTable, text);
  return profile.bytes;
}

/** The modules, the process's own image before the others. */
function imageFirst({ modules, target }: Analysis): Module[] {
  const image = target.identity.imageName?.toLowerCase();
  const isImage = ({ path }: Module): boolean => fileName(path).toLowerCase() === image;
  return [...modules.filter(isImage), ...modules.filter((module) => !isImage(module))];
}

/** Modules with ids from 1. Viewers name the profile after the first: the process's own image. */
class Mappings {
  readonly #ids = new Map<string, number>();
  readonly #modules: FrameModule[] = [];

  constructor(modules: readonly Module[]) {
    for (const module of modules) this.id(module);
  }

  id(module: FrameModule): number {
    let id = this.#ids.get(module.name);
    if (id === undefined) {
      id = this.#modules.push(module);
      this.#ids.set(module.name, id);
    }
    return id;
  }

  write(profile: MessageWriter, strings: StringTable): void {
    this.#modules.forEach((module, index) => {
      const { name, path = name, base, size } = module;
      const buildId = buildIdOf(module);
      profile.message(PROFILE.mapping, (writer) => {
        writer.number(MAPPING.id, index + 1);
        if (base !== undefined) {
          writer.number(MAPPING.memoryStart, base);
          writer.number(MAPPING.memoryLimit, base + BigInt(size ?? 0));
        }
        // Without a build id, pprof mistakes a path with a drive for a URL, and drops it.
        writer.number(MAPPING.filename, strings.number(buildId === "" ? fileName(path) : path));
        writer.number(MAPPING.buildId, strings.number(buildId));
        // Otherwise viewers try to find symbols themselves.
        writer.boolean(MAPPING.hasFunctions, true);
        writer.boolean(MAPPING.hasFilenames, true);
        writer.boolean(MAPPING.hasLineNumbers, true);
        writer.boolean(MAPPING.hasInlineFrames, true);
      });
    });
  }
}

/** The key of a module on symbol servers: its PDB's GUID and age, otherwise its own time and size; empty if unknown. */
function buildIdOf({ pdb, timestamp, size }: FrameModule): string {
  if (pdb !== undefined) return pdb.guid + pdb.age.toString(16);
  if (timestamp === undefined || size === undefined) return "";
  return timestamp.toString(16).toUpperCase().padStart(8, "0") + size.toString(16);
}

/** Addresses with their functions, with ids from 1. */
class Locations {
  readonly #mappings: Mappings;
  readonly #ids = new Map<bigint, number>();
  readonly #locations: (readonly FlatFrame[])[] = [];

  constructor(mappings: Mappings) {
    this.#mappings = mappings;
  }

  /** The id of an address; its frames are innermost first, those inlined before the function itself. */
  id(address: bigint, frames: readonly FlatFrame[]): number {
    let id = this.#ids.get(address);
    if (id === undefined) {
      id = this.#locations.push(frames);
      this.#ids.set(address, id);
      const module = frames[0]?.module;
      if (module !== undefined) this.#mappings.id(module);
    }
    return id;
  }

  write(profile: MessageWriter, strings: StringTable): void {
    const functions = new Map<string, { id: number; frame: FlatFrame }>();
    const functionId = (frame: FlatFrame): number => {
      const key = JSON.stringify([frame.name, frame.file]);
      let known = functions.get(key);
      if (known === undefined) functions.set(key, known = { id: functions.size + 1, frame });
      return known.id;
    };
    this.#locations.forEach((frames, index) => {
      profile.message(PROFILE.location, (writer) => {
        writer.number(LOCATION.id, index + 1);
        const module = frames[0]?.module;
        if (module !== undefined) writer.number(LOCATION.mappingId, this.#mappings.id(module));
        writer.number(LOCATION.address, frames[0]?.address ?? 0);
        for (const frame of frames) {
          writer.message(LOCATION.line, (line) => {
            line.number(LINE.functionId, functionId(frame));
            line.number(LINE.line, frame.line ?? 0);
          });
        }
      });
    });
    for (const { id, frame } of functions.values()) {
      profile.message(PROFILE.function, (writer) => {
        writer.number(FUNCTION.id, id);
        writer.number(FUNCTION.name, strings.number(frame.name));
        writer.number(FUNCTION.filename, strings.number(frame.file ?? ""));
      });
    }
  }
}
