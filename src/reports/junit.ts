/**
 * JUnit XML, as CI servers read it: one suite per process, one test per stack that opened handles.
 *
 * The flavour is the one that all strict schemas accept (windyroad's JUnit.xsd, Jenkins' junit-4.xsd and junit-10.xsd):
 * no attributes on `testsuites`, `properties` first and not empty, no `skipped`, no `file`.
 *
 * @module
 */
import type { Analysis, NamedStack, Report, TraceGroup } from "../analysis.ts";
import { frameName } from "../frame.ts";
import { handlesOfType, thousands, typeNames } from "../plain_text.ts";
import { flatFrames } from "./_flat_frames.ts";
import { escapeXml } from "./_xml.ts";

/** The report. */
export const JUNIT: Report = {
  name: "junit",
  brief: "JUnit XML: one test per stack, which fails if it leaks",
  extension: ".xml",
  render: renderJunit,
};

/** Renders a test for each stack with a suspect, including passing ones, so that a history shows what was fixed. */
export function renderJunit(analysis: Analysis): string {
  const { groups, stacks, target, log } = analysis;
  const process = target.identity.imageName ?? target.name;
  const own = groups.filter(({ stack }) => stacks.get(stack)?.suspect !== undefined);
  const names = uniqueNames(own, stacks);
  const cases = own.map((group, index) =>
    testCase(group, stacks.get(group.stack)!, process, names[index]!)
  );
  const failures = own.filter(isFailure).length;
  const attributes = {
    id: 0,
    package: "htrace",
    name: process,
    tests: own.length,
    failures,
    errors: 0,
    time: 0,
    // The schemas require a time, local and without a zone, even for a text that has none.
    timestamp: (log.readAt ?? new Date(0)).toISOString().slice(0, 19),
    hostname: "localhost",
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<testsuites>",
    `<testsuite${attributesText(attributes)}>`,
    "<properties>",
    ...Object.entries(propertiesOf(analysis)).map(([name, value]) =>
      `<property${attributesText({ name, value })}/>`
    ),
    "</properties>",
    ...cases,
    "<system-out/>",
    "<system-err/>",
    "</testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

/** What was examined. Older schemas want at least one property. */
function propertiesOf({ target, log }: Analysis): Readonly<Record<string, string | number>> {
  const { processId } = target.identity;
  return {
    target: target.name,
    kind: target.kind,
    ...(processId !== undefined && { processId }),
    traces: log.count,
  };
}

function isFailure({ outstanding, isKnown }: TraceGroup): boolean {
  return outstanding > 0 && !isKnown;
}

function testCase(group: TraceGroup, stack: NamedStack, process: string, name: string): string {
  const start = `<testcase${attributesText({ classname: process, name, time: 0 })}`;
  if (!isFailure(group)) return `${start}/>`;
  const message = `${thousands(group.outstanding)} of ${thousands(group.opened)} ` +
    `${handlesOfType(group)} still open`;
  const frames = flatFrames(stack.frames).map(({ name, file, line }) =>
    `at ${name}${file === undefined ? "" : ` (${file}:${line ?? 0})`}`
  );
  const text = [message, `key ${stack.key.hash}`, ...frames].map(escapeXml).join("\n");
  return `${start}>\n<failure${
    attributesText({ type: group.judgement, message })
  }>${text}</failure>\n` +
    "</testcase>";
}

/** Some readers keep only the first of equal names. */
function uniqueNames(
  groups: readonly TraceGroup[],
  stacks: ReadonlyMap<number, NamedStack>,
): string[] {
  const counts = new Map<string, number>();
  return groups.map((group) => {
    const suspect = stacks.get(group.stack)?.suspect;
    const types = typeNames(group);
    const name = (suspect && frameName(suspect.frame) || "?") + (types === "" ? "" : ` (${types})`);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name} #${count}`;
  });
}

function attributesText(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join("");
}
