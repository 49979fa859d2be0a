/** Claims about the recorder, and about switching tracing on, with the stand-in's tracing; on Windows or Wine. */
import { assertEquals, assertRejects } from "@std/assert";
import { Session } from "../../session.ts";
import { openLive } from "../../targets/live.ts";
import { binaryPath, windowsTest } from "../../win32/windows_fixture.ts";
import { Standin, STANDIN_PATH, standinTest } from "../../win32/standin_fixture.ts";
import type { RunResult } from "../run.ts";
import { Bench, type ProgramName } from "./bench.ts";
import { ClaimError } from "./claim.ts";
import { type HeldProcess, Holder } from "./holder.ts";
import { RECORDER_CLAIMS } from "./recorder_claims.ts";
import { SWITCHING_CLAIMS } from "./windows_claims.ts";

/** Opens processes through the stand-in, and makes it trace what the examined process does. */
class StandinBench extends Bench {
  readonly #standin = new Standin();

  override async requireTracing(): Promise<void> {}

  override open(target: string): Promise<Session> {
    return Promise.resolve(new Session(openLive(target, { library: STANDIN_PATH })));
  }

  override async hold(): Promise<HeldProcess> {
    const holder = await Holder.start(binaryPath("handle_holder64.exe"));
    const { processId } = holder;
    return {
      processId,
      act: async () => {
        const before = eventsOf(processId);
        await holder.act();
        for (const event of eventsOf(processId).difference(before)) {
          this.#standin.record(processId, "open", event, 8, [0x1000n]);
        }
        this.traceMore(this.#standin, processId);
      },
      [Symbol.asyncDispose]: () => holder[Symbol.asyncDispose](),
    };
  }

  /** The process also opens and closes a semaphore. */
  protected traceMore(standin: Standin, processId: number): void {
    standin.record(processId, "open", 0x7ff0, 8, [0x2000n]);
    standin.record(processId, "close", 0x7ff0, 8, [0x3000n]);
  }

  override [Symbol.dispose](): void {
    this.#standin[Symbol.dispose]();
    super[Symbol.dispose]();
  }
}

/** Its process leaves one more handle open than it should, without a stack. */
class LeakyBench extends StandinBench {
  protected override traceMore(standin: Standin, processId: number): void {
    standin.record(processId, "open", 0x7ff0, 8, []);
    standin.record(processId, "open", 0x7ff4, 8, []);
  }
}

function eventsOf(processId: number): Set<number> {
  using target = openLive(String(processId));
  const handles = target.handles!() as { handle: number; type?: string }[];
  return new Set(handles.filter(({ type }) => type === "Event").map(({ handle }) => handle));
}

const [ENABLE, DIFF, DISABLE] = SWITCHING_CLAIMS;

standinTest("the selftest's claims about switching tracing pass if it works", async () => {
  for (const claim of [ENABLE!, DIFF!, DISABLE!]) {
    using bench = new StandinBench();
    await claim.check(bench);
  }
});

standinTest("the selftest notices a trace without a stack, and a handle too many", async () => {
  for (
    const [claim, found] of [
      [ENABLE!, "a trace has no stack"],
      [DIFF!, "handles listed: found 3, not 1"],
    ] as const
  ) {
    using bench = new LeakyBench();
    const error = await assertRejects(() => claim.check(bench), ClaimError);
    assertEquals(error.message, found);
  }
});

/** Nothing leaks, regardless of what it is told to run; and it reports forbidden facts about the recorder. */
class WrongBench extends Bench {
  override async record(name: ProgramName): Promise<RunResult> {
    const result = await super.record(name, ["churn", "2"]);
    const limits = [
      "recorded inside the process, its own calls only: 9 of 10 calls are hooked: of NtClose the code could not be changed",
      "1 handle seen opened is gone from the handle table without a close",
    ];
    return { ...result, analysis: { ...result.analysis, limits } };
  }
}

for (const claim of RECORDER_CLAIMS) {
  windowsTest(`the selftest's claim holds: ${claim.text}`, async () => {
    using bench = new Bench();
    await claim.check(bench);
  });

  windowsTest(`the selftest notices if this fails: ${claim.text}`, async () => {
    using bench = new WrongBench();
    await assertRejects(() => claim.check(bench), ClaimError);
  });
}
