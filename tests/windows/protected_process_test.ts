/** Processes on which nobody can switch tracing, not even an administrator with SeDebugPrivilege. */
import { assertThrows } from "@std/assert";
import { readLog } from "../../src/target_fixture.ts";
import { TargetError } from "../../src/error.ts";

import { openLive } from "../../src/targets/live.ts";
import { tracingWindowsTest } from "../../src/win32/windows_fixture.ts";

/** The kernel's process: protected since Windows 8.1. */
const SYSTEM = "4";

tracingWindowsTest("a protected process denies access, and the message names the right", () => {
  using target = openLive(SYSTEM);
  assertThrows(
    () => target.control!.enable(),
    TargetError,
    "Cannot enable tracing for process 4: access denied (0xC0000022) to " +
      "PROCESS_SET_INFORMATION (0x200); run elevated or as its user; protected processes refuse everybody",
  );
  assertThrows(
    () => readLog(target),
    TargetError,
    "Cannot read the traces of process 4: access denied (0xC0000022) to " +
      "PROCESS_QUERY_INFORMATION (0x400)",
  );
});
