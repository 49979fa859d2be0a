// deno-lint-ignore-file explicit-function-return-type
/**
 * Uses the library like a user's program, and prints what it finds: `<what to import> <folder with targets> <symbol
 * server>`.
 *
 * The same file runs under Node.js, Bun and Deno; it writes into the current folder.
 */
import { readdirSync } from "node:fs";
import process from "node:process";

const [library, folder, server] = process.argv.slice(2);
const {
  convert,
  listProcesses,
  openImageSymbols,
  openTarget,
  readText,
  record,
  REPORTS,
  Session,
  symbolSource,
  traceStep,
} = await import(library);

/** Runs `use` with a session of a target, and closes it. */
async function withSession(target, options, use) {
  const session = new Session(await openTarget(target, { args: options.args ?? [] }), options);
  try {
    await use(session);
  } finally {
    session[Symbol.dispose]();
  }
}

console.log("--- every kind of file");
for (const name of readdirSync(folder).sort()) {
  try {
    await withSession(`${folder}/${name}`, {}, async (session) => {
      console.log(await readText(REPORTS.json, await session.show()));
      if (session.target.processes) {
        console.log(`${(await listProcesses(session.target)).length} processes`);
      }
    });
  } catch (error) {
    console.log(`${error.name}: ${error.message}`);
  }
}

console.log("--- every format");
await withSession(`${folder}/leak.dmp`, {}, async (session) => {
  const analysis = await session.show();
  for (const { name, render } of Object.values(REPORTS)) {
    const rendered = await render(analysis);
    console.log(name, typeof rendered === "string" ? rendered : "not a text");
  }
});

console.log("--- the emulated machine, recorded and converted");
await withSession("emulated", { args: ["leak", "3"] }, async (session) => {
  await traceStep(session);
  console.log(await readText(REPORTS.classic, await session.diff()));
  await record(session, "leak.htrace");
  await convert(session, "leak.dmp");
});
for (const file of ["leak.htrace", "leak.dmp"]) {
  await withSession(file, {}, async (session) => {
    console.log(await readText(REPORTS.groups, await session.show()));
  });
}

console.log("--- symbols from a server");
const symbols = symbolSource({ path: `srv*symbols*${server}` });
await withSession("leak.dmp", { symbols }, async (session) => {
  console.log(await readText(REPORTS.classic, await session.show()));
});
const image = await openImageSymbols("badhandle.exe", { path: `cache*symbols;srv*${server}` });
console.log((await image.frames([0x1180], {})).map(({ symbol }) => symbol).join());
image[Symbol.dispose]();

console.log("--- what cannot be opened");
const UNREADABLE = ["missing.htrace", ".", "missing/leak.dmp", "badhandle.exe", "pipe", "1234"];
for (const target of UNREADABLE) {
  await openTarget(target).catch(({ name, message }) => console.log(`${name}: ${message}`));
}
