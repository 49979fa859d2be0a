/**
 * A profile for the Firefox Profiler (https://profiler.firefox.com): stacks as samples, leaks as markers.
 *
 * The processed format, version 56: readers upgrade older versions and reject newer ones than they know.
 *
 * @module
 */
import type { Analysis, Report, TraceGroup } from "../analysis.ts";
import type { FrameModule } from "../frame.ts";
import { typeList } from "../plain_text.ts";
import { VERSION } from "../version.ts";
import { type FlatFrame, flatFrames } from "./_flat_frames.ts";
import { StringTable } from "./_string_table.ts";

/** The report. */
export const FIREFOX: Report = {
  name: "firefox",
  brief: "a profile for the Firefox Profiler",
  extension: ".firefox.json",
  render: renderFirefox,
};

const FORMAT_VERSION = 56;
const OTHER = 0;
/** Fields of the markers, with the format's own names for how they are shown. */
const MARKER_FIELDS = [
  { key: "judgement", label: "Judgement", format: "string" },
  { key: "types", label: "Types", format: "string" },
  { key: "outstanding", label: "Outstanding", format: "integer" },
  { key: "opened", label: "Opened", format: "integer" },
  { key: "closed", label: "Closed", format: "integer" },
  { key: "badReferences", label: "Bad references", format: "integer" },
] as const;

/**
 * Renders every group as a sample, weighted by its outstanding handles, and as a marker with the same time. Markers
 * after the last sample would be outside the range that the viewer shows.
 */
export function renderFirefox(analysis: Analysis): string {
  const strings = new StringTable();
  const tables = new Tables(strings);
  const stackOf = ({ stack }: TraceGroup): number | null =>
    tables.stack(flatFrames(analysis.stacks.get(stack)?.frames ?? []));
  const { groups, target, log } = analysis;
  const name = target.identity.imageName ?? target.name;
  const samples = {
    length: groups.length,
    stack: groups.map(stackOf),
    time: groups.map((_, index) => index),
    weight: groups.map(({ outstanding }) => outstanding),
    weightType: "samples",
  };
  const markers = {
    length: groups.length,
    name: groups.map(() => strings.number("HandleLeak")),
    startTime: groups.map((_, index) => index),
    endTime: groups.map(() => null),
    phase: groups.map(() => 0),
    category: groups.map(() => OTHER),
    data: groups.map((group, index) => ({
      type: "HandleLeak",
      judgement: group.judgement,
      types: typeList(group),
      outstanding: group.outstanding,
      opened: group.opened,
      closed: group.closed,
      badReferences: group.badReferences,
      cause: { time: index, stack: stackOf(group) },
    })),
  };
  return JSON.stringify({
    meta: {
      version: 24,
      preprocessedProfileVersion: FORMAT_VERSION,
      interval: 1,
      startTime: log.readAt?.getTime() ?? 0,
      product: name,
      processType: 0,
      stackwalk: 1,
      debug: false,
      categories: [{ name: "Other", color: "grey", subcategories: ["Other"] }],
      markerSchema: [{
        name: "HandleLeak",
        display: ["marker-chart", "marker-table", "timeline-overview"],
        fields: MARKER_FIELDS,
      }],
      symbolicated: true,
      usesOnlyOneStackType: true,
      sourceCodeIsNotOnSearchfox: true,
      importedFrom: `htrace ${VERSION}`,
    },
    libs: tables.libs,
    pages: [],
    shared: { stringArray: strings.texts },
    threads: [{
      processType: "default",
      processStartupTime: 0,
      processShutdownTime: null,
      registerTime: 0,
      unregisterTime: null,
      pausedRanges: [],
      name,
      isMainThread: true,
      pid: String(target.identity.processId ?? 0),
      tid: 1,
      samples,
      markers,
      ...tables.columns,
      nativeSymbols: { length: 0, libIndex: [], address: [], name: [], functionSize: [] },
    }],
  }) + "\n";
}

/** The format's tables: stacks, which refer to frames, functions and libraries. */
class Tables {
  readonly libs: object[] = [];
  readonly #strings: StringTable;
  readonly #libs = new Map<string, number>();
  readonly #resources: { lib: number; name: number }[] = [];
  readonly #functions = new Map<string, number>();
  readonly #functionRows: { name: number; resource: number; fileName: number | null }[] = [];
  readonly #frames = new Map<string, number>();
  readonly #frameRows: { address: number; func: number; line: number | null; depth: number }[] = [];
  readonly #stacks = new Map<string, number>();
  readonly #stackRows: { prefix: number | null; frame: number }[] = [];

  constructor(strings: StringTable) {
    this.#strings = strings;
  }

  /** The number of a stack, its frames innermost first; null for one without frames. */
  stack(frames: readonly FlatFrame[]): number | null {
    let prefix: number | null = null;
    for (const frame of frames.toReversed()) {
      const key = `${prefix} ${this.#frame(frame)}`;
      let stack = this.#stacks.get(key);
      if (stack === undefined) {
        stack = this.#stackRows.push({ prefix, frame: this.#frame(frame) }) - 1;
        this.#stacks.set(key, stack);
      }
      prefix = stack;
    }
    return prefix;
  }

  /** The tables as columns. */
  get columns(): object {
    const stacks = this.#stackRows;
    const frames = this.#frameRows;
    const functions = this.#functionRows;
    const resources = this.#resources;
    const nulls = <T>(rows: readonly T[]): null[] => rows.map(() => null);
    return {
      stackTable: {
        length: stacks.length,
        prefix: stacks.map(({ prefix }) => prefix),
        frame: stacks.map(({ frame }) => frame),
      },
      frameTable: {
        length: frames.length,
        address: frames.map(({ address }) => address),
        inlineDepth: frames.map(({ depth }) => depth),
        category: frames.map(() => OTHER),
        subcategory: frames.map(() => OTHER),
        func: frames.map(({ func }) => func),
        nativeSymbol: nulls(frames),
        innerWindowID: nulls(frames),
        line: frames.map(({ line }) => line),
        column: nulls(frames),
      },
      funcTable: {
        length: functions.length,
        isJS: functions.map(() => false),
        relevantForJS: functions.map(() => false),
        name: functions.map(({ name }) => name),
        resource: functions.map(({ resource }) => resource),
        fileName: functions.map(({ fileName }) => fileName),
        lineNumber: nulls(functions),
        columnNumber: nulls(functions),
      },
      resourceTable: {
        length: resources.length,
        lib: resources.map(({ lib }) => lib),
        name: resources.map(({ name }) => name),
        host: nulls(resources),
        type: resources.map(() => 1),
      },
    };
  }

  #frame(frame: FlatFrame): number {
    const func = this.#function(frame);
    const base = frame.module?.base;
    const address = base === undefined || frame.address === undefined
      ? -1
      : Number(frame.address - base);
    const line = frame.line ?? null;
    const depth = frame.inlineDepth;
    const key = `${func} ${address} ${line} ${depth}`;
    let number = this.#frames.get(key);
    if (number === undefined) {
      number = this.#frameRows.push({ address, func, line, depth }) - 1;
      this.#frames.set(key, number);
    }
    return number;
  }

  /** The viewer itself puts the library before the name. */
  #function({ symbol, module, file }: FlatFrame): number {
    const resource = module === undefined ? -1 : this.#lib(module);
    const key = JSON.stringify([symbol, resource, file]);
    let number = this.#functions.get(key);
    if (number === undefined) {
      number = this.#functionRows.push({
        name: this.#strings.number(symbol),
        resource,
        fileName: file === undefined ? null : this.#strings.number(file),
      }) - 1;
      this.#functions.set(key, number);
    }
    return number;
  }

  #lib({ name, path = name, pdb, timestamp, size }: FrameModule): number {
    let number = this.#libs.get(name);
    if (number === undefined) {
      number = this.libs.push({
        arch: "",
        name,
        path,
        debugName: pdb?.path ?? name,
        debugPath: pdb?.path ?? path,
        breakpadId: pdb === undefined ? "" : pdb.guid + pdb.age.toString(16).toUpperCase(),
        codeId: timestamp === undefined || size === undefined
          ? null
          : timestamp.toString(16).toUpperCase().padStart(8, "0") + size.toString(16),
      }) - 1;
      this.#libs.set(name, number);
      this.#resources.push({ lib: number, name: this.#strings.number(name) });
    }
    return number;
  }
}
