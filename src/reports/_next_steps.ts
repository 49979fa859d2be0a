/**
 * The command to type after reading a summary.
 *
 * @module
 */
import type { Analysis, RenderOptions } from "../analysis.ts";
import { tellsCloses } from "../trace_log.ts";
import { symbolsCommand } from "../analysis/uncertainties.ts";
import { verdictOf } from "../analysis/verdict.ts";

/** A line with the next command, depending on the verdict; none if there is nothing to do. */
export function nextSteps(analysis: Analysis, options: RenderOptions): string[] {
  const { kind, group } = verdictOf(analysis);
  const suspect = group && analysis.stacks.get(group.stack)?.suspect?.frame;
  const command = (verb: string, rest: string, why: string): string[] => {
    const { target = "<target>", targetOptions = [], targetArguments = [] } = options;
    const program = targetArguments.length === 0 ? [] : ["--", ...targetArguments];
    const words = [verb, target, ...targetOptions, ...(rest === "" ? [] : [rest]), ...program];
    return [`Next: htrace ${words.join(" ")}${why}`];
  };
  switch (kind) {
    case "leak": {
      const focus = suspect?.symbol === undefined ? "" : ` --focus "${pattern(suspect.symbol)}"`;
      const what = tellsCloses(analysis.log) ? "its stack, and who closed" : "its stack";
      return command("report", `--format groups${focus}`, `   (${what})`);
    }
    case "misuses":
      return analysis.log.count === 0
        ? ["Next: !htrace <handle> where the debugger stopped; htrace reads what it prints, too"]
        : command("show", "--only misuses", "   (all traces of these handles)");
    case "history lost":
      return afterLostHistory(analysis.target.kind, options.target ?? "<target>");
    case "no own frame":
    case "no stacks":
      // A text already has the names that its debugger knew.
      if (analysis.target.kind === "debugger log") return [];
      return [
        `Next: ${symbolsCommand(options)}   (which modules have symbols, and why others have none)`,
      ];
    case "no traces":
      return withoutTraces(analysis.target.kind, options.target ?? "<target>");
    case "bounded":
    case "no leak":
    case "system only":
    case "filtered":
      return [];
  }
}

/** A larger ring keeps more; a file was traced elsewhere. */
function afterLostHistory(kind: string, target: string): string[] {
  if (kind === "debugger log") {
    return [
      "Next: !htrace -enable 0x20000 in the debugger, then -snapshot, a shorter scenario and -diff",
    ];
  }
  const traced = RUNNING.includes(kind) ? target : "<process>";
  return [`Next: htrace enable ${traced} --slots 131072, then snapshot and compare sooner`];
}

/** Handles can be compared without traces; tracing can be switched on in a running process. */
function withoutTraces(kind: string, target: string): string[] {
  if (kind === "handle list") return [`Next: htrace diff <later list> ${target}   (what grew)`];
  if (kind === "recording") {
    return ["Next: htrace enable <process>, run the scenario, then record again"];
  }
  return RUNNING.includes(kind)
    ? [`Next: htrace enable ${target}, run the scenario, then report again`]
    : ["Next: !htrace -enable in the debugger, the scenario, then !htrace -diff or .dump /mh"];
}

/** Kinds of targets in which tracing can be enabled. */
const RUNNING = ["live process", "emulated machine"];

/** A name as a regular expression that is unchanged inside a shell's double quotes. */
function pattern(name: string): string {
  return name.replaceAll(/[^\w:~<>, ]+/g, ".+");
}
