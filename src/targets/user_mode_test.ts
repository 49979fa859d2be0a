/** The user-mode suite on the emulated machine. */
import { EMULATED } from "./emulated.ts";
import { USER_MODE_SUITE } from "./_user_mode_suite.ts";

for (const { name, run } of USER_MODE_SUITE) {
  Deno.test(`a user-mode target ${name} [emulated machine]`, async () => {
    // Server 2003, because the emulated XP cannot disable tracing.
    using target = await EMULATED.open("emulated:2003", { args: ["leak", "1"] });
    await run({ target, program: "badhandle", act: () => void target.execution!.go() });
  });
}
