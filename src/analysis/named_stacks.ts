/**
 * Stacks with their names, each made once and only on request.
 *
 * @module
 */
import type { NamedStack, StackKey, Suspect } from "../analysis.ts";
import { distinctAddresses, joinAddresses, placeFinder } from "../distinct_addresses.ts";
import type { Frame } from "../frame.ts";
import type { StackId, Stacks } from "../trace_log.ts";
import { type OwnerPatterns, suspectOf } from "./judgement.ts";
import { stackKeyOf } from "./stack_key.ts";

/** Names addresses: a frame for each of them, undefined for those outside all modules. */
export type NameAddresses = (
  addresses: BigUint64Array,
) => Promise<readonly (Frame | undefined)[]>;

/** Stacks that are named at once: a ring whose stacks are all different has two million addresses. */
const STACKS_AT_ONCE = 4096;

/** The named stacks of one analysis. They outlive the table that they came from. */
export class NamedStacks implements Stacks {
  /** The stacks named so far. */
  readonly named: ReadonlyMap<StackId, NamedStack>;
  readonly #named = new Map<StackId, NamedStack>();
  readonly #table: Stacks;
  readonly #nameAddresses: NameAddresses;
  readonly #patterns: OwnerPatterns;
  readonly #systemStacks: ReadonlySet<StackId>;

  /** Creates it without any stack; `systemStacks` have no suspects. */
  constructor(
    table: Stacks,
    nameAddresses: NameAddresses,
    patterns: OwnerPatterns,
    systemStacks: ReadonlySet<StackId> = new Set(),
  ) {
    this.#table = table;
    this.#nameAddresses = nameAddresses;
    this.#patterns = patterns;
    this.#systemStacks = systemStacks;
    this.named = this.#named;
  }

  /** One more than the highest id. */
  get count(): number {
    let last = -1;
    for (const id of this.#named.keys()) if (id > last) last = id;
    return last + 1;
  }

  /** Return addresses of a stack, innermost first. Throws a RangeError for one that was not named. */
  addresses(stack: StackId): BigUint64Array {
    const named = this.#named.get(stack);
    if (named === undefined) throw new RangeError(`Cannot read stack ${stack}: it is not listed`);
    return BigUint64Array.from(named.frames, ({ address }) => address);
  }

  /** Names stacks, the addresses of many in one batch. */
  async name(ids: Iterable<StackId>): Promise<void> {
    let batch: StackId[] = [];
    for (const id of ids) {
      if (this.#named.has(id)) continue;
      batch.push(id);
      if (batch.length < STACKS_AT_ONCE) continue;
      await this.#nameBatch(batch);
      batch = [];
    }
    if (batch.length > 0) await this.#nameBatch(batch);
  }

  async #nameBatch(ids: readonly StackId[]): Promise<void> {
    const stacks = ids.map((id) => this.#table.addresses(id));
    const addresses = distinctAddresses(stacks);
    const batch = {
      addresses,
      frames: await this.#nameAddresses(addresses),
      places: placeFinder(addresses)(joinAddresses(stacks)),
    };
    let end = 0;
    for (const [index, id] of ids.entries()) {
      const start = end;
      end += stacks[index]!.length;
      const isSystem = this.#systemStacks.has(id);
      this.#named.set(
        id,
        isSystem
          ? new SystemStack(batch, start, end)
          : new LazyStack(batch, start, end, this.#patterns),
      );
    }
  }
}

/** Some stacks: their different addresses, each with its frame where it lies in a module. */
interface Batch {
  readonly addresses: BigUint64Array;
  readonly frames: readonly (Frame | undefined)[];
  /** The stacks one after the other, as places in those lists. */
  readonly places: Uint32Array;
}

/** The system keeps the handles of the stack: nobody is suspected. */
class SystemStack implements NamedStack {
  readonly #batch: Batch;
  readonly #start: number;
  readonly #end: number;
  #key: StackKey | undefined;

  constructor(batch: Batch, start: number, end: number) {
    this.#batch = batch;
    this.#start = start;
    this.#end = end;
  }

  /** Made when they are asked for: a listing needs them once, and a ring can have two million. */
  get frames(): readonly Frame[] {
    const { addresses, frames, places } = this.#batch;
    return Array.from(
      places.subarray(this.#start, this.#end),
      (place) => frames[place] ?? { address: addresses[place]! },
    );
  }

  get key(): StackKey {
    return this.#key ??= stackKeyOf(this);
  }
}

/** Key and suspect are made when they are first asked for: a listing needs neither. */
class LazyStack extends SystemStack {
  readonly #patterns: OwnerPatterns;
  #suspect: Suspect | null | undefined;

  constructor(batch: Batch, start: number, end: number, patterns: OwnerPatterns) {
    super(batch, start, end);
    this.#patterns = patterns;
  }

  get suspect(): Suspect | undefined {
    if (this.#suspect === undefined) this.#suspect = suspectOf(this.frames, this.#patterns) ?? null;
    return this.#suspect ?? undefined;
  }
}
