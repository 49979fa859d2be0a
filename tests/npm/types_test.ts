/** The types of the package, in a user's strict TypeScript program. */
import { assertEquals } from "@std/assert";
import { APP, packageTest, run } from "./_package.ts";

/** States what its types must be; `skipLibCheck` stays off, so that every declaration file is checked. */
const PROGRAM = `import {
  type Analysis, findLeaks, HtraceError, openTarget, readText, REPORTS, Session, type Target,
} from "htrace";

export async function summary(path: string): Promise<string> {
  const target: Target = await openTarget(path);
  const session = new Session(target);
  try {
    const analysis: Analysis = await session.show({ filter: { handle: 0x7dc } });
    const leaks: number = findLeaks(analysis).leaks.length;
    return \`\${leaks}: \${await readText(REPORTS["summary"]!, analysis)}\`;
  } catch (error) {
    return error instanceof HtraceError ? error.message : "";
  } finally {
    session[Symbol.dispose]();
  }
}

// @ts-expect-error: a number is not a path
await openTarget(1);
`;

packageTest("a strict program compiles with the package's types", async () => {
  await Deno.writeTextFile(`${APP}/summary.mts`, PROGRAM);
  const flags = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext"];
  const tsc = [Deno.execPath(), "run", "-A", "--no-lock", "npm:typescript@5.9.3/tsc"];
  const { stdout, stderr } = await run([...tsc, ...flags, "summary.mts"], {
    cwd: APP,
  });
  assertEquals([stdout, stderr], ["", ""]);
});
