/** Ctrl-C while a verb writes a file: no verb leaves anything half-written. */
import { assertEquals } from "@std/assert";
import { withFolder } from "./folder_fixture.ts";

/** Each writes the file `FILE`. */
const WRITERS: readonly string[][] = [
  ["record", "emulated", "-o", "FILE.htrace"],
  ["snapshot", "emulated", "-o", "FILE.htrace"],
  ["report", "emulated", "-o", "FILE.csv", "--", "leak", "2"],
  ["show", "emulated", "-o", "FILE.json"],
  ["diff", "emulated", "-o", "FILE.json"],
  ["run", "--target", "emulated", "-o", "FILE.htrace", "--", "leak", "2"],
  ["run", "--target", "emulated", "--baseline", "FILE", "--update-baseline", "--", "leak", "2"],
  ["convert", "emulated", "-o", "FILE.dmp"],
  ["debug", "emulated", "-c", "!htrace -enable; .dump /mh FILE.dmp"],
  ["debug", "emulated:kernel", "-c", ".dump /f FILE.dmp"],
];

/** Runs a verb whose file is never finished, and reports when it is being written. */
const WRITING = `const [{ TemporaryFile }, { main }] =
  [await import(Deno.args[0]), await import(Deno.args[1])];
TemporaryFile.prototype.finish = () => new Promise(() => {
  console.log("writing");
  setTimeout(() => {}, 60_000);
});
const silent = { write() {}, writeBytes() {} };
await main(JSON.parse(Deno.args[2]), { stdout: silent, stderr: { ...silent, write: console.error } });
console.log("written");`;

const MODULES = ["temporary_file.ts", "cli.ts"].map((name) => new URL(name, import.meta.url).href);

for (const template of WRITERS) {
  Deno.test({
    name: `${template.join(" ")} leaves no partial file when Ctrl-C ends it [no Windows]`,
    ignore: Deno.build.os === "windows", // a process cannot send signals to another there
    fn: () =>
      withFolder(async (folder) => {
        const words = template.map((word) => word.replace("FILE", `${folder}/file`));
        const child = new Deno.Command(Deno.execPath(), {
          args: ["eval", WRITING, ...MODULES, JSON.stringify(words)],
          env: { FORCE_COLOR: "" },
          stdout: "piped",
        }).spawn();
        const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
        assertEquals((await reader.read()).value, "writing\n");
        assertEquals([...Deno.readDirSync(folder)].length, 1, "it is being written");
        child.kill("SIGINT");
        assertEquals((await reader.read()).done, true);
        assertEquals((await child.status).code, 130);
        assertEquals([...Deno.readDirSync(folder)], []);
      }),
  });
}
