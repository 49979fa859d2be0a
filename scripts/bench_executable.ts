/**
 * Start-up and size of the executable against its bare runtime: an executable from the same denort whose program does
 * nothing.
 *
 * @module
 */
import { temporaryFolder } from "../src/folder_fixture.ts";
import { measure, median } from "./_bench_process.ts";
import { makeEmpty, makeExecutable, ROOT, runtimeFor } from "./executable/make.ts";

/** Runs of each executable; the median counts. */
const RUNS = 21;

const target = Deno.build.target;
const runtime = await runtimeFor(target);
if (runtime === undefined) {
  console.log(`not measured: there is no denort for ${target} within reach`);
} else {
  using folder = temporaryFolder();
  const bare = `${folder.path}/bare`;
  if (!await makeEmpty(target, runtime, bare)) throw new Error("Cannot make the bare executable");
  const executable = ROOT + await makeExecutable(target, runtime, "dist/tested");
  const times: { example: number[]; bare: number[] } = { example: [], bare: [] };
  for (let run = 0; run < RUNS; run++) { // in turn, so that other load on the machine affects both
    times.bare.push((await measure([bare], "")).milliseconds);
    times.example.push((await measure([executable, "example"], "")).milliseconds);
  }
  const [example, nothing] = [median(times.example), median(times.bare)];
  const sizes = [executable, bare].map((path) => Deno.statSync(path).size / 1e6);
  const [size = 0, bareSize = 0] = sizes;
  console.log(`runtime         ${runtime.name}`);
  console.log(`htrace example  ${example.toFixed(0)} ms, wall, whole process`);
  console.log(`bare runtime    ${nothing.toFixed(0)} ms`);
  console.log(`ratio           ${(example / nothing).toFixed(1)}`);
  console.log(
    `size            ${size.toFixed(1)} MB, ${(size - bareSize).toFixed(1)} MB of it ours`,
  );
}
