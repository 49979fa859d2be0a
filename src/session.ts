/**
 * One target under examination: its snapshots, its symbols, and the questions that are asked of it.
 *
 * A target only reads; what is kept between two readings is kept here. A session answers with an
 * {@linkcode Analysis} and prints nothing.
 *
 * @module
 */
import type { Analysis } from "./analysis.ts";
import { analyzeTraces, diffTraces, type TraceTables } from "./engine.ts";
import type { Frame } from "./frame.ts";
import { judgeGroups } from "./judgement.ts";
import type { Module } from "./module.ts";
import { ModuleSymbols, type SymbolSource } from "./module_symbols.ts";
import type { SymbolStatus } from "./symbolizer.ts";
import {
  type Target,
  type TraceControl,
  TraceControlError,
  type TraceQuery,
  TraceQueryError,
} from "./target.ts";
import { traceCount, type TraceLog } from "./trace_log.ts";

/** What an analysis carries beside the traces that it lists. */
export interface AnalysisOptions {
  /** Groups by opening stack, with suspects. */
  readonly group?: boolean;
  /** Types and names of the handles, where the target knows them. */
  readonly names?: boolean;
}

/** Which traces to show. */
export type ShowOptions = TraceQuery & AnalysisOptions;

/** The name of the snapshot that is meant when none is named. */
const UNNAMED = "";

/** First address beyond the half of the address space that processes have, by pointer size. */
const KERNEL_START = { 4: 0x8000_0000n, 8: 0x8000_0000_0000n } as const;

/** A target with snapshots and symbols. */
export class Session implements Disposable {
  /** What is examined; the session disposes of it. */
  readonly target: Target;
  /** Where symbol files come from that the target does not bring along; the session disposes of it too. */
  readonly #given: SymbolSource;
  /** The target's own symbol files, then those of `#given`. */
  readonly #source: SymbolSource;
  /** By process: two processes have different modules at one address. Key 0 where there is only one. */
  readonly #symbols = new Map<bigint, ModuleSymbols>();
  readonly #snapshots: Map<string, TraceLog>;

  /**
   * Takes over a target with the snapshots that it brings along. Its own symbol files (the emulated
   * guest's PDBs) are preferred to those of `source`; without a source there are no others.
   */
  constructor(target: Target, source: SymbolSource = () => Promise.resolve({})) {
    this.target = target;
    this.#given = source;
    this.#snapshots = new Map(target.snapshots);
    this.#source = async (module) => target.symbolFiles?.(module) ?? await source(module);
  }

  /** Snapshots by name, for keeping them beyond this run; the unnamed one has the empty name. */
  get snapshots(): ReadonlyMap<string, TraceLog> {
    return this.#snapshots;
  }

  /** Enables tracing and takes the first snapshot; the ring is empty then, so older snapshots are dropped. */
  enable(slots?: number): void {
    this.#control("enable").enable(slots);
    this.#snapshots.clear();
    this.snapshot();
  }

  /** Disables tracing; traces and snapshots are gone. */
  disable(): void {
    this.#control("disable").disable();
    this.#snapshots.clear();
  }

  /** Keeps the traces of now as the base of later diffs, under a name or as the unnamed snapshot. */
  snapshot(name: string = UNNAMED): void {
    this.keepSnapshot(this.target.readTraces({}), name);
  }

  /** Keeps traces that were read earlier, by another run of the program for one, as a snapshot. */
  keepSnapshot(log: TraceLog, name: string = UNNAMED): void {
    this.#snapshots.set(name, log);
  }

  /**
   * Lists the handles opened since a snapshot and not closed since.
   *
   * As the debugger's text says ("snapshot successfully taken", "the previous snapshot"), a diff takes a snapshot
   * itself: the traces that it read become the unnamed snapshot, so that the next diff shows what came after this
   * one. A named snapshot is compared with and stays as it is.
   */
  async diff(name: string = UNNAMED, options: AnalysisOptions = {}): Promise<Analysis> {
    const now = this.target.readTraces({});
    const snapshot = this.#snapshots.get(name);
    if (snapshot === undefined) throw new TraceQueryError(this.#missingSnapshot(name));
    const { newTraces, historyLost, outstanding } = diffTraces(snapshot, now);
    const analysis = await this.#analyze(now, newTraces, outstanding, undefined, options);
    this.keepSnapshot(now);
    return { ...analysis, diff: { newTraces, historyLost } };
  }

  /** Lists traces, newest first. */
  async show(query: ShowOptions = {}): Promise<Analysis> {
    const log = this.target.readTraces(query);
    const count = traceCount(log);
    const listed = Uint32Array.from({ length: count }, (_, index) => index);
    return await this.#analyze(log, count, listed, query.process, query);
  }

  /** Names addresses by the modules of a process, or of the current one. */
  async symbolize(
    addresses: Iterable<bigint>,
    process?: bigint,
  ): Promise<ReadonlyMap<bigint, Frame>> {
    return await this.#symbolsOf(process).frames(this.target.modules(process), addresses);
  }

  /** What was found for the symbols of a module; undefined as long as they were not needed. */
  symbolStatus(module: Module): SymbolStatus | undefined {
    return this.#symbolsOf().status(module);
  }

  /** Frees the symbols, their source and the target. */
  [Symbol.dispose](): void {
    for (const symbols of this.#symbols.values()) symbols[Symbol.dispose]();
    this.#given[Symbol.dispose]?.();
    this.target[Symbol.dispose]();
  }

  async #analyze(
    log: TraceLog,
    newest: number,
    listed: Uint32Array,
    process: bigint | undefined,
    options: AnalysisOptions,
  ): Promise<Analysis> {
    const { target } = this;
    // A stack begins with its kernel frames; user mode shows, and groups by, what the process itself did.
    const kernelStart = target.mode === "user" ? KERNEL_START[target.pointerSize] : undefined;
    const tables = analyzeTraces(log, newest, kernelStart);
    const wanted = new Set<number>();
    for (const index of listed) wanted.add(tables.stackOf[index] ?? 0);
    if (options.group) {
      for (const { stack, closers } of tables.groups) {
        wanted.add(stack);
        for (const closer of closers) wanted.add(closer.stack);
      }
    }
    const stacks = await this.#nameStacks(tables, wanted, process);
    return {
      targetName: target.name,
      mode: target.mode,
      pointerSize: target.pointerSize,
      log,
      listed,
      stackOf: tables.stackOf,
      stacks,
      ...(options.group
        ? { groups: judgeGroups(tables.groups, stacks, target.modules(process)) }
        : {}),
      ...(options.names && target.handles
        ? { handles: new Map(target.handles().map((entry) => [entry.handle, entry])) }
        : {}),
    };
  }

  async #nameStacks(
    tables: TraceTables,
    wanted: ReadonlySet<number>,
    process: bigint | undefined,
  ): Promise<Map<number, Frame[]>> {
    const addresses = new Map([...wanted].map((id) => [id, tables.stackAddresses(id)]));
    const all = [...addresses.values()].flatMap((stack) => [...stack]);
    const names = await this.symbolize(all, process);
    const stacks = new Map<number, Frame[]>();
    for (const [id, stack] of addresses) {
      stacks.set(id, Array.from(stack, (address) => names.get(address) ?? { address }));
    }
    return stacks;
  }

  #control(what: "enable" | "disable"): TraceControl {
    const { control, name } = this.target;
    if (control !== undefined) return control;
    throw new TraceControlError(
      `Cannot ${what} tracing: "${name}" cannot be switched; show what was recorded with "!htrace"`,
    );
  }

  #symbolsOf(process?: bigint): ModuleSymbols {
    const key = process || (this.target.currentProcess ?? 0n);
    let symbols = this.#symbols.get(key);
    if (symbols === undefined) {
      symbols = new ModuleSymbols(this.#source);
      this.#symbols.set(key, symbols);
    }
    return symbols;
  }

  #missingSnapshot(name: string): string {
    if (name === UNNAMED) {
      return 'Cannot compare with the last snapshot: none was taken; take one with "!htrace -snapshot"';
    }
    const known = [...this.#snapshots.keys()].filter((key) => key !== UNNAMED);
    const others = known.length === 0
      ? "there are none with a name"
      : `there are ${known.join(", ")}`;
    return `Cannot compare with the snapshot "${name}": ${others}; ` +
      `take it with "!htrace -snapshot ${name}"`;
  }
}
