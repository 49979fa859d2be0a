/**
 * Prints every figure that the project commits to, as ratios measured in one run: `deno task bench`.
 *
 * Each part is a separate program, so that none warms or fills the memory of another. Figures are for people; no test
 * depends on them.
 *
 * @module
 */

/** The parts in running order: what they measure and how they are started. */
const PARTS: readonly { readonly name: string; readonly args: readonly string[] }[] = [
  { name: "Start-up and the emulated machine", args: ["run", "-A", "scripts/bench_machine.ts"] },
  { name: "The executable", args: ["run", "-A", "scripts/bench_executable.ts"] },
  { name: "Diff engine", args: ["run", "-A", "src/engine/engine_bench.ts"] },
  { name: "Recordings", args: ["run", "-A", "src/recording/recording_bench.ts"] },
  { name: "Debugger logs", args: ["run", "-A", "scripts/bench_logs.ts"] },
  { name: "Minidumps", args: ["run", "-A", "scripts/bench_minidumps.ts"] },
  { name: "Kernel dumps", args: ["run", "-A", "scripts/bench_kernel_dumps.ts"] },
  { name: "Formats", args: ["run", "-A", "scripts/bench_reports.ts"] },
  { name: "Symbols", args: ["run", "-A", "scripts/bench_symbols.ts"] },
  { name: "Recorder", args: ["run", "-A", "scripts/bench_recorder.ts"] },
];

const wanted = Deno.args.map((name) => name.toLowerCase());
let failures = 0;
for (const part of PARTS) {
  if (wanted.length > 0 && !wanted.some((word) => part.name.toLowerCase().includes(word))) continue;
  console.log(`\n## ${part.name}\n`);
  const command = new Deno.Command(Deno.execPath(), {
    args: [...part.args],
    cwd: new URL("..", import.meta.url),
  });
  const { success } = await command.spawn().status;
  if (!success) failures++;
}
Deno.exit(failures === 0 ? 0 : 1);
