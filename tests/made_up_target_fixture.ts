/**
 * A made-up kind of target: a new one takes only a file like this and a line in the table of kinds.
 *
 * Its traces have what only some sources have: times, objects, stacks of a hundred frames, their own names.
 *
 * @module
 */
import type { Frame } from "../src/frame.ts";
import type { Module } from "../src/module.ts";
import type { Target } from "../src/target.ts";
import type { TargetKind } from "../src/targets/mod.ts";
import type { StackTable, TraceLog } from "../src/trace_log.ts";
import { TraceLogBuilder } from "../src/trace_log_builder.ts";

const PREFIX = "made-up:";
const START = Date.UTC(2026, 10, 29, 12);
/** Frames of each stack. */
const DEPTH = 100;

/** The line for the table of kinds. */
export const MADE_UP: TargetKind = {
  name: "made-up",
  forms: ["made-up:3        a program that was made up, which leaks so many handles"],
  accepts: ({ text }) => text.startsWith(PREFIX),
  open: (text) => Promise.resolve(new MadeUpTarget(Number(text.slice(PREFIX.length)))),
};

class MadeUpTarget implements Target {
  readonly name = "made-up program";
  readonly kind = MADE_UP.name;
  readonly identity = { processId: 7, imageName: "made_up.exe" };
  readonly mode = "user";
  readonly pointerSize = 8;
  readonly #leaks: number;

  constructor(leaks: number) {
    this.#leaks = leaks;
  }

  /** For each leaked handle there is one that is closed; the two values are 4 apart. */
  async readTraces(into: StackTable): Promise<TraceLog> {
    await Promise.resolve(); // a source may be slow
    const builder = new TraceLogBuilder(into);
    const stack = (place: number): BigUint64Array =>
      BigUint64Array.from({ length: DEPTH }, (_, frame) => BigInt(place * 0x1000 + frame + 1));
    for (let index = 0; index < this.#leaks; index++) {
      const time = START + index * 1000;
      const leaked = { type: "Event", name: `\\BaseNamedObjects\\${index}` };
      builder.add({ type: "open", handle: 8 * index + 8, stack: stack(1), time, object: leaked });
      const passing = { handle: 8 * index + 12, object: { type: "File" } };
      builder.add({ type: "open", ...passing, stack: stack(2), time: time + 100 });
      builder.add({ type: "close", ...passing, stack: stack(3), time: time + 200 });
    }
    return builder.build({ oldestFirst: true, readAt: new Date(START + 3_600_000) });
  }

  modules(): Module[] {
    return [];
  }

  frame(address: bigint): Frame {
    const place = Number(address >> 12n);
    return { address, module: { name: "made_up" }, symbol: `place${place}`, displacement: 1 };
  }

  [Symbol.dispose](): void {}
}
