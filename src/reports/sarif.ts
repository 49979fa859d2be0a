/**
 * SARIF 2.1.0, as code scanning reads it: one result per leaking stack, and one per bad reference.
 *
 * Without a source root every result is kept, with the path from its symbols; with one, paths are relative to it, and a
 * result without a file under it is counted in a notification, because code scanning drops it silently.
 *
 * @module
 */
import type {
  Analysis,
  Misuse,
  NamedStack,
  RenderOptions,
  Report,
  TraceGroup,
} from "../analysis.ts";
import type { Frame } from "../frame.ts";
import { counted, framePlace, handlesOfType, misuseTitle, thousands } from "../plain_text.ts";
import { VERSION } from "../version.ts";
import { type FlatFrame, flatFrames } from "./_flat_frames.ts";

/** The report. */
export const SARIF: Report = {
  name: "sarif",
  brief: "SARIF for code scanning: leaks and bad references at their lines",
  extension: ".sarif",
  warnings: (analysis, { sourceRoot } = {}) => {
    if (sourceRoot === undefined) return [];
    const places = new Places(sourceRoot);
    resultsOf(analysis, places);
    return places.missing === 0 ? [] : [missingText(places.missing, sourceRoot)];
  },
  render: renderSarif,
};

const INFORMATION = "https://github.com/htrace/htrace";

/** The rules, in the order of their indices. */
const RULES = [
  {
    id: "HTR001",
    name: "HandleNeverClosed",
    level: "error",
    brief: "Handles that this code opens are never closed",
    help:
      "Every handle that a call opened here is still open, and none was ever closed. Close each " +
      "when it is no longer needed, or accept the stack in a baseline.",
  },
  {
    id: "HTR002",
    name: "HandleOutstanding",
    level: "warning",
    brief: "Some handles that this code opens stay open",
    help:
      "Some of the handles that a call opened here were closed, and others are still open: look " +
      "for a path that leaves without closing, such as an early return.",
  },
  {
    id: "HTR003",
    name: "BadHandleReference",
    level: "error",
    brief: "A handle is used that is not open",
    help:
      "The handle had been closed, or never been opened, when it was used here. The value may be " +
      "another object's by the next time.",
  },
] as const;

type RuleIndex = 0 | 1 | 2;

/** Renders leaks that are not known, and bad references. */
export function renderSarif(analysis: Analysis, { sourceRoot }: RenderOptions = {}): string {
  const places = new Places(sourceRoot);
  const results = resultsOf(analysis, places);
  const image = analysis.target.identity.imageName ?? analysis.target.name;
  return JSON.stringify({
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: {
        driver: {
          name: "htrace",
          semanticVersion: VERSION,
          informationUri: INFORMATION,
          rules: RULES.map(ruleJson),
        },
      },
      automationDetails: { id: `htrace/${encodeURIComponent(image)}/` },
      ...(sourceRoot !== undefined && {
        originalUriBaseIds: { SRCROOT: { description: { text: "The root of the sources." } } },
      }),
      invocations: [{
        executionSuccessful: true,
        ...(places.missing > 0 && {
          toolExecutionNotifications: [{
            level: "note",
            message: {
              text: `${missingText(places.missing, sourceRoot)}.`,
            },
          }],
        }),
      }],
      columnKind: "utf16CodeUnits",
      results,
    }],
  }) + "\n";
}

function resultsOf(analysis: Analysis, places: Places): object[] {
  return [
    ...analysis.groups
      .filter(({ outstanding, isKnown }) => outstanding > 0 && !isKnown)
      .flatMap((group) => leakResult(analysis, group, places)),
    ...analysis.misuses.flatMap((misuse) => misuseResult(analysis, misuse, places)),
  ];
}

function missingText(missing: number, sourceRoot: string | undefined): string {
  const where = sourceRoot === undefined ? "" : " under the source root";
  return `${
    counted(missing, "result")
  } without a file${where}: code scanning shows no alert for them`;
}

function ruleJson({ id, name, level, brief, help }: (typeof RULES)[number]): object {
  return {
    id,
    name,
    helpUri: INFORMATION,
    shortDescription: { text: brief },
    fullDescription: { text: help },
    help: { text: help, markdown: help },
    defaultConfiguration: { level },
    properties: { tags: ["handles", "resources"], precision: "high", "problem.severity": level },
  };
}

function leakResult({ stacks }: Analysis, group: TraceGroup, places: Places): object[] {
  const stack = stacks.get(group.stack);
  const suspect = stack?.suspect;
  if (stack === undefined || suspect === undefined) return [];
  const closes = group.closed === 0
    ? "none was ever closed"
    : `${thousands(group.closed)} were closed`;
  const message = `${framePlace(suspect.frame)} leaks ${thousands(group.outstanding)} ` +
    `${handlesOfType(group)} of ${thousands(group.opened)} opened; ${closes}.`;
  const closers = group.closers.flatMap(({ stack: id, count }) => {
    const closer = stacks.get(id);
    return closer === undefined ? [] : [stackJson(closer, `closed ${count} times by`, places)];
  });
  return [resultJson(group.closed === 0 ? 0 : 1, message, stack, suspect.frame, places, {
    occurrenceCount: group.outstanding,
    stacks: [stackJson(stack, "opened by", places), ...closers],
  })];
}

function misuseResult({ log, stacks }: Analysis, misuse: Misuse, places: Places): object[] {
  const id = misuse.badReference === undefined ? misuse.stack : log.stack[misuse.badReference];
  const stack = id === undefined ? undefined : stacks.get(id);
  if (stack === undefined || misuse.by === undefined) return [];
  const step = (verb: string, frame: Frame | undefined): string =>
    frame === undefined ? "" : `, ${verb} by ${framePlace(frame)}`;
  const message = `${misuseTitle(misuse)}: used by ` +
    `${framePlace(misuse.by)}${step("closed", misuse.closedBy)}${step("opened", misuse.openedBy)}.`;
  return [resultJson(2, message, stack, misuse.by, places, {
    stacks: [stackJson(stack, "used by", places)],
  })];
}

function resultJson(
  rule: RuleIndex,
  message: string,
  stack: NamedStack,
  frame: Frame,
  places: Places,
  more: object,
): object {
  const { id, level } = RULES[rule];
  const location = places.locationOf(frame);
  const flow = flatFrames(stack.frames).reverse()
    .flatMap((flat) =>
      places.physical(flat).map((location) => ({
        location: { physicalLocation: location, message: { text: flat.name } },
      }))
    );
  return {
    ruleId: id,
    ruleIndex: rule,
    level,
    message: { text: message },
    locations: location,
    ...more,
    ...(flow.length > 0 && { codeFlows: [{ threadFlows: [{ locations: flow }] }] }),
    partialFingerprints: {
      primaryLocationLineHash: `${stack.key.hash}:${places.occurrence(`${id} ${stack.key.hash}`)}`,
      "htraceOpeningStack/v1": stack.key.hash,
    },
  };
}

function stackJson(stack: NamedStack, title: string, places: Places): object {
  return {
    message: { text: title },
    frames: flatFrames(stack.frames).map((flat) => ({
      ...(flat.module && { module: flat.module.name }),
      location: {
        ...(places.physical(flat).map((physicalLocation) => ({ physicalLocation }))[0]),
        logicalLocations: [{ fullyQualifiedName: flat.name }],
      },
    })),
  };
}

/** The source locations of frames, and which results are alike. */
class Places {
  /** Number of results without a file under the source root, or without any file if there is no root. */
  missing = 0;
  readonly #root: string | undefined;
  readonly #occurrences = new Map<string, number>();

  constructor(root: string | undefined) {
    this.#root = root === undefined
      ? undefined
      : normalized(root).replace(/\/*$/, "/").toLowerCase();
  }

  /**
   * How many results with a fingerprint there have been, including this one: code scanning treats equal ones as one.
   */
  occurrence(fingerprint: string): number {
    const count = (this.#occurrences.get(fingerprint) ?? 0) + 1;
    this.#occurrences.set(fingerprint, count);
    return count;
  }

  /** The location of a result, which always has one: viewers reject an empty list. */
  locationOf(frame: Frame): object[] {
    const [flat] = flatFrames([{ ...frame, inlined: [] }]);
    const [physical] = flat === undefined ? [] : this.physical(flat);
    if (physical === undefined) this.missing++;
    return [{
      ...(physical && { physicalLocation: physical }),
      logicalLocations: [{ fullyQualifiedName: flat?.name ?? "?" }],
    }];
  }

  /** The physical location of a frame, if it has one. */
  physical({ file, line }: FlatFrame): object[] {
    if (file === undefined) return [];
    const path = normalized(file);
    const region = line === undefined ? {} : { region: { startLine: line } };
    if (this.#root === undefined) return [{ artifactLocation: { uri: uriOf(path) }, ...region }];
    if (!path.toLowerCase().startsWith(this.#root)) return [];
    const uri = encoded(path.slice(this.#root.length));
    return [{ artifactLocation: { uri, uriBaseId: "SRCROOT" }, ...region }];
  }
}

/** A path with slashes, and without the `.` and `..` that compilers leave in it. */
function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.replaceAll("\\", "/").split("/")) {
    const last = parts.at(-1);
    if (part === "." && parts.length > 0) continue;
    if (part === ".." && last !== undefined && last !== "" && last !== ".." && last !== ".") {
      parts.pop();
    } else parts.push(part);
  }
  return parts.join("/");
}

/** A path as part of a URI; a lone surrogate has no encoding. */
function encoded(path: string): string {
  return encodeURI(path.toWellFormed()).replaceAll("#", "%23").replaceAll("?", "%3F");
}

/** A path as a URI: `C:/src/x.cpp` is not a relative one. */
function uriOf(path: string): string {
  if (/^[A-Za-z]:\//.test(path)) return `file:///${encoded(path)}`;
  return path.startsWith("/") ? `file://${encoded(path)}` : encoded(path);
}
