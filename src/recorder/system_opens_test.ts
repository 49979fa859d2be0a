/** Handles that the system keeps for itself. */
import { assert } from "@std/assert";
import { isSystemOpen } from "./system_opens.ts";

Deno.test("isSystemOpen() recognizes the system's handles by type, name and caller", () => {
  const mutex = { type: "Mutant", name: "\\Sessions\\1\\BaseNamedObjects\\DBWinMutex" };
  assert(isSystemOpen(mutex, ["KERNELBASE"]));
  assert(!isSystemOpen({ ...mutex, name: "\\BaseNamedObjects\\Mine" }, ["kernelbase"]));
  assert(!isSystemOpen({ type: "Mutant" }, ["kernelbase"]));
  assert(
    isSystemOpen({ type: "Directory", name: "\\Sessions\\1\\BaseNamedObjects" }, ["kernelbase"]),
  );
  assert(isSystemOpen({ type: "TpWorkerFactory" }, ["ntdll"]));
  assert(!isSystemOpen({ type: "Event" }, ["kernelbase"]));
  // RtlCreateUserThread, called for ntdll's own pool, for CreateThread, and for the program.
  assert(isSystemOpen({ type: "Thread" }, ["ntdll", "ntdll"]));
  assert(!isSystemOpen({ type: "Thread" }, ["ntdll", "kernelbase"]));
  assert(!isSystemOpen({ type: "Thread" }, ["ntdll", "app"]));
  assert(!isSystemOpen({ type: "Thread" }, ["ntdll"]));
  assert(!isSystemOpen({ type: "Key" }, ["ntdll"])); // RtlOpenCurrentUser returns one
});
