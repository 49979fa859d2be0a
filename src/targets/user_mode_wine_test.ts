/** The user-mode suite on the stand-in for ntdll, and on Windows' own ntdll if it traces. */
import { Standin, STANDIN_PATH, standinTest } from "../win32/standin_fixture.ts";
import { HandleHolder, tracingWindowsTest } from "../win32/windows_fixture.ts";
import { openLive } from "./live.ts";
import { USER_MODE_SUITE } from "./_user_mode_suite.ts";

const PROGRAM = "handle_holder64";

for (const { name, run } of USER_MODE_SUITE) {
  standinTest(`a user-mode target ${name}`, async () => {
    await using holder = await HandleHolder.start();
    const { processId } = holder;
    using standin = new Standin();
    using target = openLive(String(processId), { library: STANDIN_PATH });
    await run({
      target,
      program: PROGRAM,
      act: () => {
        standin.record(processId, "open", 0x80, 8, [0x1000n, 0x2000n]);
        standin.record(processId, "open", 0x84, 8, [0x1100n, 0x2000n]);
        standin.record(processId, "close", 0x84, 8, [0x1200n]);
      },
    });
  });

  tracingWindowsTest(`a user-mode target ${name} [ntdll]`, async () => {
    await using holder = await HandleHolder.start();
    using target = openLive(String(holder.processId));
    await run({ target, program: PROGRAM, act: () => holder.act() });
  });
}
