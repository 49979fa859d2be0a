/**
 * Stacks in two columns, for logs that outlive the stack table into which they were read.
 *
 * @module
 */
import { renumberStacks, type StackId, type Stacks, type TraceLog } from "./trace_log.ts";

/** Stacks with ids from 0. */
export class ListedStacks implements Stacks {
  /** Number of stacks. */
  readonly count: number;
  readonly #frames: BigUint64Array;
  readonly #starts: Uint32Array;

  /** Creates it from the return addresses of all stacks and where each begins; the last start is the end. */
  constructor(frames: BigUint64Array, starts: Uint32Array) {
    this.#frames = frames;
    this.#starts = starts;
    this.count = starts.length - 1;
  }

  /** Return addresses, innermost first. */
  addresses(stack: StackId): BigUint64Array {
    if (!(stack >= 0 && stack < this.count)) {
      throw new RangeError(`Cannot read stack ${stack}: there are ${this.count}`);
    }
    return this.#frames.subarray(this.#starts[stack], this.#starts[stack + 1]);
  }
}

/** The stacks of logs under new ids, in order of first appearance. */
export class StackNumbers {
  readonly #stacks: BigUint64Array[] = [];
  readonly #numbers = new Map<Stacks, Map<StackId, number>>();

  /** The stacks by new id. */
  get stacks(): readonly BigUint64Array[] {
    return this.#stacks;
  }

  /** The same log with the new ids of its stacks. */
  numberLog(log: TraceLog): TraceLog {
    const { stacks } = log;
    let known = this.#numbers.get(stacks);
    if (known === undefined) this.#numbers.set(stacks, known = new Map());
    const numbers = known;
    return renumberStacks(log, stacks, (id) => {
      let number = numbers.get(id);
      if (number === undefined) {
        number = this.#stacks.push(stacks.addresses(id)) - 1;
        numbers.set(id, number);
      }
      return number;
    });
  }
}

/** The same log with its stacks in a separate list. */
export function detachStacks(log: TraceLog): TraceLog {
  const numbers = new StackNumbers();
  const numbered = numbers.numberLog(log);
  return { ...numbered, stacks: listStacks(numbers.stacks) };
}

function listStacks(stacks: readonly BigUint64Array[]): ListedStacks {
  const starts = new Uint32Array(stacks.length + 1);
  stacks.forEach(({ length }, index) => starts[index + 1] = starts[index]! + length);
  const frames = new BigUint64Array(starts[stacks.length]!);
  stacks.forEach((stack, index) => frames.set(stack, starts[index]));
  return new ListedStacks(frames, starts);
}
