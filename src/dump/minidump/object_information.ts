/**
 * What the writer of a dump queried from the system about the objects of handles.
 *
 * @module
 */
import { decodeStructure } from "../structure_table.ts";
import type { Minidump } from "./dump.ts";
import {
  EVENT_BASIC_INFORMATION,
  LIMITS,
  MUTANT_BASIC_INFORMATION,
  OBJECT_INFORMATION,
  OBJECT_INFORMATION_TYPE,
  PROCESS_BASIC_INFORMATION_32,
  PROCESS_BASIC_INFORMATION_64,
  SEMAPHORE_BASIC_INFORMATION,
  THREAD_BASIC_INFORMATION_32,
  THREAD_BASIC_INFORMATION_64,
} from "./format.ts";

/** A piece of information about an object, as the system returned it. */
export interface ObjectInformation {
  /** MINIDUMP_HANDLE_OBJECT_INFORMATION_TYPE. */
  readonly type: number;
  /** Its bytes; their layout depends on the system and architecture that wrote them. */
  readonly bytes: Uint8Array;
}

/** The contents of a piece of information whose layout is known. */
export type ObjectFact =
  | { readonly kind: "thread"; readonly processId: number; readonly threadId: number }
  | { readonly kind: "process"; readonly processId: number }
  | { readonly kind: "mutant"; readonly count: number; readonly isAbandoned: boolean }
  | { readonly kind: "event"; readonly isManualReset: boolean; readonly isSignaled: boolean }
  | { readonly kind: "semaphore"; readonly count: number; readonly maximum: number };

/**
 * Reads the object information that begins at `offset` (a handle's `objectInformation`). It is a chain, which damage
 * can turn into a loop, so each piece is read only once, and no more than a few pieces.
 */
export function readObjectInformation(dump: Minidump, offset: number): ObjectInformation[] {
  const pieces: ObjectInformation[] = [];
  const seen = new Set<number>();
  while (offset !== 0 && !seen.has(offset) && pieces.length < LIMITS.objectInformation) {
    seen.add(offset);
    const head = dump.file.read(offset, OBJECT_INFORMATION.size);
    if (head.length < OBJECT_INFORMATION.size) break;
    const { InfoType, SizeOfInfo, NextInfoRva } = decodeStructure(OBJECT_INFORMATION, head);
    const size = Math.min(SizeOfInfo, LIMITS.objectInformationBytes);
    const bytes = dump.file.read(offset + OBJECT_INFORMATION.size, size);
    if (bytes.length < size) break;
    pieces.push({ type: InfoType, bytes });
    offset = NextInfoRva;
  }
  return pieces;
}

/** The contents of a piece of information; undefined if its layout is unknown. */
export function objectFactOf({ type, bytes }: ObjectInformation): ObjectFact | undefined {
  switch (type) {
    case OBJECT_INFORMATION_TYPE.thread:
      return threadFact(bytes);
    case OBJECT_INFORMATION_TYPE.process:
      return processFact(bytes);
    case OBJECT_INFORMATION_TYPE.mutant: {
      if (bytes.length !== MUTANT_BASIC_INFORMATION.size) return undefined;
      const { CurrentCount, AbandonedState } = decodeStructure(MUTANT_BASIC_INFORMATION, bytes);
      return { kind: "mutant", count: CurrentCount, isAbandoned: AbandonedState !== 0 };
    }
    case OBJECT_INFORMATION_TYPE.event: {
      if (bytes.length !== EVENT_BASIC_INFORMATION.size) return undefined;
      const { EventType, EventState } = decodeStructure(EVENT_BASIC_INFORMATION, bytes);
      return { kind: "event", isManualReset: EventType === 0, isSignaled: EventState !== 0 };
    }
    case OBJECT_INFORMATION_TYPE.semaphore: {
      if (bytes.length !== SEMAPHORE_BASIC_INFORMATION.size) return undefined;
      const { CurrentCount, MaximumCount } = decodeStructure(SEMAPHORE_BASIC_INFORMATION, bytes);
      return { kind: "semaphore", count: CurrentCount, maximum: MaximumCount };
    }
    default:
      return undefined;
  }
}

/** A fact in the debugger's wording, as `!handle` prints it. */
export function objectFactText(fact: ObjectFact): readonly string[] {
  switch (fact.kind) {
    case "thread":
      return [`Thread Id   ${fact.processId.toString(16)}.${fact.threadId.toString(16)}`];
    case "process":
      return [`Process Id  ${fact.processId.toString(16)}`];
    case "mutant":
      return [
        `Mutex is ${fact.count > 0 ? "Free" : "Owned"}${fact.isAbandoned ? ", abandoned" : ""}`,
      ];
    case "event":
      return [
        `Event Type ${fact.isManualReset ? "Manual Reset" : "Auto Reset"}`,
        `Event is ${fact.isSignaled ? "Set" : "Waiting"}`,
      ];
    case "semaphore":
      return [`Semaphore Count ${fact.count}`, `Semaphore Limit ${fact.maximum}`];
  }
}

function threadFact(bytes: Uint8Array): ObjectFact | undefined {
  const table = [THREAD_BASIC_INFORMATION_32, THREAD_BASIC_INFORMATION_64]
    .find(({ size }) => size === bytes.length);
  if (table === undefined) return undefined;
  const { UniqueProcess, UniqueThread } = decodeStructure(table, bytes);
  return { kind: "thread", processId: UniqueProcess, threadId: UniqueThread };
}

function processFact(bytes: Uint8Array): ObjectFact | undefined {
  const table = [PROCESS_BASIC_INFORMATION_32, PROCESS_BASIC_INFORMATION_64]
    .find(({ size }) => size === bytes.length);
  if (table === undefined) return undefined;
  const { UniqueProcessId } = decodeStructure(table, bytes);
  return { kind: "process", processId: UniqueProcessId };
}
