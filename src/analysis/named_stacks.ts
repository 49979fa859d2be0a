/**
 * Stacks with their names, each made once and only on request.
 *
 * @module
 */
import type { NamedStack, StackKey, Suspect } from "../analysis.ts";
import type { Frame } from "../frame.ts";
import type { StackId, Stacks } from "../trace_log.ts";
import { type OwnerPatterns, suspectOf } from "./judgement.ts";
import { stackKeyOf } from "./stack_key.ts";

/** Names addresses; the map has a frame for each of them. */
export type NameAddresses = (
  addresses: Iterable<bigint>,
) => Promise<ReadonlyMap<bigint, Frame>>;

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

  /** Names stacks, all their addresses in one batch. */
  async name(ids: Iterable<StackId>): Promise<void> {
    const stacks: [StackId, BigUint64Array][] = [];
    const addresses = new Set<bigint>();
    for (const id of ids) {
      if (this.#named.has(id)) continue;
      const stack = this.#table.addresses(id);
      stacks.push([id, stack]);
      for (const address of stack) addresses.add(address);
    }
    if (stacks.length === 0) return;
    const frames = await this.#nameAddresses(addresses);
    for (const [id, stack] of stacks) {
      const named = Array.from(stack, (address) => frames.get(address) ?? { address });
      const isSystem = this.#systemStacks.has(id);
      this.#named.set(id, isSystem ? new SystemStack(named) : new LazyStack(named, this.#patterns));
    }
  }
}

/** The system keeps this stack's handles: there is no suspect. */
class SystemStack implements NamedStack {
  readonly frames: readonly Frame[];
  #key: StackKey | undefined;

  constructor(frames: readonly Frame[]) {
    this.frames = frames;
  }

  get key(): StackKey {
    return this.#key ??= stackKeyOf(this.frames);
  }
}

/** Key and suspect are computed on first use: a listing needs neither. */
class LazyStack implements NamedStack {
  readonly frames: readonly Frame[];
  readonly #patterns: OwnerPatterns;
  #key: StackKey | undefined;
  #suspect: Suspect | null | undefined;

  constructor(frames: readonly Frame[], patterns: OwnerPatterns) {
    this.frames = frames;
    this.#patterns = patterns;
  }

  get key(): StackKey {
    return this.#key ??= stackKeyOf(this.frames);
  }

  get suspect(): Suspect | undefined {
    if (this.#suspect === undefined) this.#suspect = suspectOf(this.frames, this.#patterns) ?? null;
    return this.#suspect ?? undefined;
  }
}
