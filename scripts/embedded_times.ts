/**
 * Sets the times of the files that an executable embeds. `deno compile` writes them into it; nothing else in it depends
 * on when and where it was built.
 *
 * @module
 */
import { join } from "node:path";

/** Sets the time of a folder and of everything in it. */
export async function setTimes(folder: string, secondsSince1970: number): Promise<void> {
  if (!Number.isSafeInteger(secondsSince1970)) {
    throw new RangeError(
      "Cannot set the files' times: SOURCE_DATE_EPOCH is not a number of seconds",
    );
  }
  await setTimesIn(folder, secondsSince1970);
}

async function setTimesIn(path: string, seconds: number): Promise<void> {
  const { isDirectory } = await Deno.stat(path);
  if (isDirectory) {
    for await (const { name } of Deno.readDir(path)) await setTimesIn(join(path, name), seconds);
  }
  await Deno.utime(path, seconds, seconds);
}
