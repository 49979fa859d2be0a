/**
 * One target under examination: its stacks, snapshots, symbols and current process, and the queries on it.
 *
 * A target only reads; what is kept between two readings is kept here. A session returns analyses and prints nothing.
 *
 * @module
 */
import type { Analysis } from "./analysis.ts";
import { type AnalysisRequest, analyze } from "./analysis/analyze.ts";
import type { SymbolFiles } from "./byte_source.ts";
import { imageInMemory } from "./dump/mapped_image.ts";
import { diffTraces } from "./engine/engine.ts";
import { EngineStackTable } from "./engine/stack_table.ts";
import { HtraceError, TargetError } from "./error.ts";
import type { Frame } from "./frame.ts";
import type { Module } from "./module.ts";
import { Snapshots, UNNAMED } from "./snapshots.ts";
import { MAX_NAMED, ModuleSymbols, type SymbolSource } from "./symbols/module_symbols.ts";
import type { SymbolList } from "./symbols/symbol_list.ts";
import type { SymbolStatus } from "./symbols/symbolizer.ts";
import {
  type HandleEntry,
  identityOf,
  type ProcessRef,
  type Target,
  type TraceControl,
} from "./target.ts";
import { thousands } from "./plain_text.ts";
import { logWithoutTraces, type StackTable, type TraceLog } from "./trace_log.ts";

/** Options of a session. */
export interface SessionOptions {
  /** Source of symbol files that the target does not supply itself; the session disposes of it. */
  readonly symbols?: SymbolSource;
  /** Keeps tracing on if the session enabled it; otherwise tracing ends with the session. */
  readonly keepTracing?: boolean;
}

/** Options of an analysis, and its process. */
export interface SessionRequest extends AnalysisRequest {
  /** A process other than the current one. */
  readonly process?: ProcessRef;
  /** Reads the open handles, too, so that types and names of objects are known. Default: true. */
  readonly objects?: boolean;
}

/** A target with snapshots and symbols. */
export class Session implements Disposable {
  /** What is examined; the session disposes of it. */
  readonly target: Target;
  /** The default process; undefined for a target's only one. */
  process: ProcessRef | undefined;
  /** The stacks of every log that was read. */
  readonly #stacks = new EngineStackTable();
  readonly #options: SessionOptions;
  /** Source of symbol files that the target does not supply itself. */
  #given: SymbolSource | undefined;
  /** By process: two processes can have different modules at one address. */
  readonly #symbols = new Map<string, ModuleSymbols>();
  readonly #snapshots = new Snapshots();
  #readSnapshots: Promise<void> | undefined;
  /** Tracing is on, and was off before this session enabled it. */
  #isEnabledHere = false;

  /**
   * Takes over a target. Its own symbol files (the emulated guest's PDBs) are preferred to those of the options; if
   * neither has a file, the exports of the image in its memory are used.
   */
  constructor(target: Target, options: SessionOptions = {}) {
    this.target = target;
    this.process = target.defaultProcess;
    this.#options = options;
    this.#given = options.symbols;
  }

  /** The table of the stacks of this session's logs. */
  get stacks(): StackTable {
    return this.#stacks;
  }

  /** Whether the named snapshots are marks that the program set: growth is then measured from one to the next. */
  get hasMarks(): boolean {
    return this.target.hasMarks === true || this.#snapshots.hasMarks;
  }

  /** Snapshots by name, the one taken last at the end; the unnamed one has the empty name. */
  async snapshots(): Promise<ReadonlyMap<string, TraceLog>> {
    await this.#bringSnapshots();
    return this.#snapshots.logs;
  }

  /** Enables tracing and takes the first snapshot; the ring is empty then, so older snapshots are dropped. */
  async enable(slots?: number): Promise<void> {
    const control = this.#control("enable");
    const wasTraced = !this.#isEnabledHere && control.isEnabled();
    control.enable(slots);
    this.#isEnabledHere ||= !wasTraced;
    await this.#dropSnapshots();
    await this.snapshot();
  }

  /** Disables tracing; traces and snapshots are gone. */
  async disable(): Promise<void> {
    this.#control("disable").disable();
    this.#isEnabledHere = false;
    await this.#dropSnapshots();
  }

  /** Keeps the current traces as the base of later diffs, under a name or as the unnamed snapshot. */
  async snapshot(name: string = UNNAMED): Promise<void> {
    const log = await this.readTraces();
    await this.#bringSnapshots();
    this.keepSnapshot(log, name);
  }

  /**
   * Keeps the current traces because the program asked for it; a reused name gets a number. Returns whether that was
   * done: not if tracing is off, or if marks already keep too much.
   */
  async mark(name: string): Promise<boolean> {
    if (this.target.control?.isEnabled() === false) return false;
    if (!this.#snapshots.admitMark()) return false;
    const log = await this.readTraces();
    await this.#bringSnapshots();
    this.#snapshots.keepMark(log, name);
    return true;
  }

  /** Keeps traces that were read earlier, into {@linkcode Session.stacks}, as a snapshot. */
  keepSnapshot(log: TraceLog, name: string = UNNAMED): void {
    this.#snapshots.keep(log, name);
  }

  /** Forgets a snapshot. One that the target supplies is also gone for this session. */
  async forgetSnapshot(name: string = UNNAMED): Promise<void> {
    await this.#bringSnapshots();
    this.#snapshots.forget(name);
  }

  /** Keeps the moment when tracing began, and the ring was empty, as the unnamed snapshot. */
  keepBeginning(): void {
    this.#snapshots.forget(UNNAMED);
    this.#snapshots.keepEarlier([[UNNAMED, logWithoutTraces(this.#stacks)]]);
  }

  /** Reads the traces of a process, or of the current one. */
  async readTraces(process?: ProcessRef): Promise<TraceLog> {
    return await this.target.readTraces(this.#stacks, process ?? this.process);
  }

  /** Loaded modules of a process, or of the current one. */
  async modules(process?: ProcessRef): Promise<readonly Module[]> {
    return await this.target.modules(process ?? this.process);
  }

  /** Open handles of a process, or of the current one; undefined if the target cannot list them. */
  async handles(process?: ProcessRef): Promise<readonly HandleEntry[] | undefined> {
    return await this.target.handles?.(process ?? this.process);
  }

  /**
   * Lists the handles opened since a snapshot and not closed since.
   *
   * As the debugger's text says ("snapshot successfully taken", "the previous snapshot"), a diff takes a snapshot
   * itself: the traces that it read become the unnamed snapshot, so that the next diff shows what came after this
   * one. A named snapshot is compared with and stays as it is.
   */
  async diff(name: string = UNNAMED, request: SessionRequest = {}): Promise<Analysis> {
    const now = await this.readTraces(request.process);
    await this.#bringSnapshots();
    const analysis = await this.#analyze(now, request, {
      diff: diffTraces(this.#snapshots.get(name), now),
      snapshots: this.#snapshots.listUpTo(name),
    });
    this.keepSnapshot(now);
    return analysis;
  }

  /** Lists traces, newest first; with growth, if the target has marks. */
  async show(request: SessionRequest = {}): Promise<Analysis> {
    const log = await this.readTraces(request.process);
    if (!this.hasMarks) return await this.#analyze(log, request);
    await this.#bringSnapshots();
    const snapshots = this.#snapshots.listNamed();
    return await this.#analyze(log, request, { snapshots, hasMarks: true });
  }

  /** Names addresses by the modules of a process, or of the current one; those outside all of them have no frame. */
  async symbolize(
    addresses: Iterable<bigint>,
    process?: ProcessRef,
  ): Promise<ReadonlyMap<bigint, Frame>> {
    const asked = BigUint64Array.from(addresses);
    const frames = await this.#name(asked, await this.modules(process), process);
    return new Map(
      frames.flatMap((frame, place) => frame === undefined ? [] : [[asked[place]!, frame]]),
    );
  }

  /** What {@linkcode Session.symbolize} and analyses have left out, each as a clause for messages. */
  namesLeftOut(process?: ProcessRef): string[] {
    const count = this.#symbolsOf(process).leftOut();
    return count === 0 ? [] : [
      `${thousands(count)} addresses are not named: the stacks have more different ones than the ` +
      `${thousands(MAX_NAMED)} that htrace names`,
    ];
  }

  /** All names of a module of the current process. */
  async symbolNames(module: Module): Promise<SymbolList> {
    return await this.#symbolsOf().names(await this.modules(), module);
  }

  /** Loads the symbols of a module of the current process, if not yet loaded, and says what was found. */
  async loadSymbols(module: Module): Promise<SymbolStatus> {
    return await this.#symbolsOf().load(await this.modules(), module);
  }

  /** Forgets every name and every symbol file, and switches to another source; disposes of the old one. */
  replaceSymbols(source: SymbolSource): void {
    this.forgetSymbols();
    this.#given?.[Symbol.dispose]?.();
    this.#given = source;
  }

  /** Forgets names and symbol files. They are looked up again when needed. */
  forgetSymbols(): void {
    for (const symbols of this.#symbols.values()) symbols[Symbol.dispose]();
    this.#symbols.clear();
  }

  /** What was found for the symbols of a module; undefined if they have not been needed yet. */
  symbolStatus(module: Module): SymbolStatus | undefined {
    return this.#symbolsOf().status(module);
  }

  /** Frees symbols and stacks; switches off tracing that was switched on here; releases the target. */
  [Symbol.dispose](): void {
    this.forgetSymbols();
    this.#given?.[Symbol.dispose]?.();
    const isLeftOn = this.#options.keepTracing || this.target.restarts;
    if (this.#isEnabledHere && !isLeftOn) this.#disableIfPossible();
    this.target[Symbol.dispose]();
    this.#stacks[Symbol.dispose]();
  }

  async #analyze(
    log: TraceLog,
    request: SessionRequest,
    compared: Pick<Parameters<typeof analyze>[0], "diff" | "snapshots" | "hasMarks"> = {},
  ): Promise<Analysis> {
    const { process, objects = true } = request;
    const modules = await this.modules(process);
    const handles = objects ? await this.#knownHandles(process, request) : undefined;
    const gaps = [
      ...await this.target.gaps?.(process ?? this.process) ?? [],
      ...this.#snapshots.passedMarks(),
    ];
    const identity = log.process === undefined
      ? undefined
      : await identityOf(this.target, { process: log.process });
    const handleCounts = handles && await this.target.handleCounts?.(process ?? this.process);
    return await analyze({
      target: this.target,
      stacks: this.#stacks,
      log,
      ...compared,
      modules,
      ...(handles && { handles }),
      ...(gaps.length > 0 && { gaps }),
      ...(identity && { identity }),
      ...(handleCounts && { handleCounts }),
      nameAddresses: (addresses) => this.#name(addresses, modules, process),
      withoutSymbols: () => this.#symbolsOf(process).withoutSymbols(),
      namesLeftOut: () => this.namesLeftOut(process),
    }, request);
  }

  /** If nobody asked for types and names, they are optional: an analysis can do without. */
  async #knownHandles(
    process: ProcessRef | undefined,
    { names = false }: SessionRequest,
  ): Promise<readonly HandleEntry[] | undefined> {
    try {
      return await this.handles(process);
    } catch (error) {
      if (names || !(error instanceof HtraceError)) throw error;
      return undefined;
    }
  }

  /** A frame for each address; undefined for those outside all modules. */
  async #name(
    addresses: BigUint64Array,
    modules: readonly Module[],
    process: ProcessRef | undefined,
  ): Promise<readonly (Frame | undefined)[]> {
    const { target } = this;
    if (target.frame === undefined) {
      return await this.#symbolsOf(process).frames(modules, addresses);
    }
    const frames = Array.from(addresses, (address) => target.frame?.(address));
    const unnamed = addresses.filter((_, place) => frames[place] === undefined);
    if (unnamed.length === 0) return frames;
    const named = (await this.#symbolsOf(process).frames(modules, unnamed)).values();
    return frames.map((frame) => frame ?? named.next().value);
  }

  #symbolsOf(process: ProcessRef | undefined = this.process): ModuleSymbols {
    const key = `${process?.process ?? ""} ${process?.processId ?? ""}`;
    let symbols = this.#symbols.get(key);
    if (symbols === undefined) {
      symbols = new ModuleSymbols((module) => this.#filesOf(module, process));
      this.#symbols.set(key, symbols);
    }
    return symbols;
  }

  /** The target's own symbol files, otherwise those of the options, otherwise what the process has in memory. */
  async #filesOf(module: Module, process: ProcessRef | undefined): Promise<SymbolFiles> {
    const { target } = this;
    const files = await target.symbolFiles?.(module) ?? await this.#given?.(module) ?? {};
    if (files.pdb || files.image) return files;
    const image = imageInMemory(target, module, process);
    return image ? { image } : files;
  }

  /** Snapshots that the target supplies come before those that are taken. */
  async #bringSnapshots(): Promise<void> {
    this.#readSnapshots ??= (async () => {
      this.#snapshots.keepEarlier(await this.target.readSnapshots?.(this.#stacks) ?? []);
    })();
    await this.#readSnapshots;
  }

  async #dropSnapshots(): Promise<void> {
    await this.#bringSnapshots();
    this.#snapshots.clear();
  }

  #control(what: "enable" | "disable"): TraceControl {
    const { control, name } = this.target;
    if (control !== undefined) return control;
    throw new TargetError(
      `Cannot ${what} tracing: "${name}" cannot be switched; show what was recorded with "!htrace"`,
    );
  }

  /** A process that has ended, or one on Windows XP, keeps its tracing to its end: there is nothing to do. */
  #disableIfPossible(): void {
    try {
      this.target.control?.disable();
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
    }
  }
}
