/**
 * Test help: makes logs as the recorder writes them.
 *
 * @module
 */
import {
  BLOB,
  BLOB_KIND,
  CALL,
  EVENT,
  EVENT_KIND,
  HEADER,
  LISTED_HANDLE,
  LISTING,
  LISTING_KIND,
  MARK,
  MODULE,
  OPEN_HANDLE,
  STATE,
  TYPE,
} from "./layout.ts";
import { newLog } from "./new_log.ts";

/** 2026-01-01 as a FILETIME: 100 ns from 1601. */
const START_TIME = (BigInt(Date.UTC(2026, 0)) - BigInt(Date.UTC(1601, 0))) * 10_000n;
/** Counts of the performance counter per second, and its value at the start. */
const FREQUENCY = 10_000_000n;
const START_COUNTER = 5_000_000n;

/** An event that a test adds; everything except the kind has a default. */
export interface TestEvent {
  readonly kind: keyof typeof EVENT_KIND;
  readonly handle?: number;
  readonly call?: string;
  readonly type?: string;
  readonly stack?: number;
  readonly name?: number;
  readonly detail?: number;
  readonly status?: number;
  readonly threadId?: number;
  readonly flags?: number;
}

/** A module that a test adds. */
export interface TestModule {
  readonly path: string;
  readonly base: bigint;
  readonly size?: number;
  readonly loaded?: number;
  readonly unloaded?: number;
  readonly generation?: number;
  readonly timestamp?: number;
}

/** A log under construction. */
export class TestLog {
  /** The file's bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same for numbers. */
  readonly view: DataView;
  readonly #calls = new Map<string, number>();
  readonly #types = new Map<string, number>([["", 0]]);
  readonly #ringSlots: number;

  /** Makes a log of a 64-bit process 4242 that has begun to record. */
  constructor({ slots = 128 }: { readonly slots?: number } = {}) {
    const { header, size } = newLog({ slots });
    this.bytes = new Uint8Array(size);
    this.bytes.set(header);
    this.view = new DataView(this.bytes.buffer);
    this.#ringSlots = Number(this.u64(HEADER.ringSlots));
    this.set(HEADER.state, STATE.recording).set(HEADER.processId, 4242).set(HEADER.pointerSize, 8);
    this.set(HEADER.typeCount, 1);
    this.set64(HEADER.frequency, FREQUENCY).set64(HEADER.startCounter, START_COUNTER);
    this.set64(HEADER.startTime, START_TIME).set64(HEADER.nextEvent, 1n);
    this.set64(HEADER.arenaNext, this.u64(HEADER.arena));
  }

  /** Reads a 64-bit number. */
  u64(offset: number): bigint {
    return this.view.getBigUint64(offset, true);
  }

  /** Writes a 32-bit number. */
  set(offset: number, value: number): this {
    this.view.setUint32(offset, value, true);
    return this;
  }

  /** Writes a 64-bit number. */
  set64(offset: number, value: bigint): this {
    this.view.setBigUint64(offset, value, true);
    return this;
  }

  /** Allocates bytes in the arena and returns their offset. */
  allocate(size: number): number {
    const offset = Number(this.u64(HEADER.arenaNext));
    this.set64(HEADER.arenaNext, BigInt(offset + Math.ceil(size / 8) * 8));
    return offset;
  }

  /** Adds a stack and returns its ref. */
  stack(addresses: readonly bigint[], { tag = 0, opened = 0, closed = 0 } = {}): number {
    const data = new Uint8Array(BigUint64Array.from(addresses).buffer);
    const ref = this.#blob(BLOB_KIND.stack, data);
    this.set(ref * 8 + BLOB.tag, tag);
    this.set(ref * 8 + BLOB.opened, opened).set(ref * 8 + BLOB.closed, closed);
    return ref;
  }

  /** Adds a name and returns its ref. */
  name(text: string): number {
    const letters = Uint16Array.from(text, (letter) => letter.charCodeAt(0));
    return this.#blob(BLOB_KIND.name, new Uint8Array(letters.buffer));
  }

  /** The number of a call; marks it as hooked. */
  call(name: string): number {
    let number = this.#calls.get(name);
    if (number === undefined) {
      this.#calls.set(name, number = this.#calls.size);
      const place = this.view.getUint32(HEADER.calls, true) + number * CALL.size;
      this.bytes.set(new TextEncoder().encode(name), place + CALL.name);
      this.set(place + CALL.state, 1).set(HEADER.callCount, this.#calls.size);
    }
    return number;
  }

  /** The number of an object type. */
  type(name: string): number {
    let number = this.#types.get(name);
    if (number === undefined) {
      this.#types.set(name, number = this.#types.size);
      const place = this.view.getUint32(HEADER.types, true) + number * TYPE.size;
      this.bytes.set(new TextEncoder().encode(name), place);
      this.set(HEADER.typeCount, this.#types.size);
    }
    return number;
  }

  /** Adds an event, a second after the one before, and returns its number. */
  event(event: TestEvent): number {
    const { call = event.kind === "open" ? "NtCreateEvent" : "NtClose", type = "Event" } = event;
    const number = Number(this.u64(HEADER.nextEvent));
    this.set64(HEADER.nextEvent, BigInt(number + 1));
    const place = Number(this.u64(HEADER.ring)) + number % this.#ringSlots * EVENT.size;
    this.set64(place + EVENT.state, BigInt(number) * 256n + BigInt(EVENT_KIND[event.kind]));
    this.set64(place + EVENT.time, timeOf(number));
    this.set(place + EVENT.handle, event.handle ?? 0x44);
    this.set(place + EVENT.thread, event.threadId ?? 7);
    this.set(place + EVENT.stack, event.stack ?? 0);
    this.set(place + EVENT.detail, event.detail ?? event.name ?? 0);
    this.set(place + EVENT.status, event.status ?? 0);
    this.view.setUint16(place + EVENT.call, this.call(call), true);
    this.view.setUint8(place + EVENT.type, this.type(type));
    this.view.setUint8(place + EVENT.flags, event.flags ?? 0);
    return number;
  }

  /** Puts a handle into the table of open handles. */
  openHandle(
    handle: number,
    number: number,
    { type = "Event", stack = 0, name = 0, flags = 0 } = {},
  ): this {
    const slot = Math.floor(handle / 4);
    const page = Math.floor(slot / OPEN_HANDLE.slotsPerPage);
    const entry = this.view.getUint32(HEADER.directory, true) + page * 4;
    if (this.view.getUint32(entry, true) === 0) {
      this.set(entry, this.allocate(OPEN_HANDLE.slotsPerPage * OPEN_HANDLE.size) / 8);
    }
    const place = this.view.getUint32(entry, true) * 8 +
      slot % OPEN_HANDLE.slotsPerPage * OPEN_HANDLE.size;
    this.set64(place + OPEN_HANDLE.opened, BigInt(number));
    this.set64(place + OPEN_HANDLE.time, timeOf(number));
    this.set(place + OPEN_HANDLE.stack, stack).set(place + OPEN_HANDLE.name, name);
    this.view.setUint8(place + OPEN_HANDLE.type, this.type(type));
    this.view.setUint8(place + OPEN_HANDLE.flags, flags);
    return this;
  }

  /** Adds a module. */
  module(module: TestModule): this {
    const place = this.#chained(HEADER.modules, MODULE.size);
    this.set(place + MODULE.path, this.name(module.path));
    this.set64(place + MODULE.base, module.base);
    this.set(place + MODULE.imageSize, module.size ?? 0x1000);
    this.set(place + MODULE.timestamp, module.timestamp ?? 1);
    this.set64(place + MODULE.loaded, BigInt(module.loaded ?? 0));
    this.set64(place + MODULE.loadedTime, timeOf(module.loaded ?? 0));
    this.set64(place + MODULE.unloaded, BigInt(module.unloaded ?? 0));
    this.set64(place + MODULE.unloadedTime, timeOf(module.unloaded ?? 0));
    this.set(place + MODULE.generation, module.generation ?? 0);
    return this;
  }

  /** Adds a mark after the events so far. */
  mark(name: string): this {
    const place = this.#chained(HEADER.marks, MARK.size);
    const number = this.u64(HEADER.nextEvent);
    this.set(place + MARK.name, this.name(name)).set64(place + MARK.number, number);
    this.set64(place + MARK.time, timeOf(Number(number))).set(place + MARK.thread, 7);
    return this;
  }

  /** Adds a listing of handles after the events so far. */
  listing(kind: keyof typeof LISTING_KIND, handles: readonly (readonly [number, string])[]): this {
    const place = this.#chained(
      HEADER.listings,
      LISTING.size + handles.length * LISTED_HANDLE.size,
    );
    const number = this.u64(HEADER.nextEvent);
    this.set(place + LISTING.kind, LISTING_KIND[kind]);
    this.set64(place + LISTING.before, number).set64(place + LISTING.after, number);
    this.set(place + LISTING.count, handles.length);
    handles.forEach(([handle, type], index) => {
      const entry = place + LISTING.size + index * LISTED_HANDLE.size;
      this.set(entry + LISTED_HANDLE.handle, handle);
      this.set(entry + LISTED_HANDLE.type, this.type(type));
    });
    return this;
  }

  /** Records that the process has ended itself. */
  end(exitStatus = 0): this {
    const number = Number(this.u64(HEADER.nextEvent));
    this.set(HEADER.state, STATE.ended).set(HEADER.exitStatus, exitStatus);
    return this.set64(HEADER.endCounter, timeOf(number));
  }

  #blob(kind: number, data: Uint8Array): number {
    const place = this.allocate(BLOB.size + data.length);
    this.view.setUint16(place + BLOB.kind, kind, true);
    this.view.setUint16(place + BLOB.bytes, data.length, true);
    this.bytes.set(data, place + BLOB.size);
    return place / 8;
  }

  #chained(head: number, size: number): number {
    const place = this.allocate(size);
    this.set(place, this.view.getUint32(head, true)).set(head, place / 8);
    return place;
  }
}

/** The time at second `number` of the recording. */
function timeOf(number: number): bigint {
  return START_COUNTER + BigInt(number) * FREQUENCY;
}
