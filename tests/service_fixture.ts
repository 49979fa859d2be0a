/**
 * A made-up service with 500 stacks and 100,000 traces that looks like a real one: system start-up, caches, very many
 * handles that come and go, a few bad references, and three planted leaks.
 *
 * @module
 */
import type { Frame } from "../src/frame.ts";
import type { Module } from "../src/module.ts";
import type { Target, TargetIdentity } from "../src/target.ts";
import type { StackTable, TraceLog } from "../src/trace_log.ts";
import { TraceLogBuilder } from "../src/trace_log_builder.ts";

const STARTED = Date.UTC(2026, 10, 28, 9);
/** Milliseconds between two operations. */
const STEP = 37;
const TRACES = 100_000;
/** Places that open handles; the place after each one closes them. */
const PLACES = 250;

const ORDERS = module("orders", "C:\\svc\\orders.exe", 0x1_4000_0000n);
const NTDLL = module("ntdll", "C:\\Windows\\System32\\ntdll.dll", 0x7ff8_0000_0000n);
const KERNELBASE = module("KERNELBASE", "C:\\Windows\\System32\\KERNELBASE.dll", 0x7ff8_1000_0000n);

/** The places that leak, the worst first; each forgets to close once in this many times. */
export const PLANTED: readonly { readonly place: number; readonly every: number }[] = [
  { place: 40, every: 1 },
  { place: 50, every: 2 },
  { place: 60, every: 5 },
];
/** Start-up places, which open a few handles for the life of the process. */
const STARTUP = 20;
const TYPES = ["Event", "File", "Key", "Semaphore", "Thread"] as const;

function module(name: string, path: string, base: bigint): Module {
  return { name, path, base, size: 0x100_0000 };
}

/** The function that opens handles at a place. */
export function functionOf(place: number): string {
  return `orders::Session${place % 17}::Step${place}`;
}

/** The service, as a target. */
export class ServiceTarget implements Target {
  readonly name = "orders.exe";
  readonly kind = "made-up";
  readonly identity: TargetIdentity = { processId: 4242, imageName: "orders.exe" };
  readonly mode = "user";
  readonly pointerSize = 8;
  readonly #traces: number;

  /** The service after a number of operations. */
  constructor(traces = TRACES) {
    this.#traces = traces;
  }

  readTraces(into: StackTable): TraceLog {
    const builder = new TraceLogBuilder(into);
    const stacks = Array.from({ length: 2 * PLACES }, (_, place) => into.intern(stackOf(place)));
    const random = randomNumbers(7);
    const opens = new Array<number>(PLACES).fill(0);
    const waiting: { handle: number; place: number }[] = [];
    const free: number[] = [];
    let next = 4;
    while (builder.count < this.#traces) {
      const time = STARTED + builder.count * STEP;
      const facts = { processId: 4242, threadId: 0x1000 + 4 * random(12), time };
      if (waiting.length > 60 || random(2) === 0 && waiting.length > 0) {
        const [closed] = waiting.splice(random(waiting.length), 1);
        const { handle, place } = closed!;
        builder.add({ type: "close", handle, stack: stacks[place + PLACES]!, ...facts });
        if (random(20_000) === 0) {
          builder.add({ type: "badref", handle, stack: stacks[place + PLACES]!, ...facts });
        }
        free.push(handle);
        continue;
      }
      const place = builder.count < 100 ? random(STARTUP) : STARTUP + random(PLACES - STARTUP);
      const handle = free.shift() ?? (next += 4);
      const object = { type: TYPES[place % TYPES.length]! };
      builder.add({ type: "open", handle, stack: stacks[place]!, object, ...facts });
      if (!isForgotten(place, ++opens[place]!)) waiting.push({ handle, place });
    }
    return builder.build({ oldestFirst: true, readAt: new Date(STARTED + this.#traces * STEP) });
  }

  modules(): Module[] {
    return [ORDERS, NTDLL, KERNELBASE];
  }

  frame(address: bigint): Frame {
    const module = [ORDERS, KERNELBASE, NTDLL].find(({ base, size }) =>
      address >= base && address < base + BigInt(size)
    )!;
    const rva = Number(address - module.base);
    if (module !== ORDERS) {
      return { address, module, symbol: `Nt${module.name}${rva >> 8}`, displacement: rva & 0xff };
    }
    const place = rva >> 12;
    const depth = (rva >> 4) & 0xff;
    return {
      address,
      module,
      symbol: depth === 0 ? functionOf(place) : `orders::Run${depth}`,
      displacement: 0x1b,
      file: `C:\\build\\orders\\src\\session${place % 17}.cpp`,
      line: 10 + place,
    };
  }

  [Symbol.dispose](): void {}
}

function isForgotten(place: number, opened: number): boolean {
  if (place < STARTUP) return true;
  const leak = PLANTED.find((leak) => leak.place === place);
  return leak !== undefined && opened % leak.every === 0;
}

/** Frames of a place, innermost first: the system's, the place's function, its callers. */
function stackOf(place: number): BigUint64Array {
  const system = [NTDLL.base + 0x114n, KERNELBASE.base + 0x213n];
  if (place < STARTUP) {
    return BigUint64Array.from([...system, NTDLL.base + BigInt(0x1000 + 0x100 * place)]);
  }
  const callers = Array.from(
    { length: 6 },
    (_, depth) => ORDERS.base + BigInt((depth === 0 ? place << 12 : 0) | depth << 4),
  );
  return BigUint64Array.from([...system, ...callers, NTDLL.base + 0x5028n]);
}

/** The same numbers on every system: Lehmer's generator. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => (state = state * 48271 % 0x7fff_ffff) % below;
}
