/**
 * What the in-process recorder costs, under Wine: `deno task bench recorder`.
 *
 * A pair of an open and a close goes through Wine's server, which takes longer than a Windows system call, so the ratio
 * is too good. Records are measured separately, over a system call that does nothing.
 *
 * @module
 */
import { ROOT } from "./_bench_process.ts";

const command = new Deno.Command("scripts/wine.sh", {
  args: ["deno", "run", "-A", "--cached-only", "scripts/_recorder_pairs.ts"],
  cwd: ROOT,
  stdout: "piped",
});
const { success, stdout } = await command.output();
if (!success) Deno.exit(1);

const pairs: Record<string, number[]> = { alone: [], recorded: [] };
const figures: Record<string, number> = {};
let kind = "";
for (const line of new TextDecoder().decode(stdout).split(/\r?\n/)) {
  const [name = "", value] = line.split(" ");
  if (name in pairs) kind = name;
  else if (name === "pair") pairs[kind]!.push(Number(value));
  else if (value !== undefined) figures[name] = Number(value);
}

const [alone, recorded] = [median(pairs.alone!), median(pairs.recorded!)];
print("open and close, without", `${microseconds(alone)} µs`);
print("open and close, recorded", `${microseconds(recorded)} µs`);
print("  times as long (aim 1.25)", (recorded / alone).toFixed(2));
print("record with 9 frames (aim 1)", `${microseconds(figures["record-9"]!)} µs`);
print("record with 19 frames", `${microseconds(figures["record-19"]!)} µs`);
print("record with 34 frames", `${microseconds(figures["record-34"]!)} µs`);
print("record with 64 frames (aim 3.5)", `${microseconds(figures["record-64"]!)} µs`);
print("bytes an event", (figures["bytes-100"]! / 100).toFixed(1));
print("events a second, one thread", `${millions(figures["rate-1"]!)} million`);
print("events a second, four threads", `${millions(figures["rate-4"]!)} million`);

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function microseconds(nanoseconds: number): string {
  return (nanoseconds / 1000).toFixed(2);
}

function millions(count: number): string {
  return (count / 1e6).toFixed(2);
}

function print(name: string, value: string): void {
  console.log(`${name.padEnd(36)} ${value}`);
}
