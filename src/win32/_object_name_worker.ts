/**
 * The thread that queries object names, which may never return: see `object_names.ts`.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import type { NtStatus } from "../ntdll.ts";
import { NAME_REQUEST, NAME_STATE, type NameWorkerStart } from "./_object_name_request.ts";
import { DUPLICATE_SAME_ACCESS, OBJECT_INFORMATION_CLASS } from "./constants.ts";
import { WindowsNtdll } from "./ntdll.ts";

const CURRENT_PROCESS = -1;

self.onmessage = (message: MessageEvent<NameWorkerStart>) => {
  const { memory, library } = message.data;
  using ntdll = new WindowsNtdll(library);
  const state = new Int32Array(memory);
  const view = new DataView(memory);
  const answer = new Uint8Array(NAME_REQUEST.size - NAME_REQUEST.answer);
  for (;;) {
    Atomics.store(state, NAME_REQUEST.state, NAME_STATE.idle);
    Atomics.notify(state, NAME_REQUEST.state);
    Atomics.wait(state, NAME_REQUEST.state, NAME_STATE.idle);
    if (Atomics.load(state, NAME_REQUEST.state) === NAME_STATE.ended) break;
    const process = Number(view.getBigInt64(NAME_REQUEST.process.offset, true));
    const handle = Number(view.getBigInt64(NAME_REQUEST.handle.offset, true));
    view.setUint32(NAME_REQUEST.status.offset, queryName(ntdll, process, handle, answer), true);
    new Uint8Array(memory).set(answer, NAME_REQUEST.answer);
  }
  self.close();
};

/**
 * Duplicates the handle, queries the name, closes the duplicate. All of it happens here because closing may block just
 * as the query does: both wait for the lock of a synchronous file.
 */
function queryName(
  ntdll: WindowsNtdll,
  process: number,
  handle: number,
  answer: Uint8Array,
): NtStatus {
  answer.fill(0);
  const duplicate = ntdll.duplicateObject(
    process,
    handle,
    CURRENT_PROCESS,
    0,
    DUPLICATE_SAME_ACCESS,
  );
  if (duplicate.status !== 0) return duplicate.status;
  const { ObjectNameInformation } = OBJECT_INFORMATION_CLASS;
  const { status } = ntdll.queryObject(duplicate.handle, ObjectNameInformation, answer);
  ntdll.close(duplicate.handle);
  return status;
}
