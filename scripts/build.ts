/**
 * Builds every checked-in binary from its sources, or with `--check` says whether the checked-in ones still match.
 *
 * Each part is a script that runs inside the pinned toolchain (scripts/toolchain.sh), or needs only Deno, and takes
 * `--check` itself: it then builds into a temporary folder and compares bytes.
 *
 * @module
 */

/** The parts, in build order. */
const PARTS: readonly { readonly name: string; readonly script: string }[] = [
  { name: "WebAssembly module", script: "scripts/build_wasm.sh" },
  { name: "guest images", script: "scripts/build_guest.sh" },
  { name: "Windows test programs", script: "scripts/build_windows.sh" },
  { name: "recorder", script: "scripts/build_recorder.sh" },
  { name: "protocol of the assistants' server", script: "scripts/build_sdk.sh" },
  { name: "page of the HTML report", script: "scripts/build_page.ts" },
];

const root = new URL("..", import.meta.url);
const failures: string[] = [];
for (const part of PARTS) {
  console.log(`${part.name}: ${part.script} ${Deno.args.join(" ")}`);
  const [program, ...args] = part.script.endsWith(".ts")
    ? [Deno.execPath(), "run", "-A", part.script]
    : [part.script];
  const command = new Deno.Command(program!, { args: [...args, ...Deno.args], cwd: root });
  const { success } = await command.spawn().status;
  if (!success) failures.push(part.name);
}
if (failures.length > 0) {
  console.error(`build: failed or different: ${failures.join(", ")}`);
  Deno.exit(1);
}
