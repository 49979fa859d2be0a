/**
 * What a report says about the machine: facts that distinguish systems, and nothing that identifies people.
 *
 * @module
 */
import { VERSION } from "../../version.ts";
import { SE_DEBUG_PRIVILEGE } from "../../win32/constants.ts";
import { WindowsNtdll } from "../../win32/ntdll.ts";
import { debuggingTools } from "./bench.ts";

/** Facts about the machine, by name. */
export type MachineFacts = ReadonlyMap<string, string>;

/** Reads the facts. */
export async function describeMachine(): Promise<MachineFacts> {
  const { os, arch } = Deno.build;
  const facts = new Map([
    ["htrace", `${VERSION}, Deno ${Deno.version.deno}`],
    ["System", `${os} ${arch}`],
  ]);
  if (os !== "windows") return facts;
  using ntdll = new WindowsNtdll();
  const { major, minor, build } = ntdll.version();
  facts.set("System", `Windows ${major}.${minor}.${build}, ${arch}`);
  const isElevated = ntdll.enablePrivilege(SE_DEBUG_PRIVILEGE) === 0;
  facts.set("SeDebugPrivilege", isElevated ? "held" : "not held: run elevated to try more");
  const tools = await debuggingTools();
  facts.set("Debugging Tools", tools === undefined ? "not found" : "found");
  return facts;
}
