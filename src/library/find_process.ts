/**
 * Finds a process of a target by what a person calls it.
 *
 * @module
 */
import { TargetError } from "../error.ts";
import type { ProcessRef, Target } from "../target.ts";

/**
 * Finds a process by its EPROCESS (`0x82345678`), its id (`1234`) or its image name, which must be unique.
 */
export async function findProcess(target: Target, text: string): Promise<ProcessRef> {
  if (/^0x[\da-f]{1,16}$/i.test(text) && target.mode === "kernel") return { process: BigInt(text) };
  if (/^(?:\d+|0x[\da-f]{1,8})$/i.test(text)) return { processId: Number(text) };
  const processes = await target.processes?.() ?? [];
  const matches = processes.filter(({ imageName }) => sameName(imageName, text));
  const [match, another] = matches;
  if (match === undefined) {
    throw new TargetError(
      `Cannot find process "${text}" in ${target.name}: no process has that name; ` +
        `"htrace processes" lists them`,
    );
  }
  if (another !== undefined) {
    const ids = matches.map(({ processId }) => processId).join(", ");
    throw new TargetError(
      `Cannot find process "${text}" in ${target.name}: ${matches.length} processes have that ` +
        `name (${ids}); give one of their ids`,
    );
  }
  const { process, processId } = match;
  return { processId, ...(process !== undefined && { process }) };
}

/** Image names may be given without the extension. */
function sameName(imageName: string, text: string): boolean {
  const name = imageName.toLowerCase();
  return name === text.toLowerCase() || name === `${text.toLowerCase()}.exe`;
}
