/**
 * The processes that a log names.
 *
 * @module
 */
import type { HandleTableProcess } from "../handle_list/handle_list.ts";
import { ownCopy } from "../handle_list/own_copy.ts";
import type { PromptLine } from "./commands.ts";
import type { LogProcess } from "./debugger_log.ts";

/** A row of the debugger's `|` list: `.  0	id: 1f2c	attach	name: C:\Apps\ordersvc.exe`. */
const LISTED = /^[.#]?\s*(\d{1,4})\s+id:\s*([0-9a-f]{1,8})\s+\w+\s+name:\s*(\S.*)$/i;
/** Most processes kept. */
const MAX_PROCESSES = 10_000;

/** The fields of an answer that identify its process. */
interface AnswerOfProcess {
  readonly prompt: string | undefined;
  readonly process: bigint | undefined;
}

/** The processes of a text, once all of it is read. */
export interface LogProcesses {
  /** All of them, in the order in which the text names them, those of kernel mode last. */
  readonly all: readonly LogProcess[];
  /** The process id of an answer; `mostFrequent` is the most frequent process id of its entries. */
  of(answer: AnswerOfProcess, mostFrequent: number | undefined): number | undefined;
}

/** Collects processes. */
export class ProcessReader {
  readonly #listed = new Map<number, LogProcess>();
  #isList = false;

  /** Takes a prompt; `|` lists processes. */
  takePrompt({ command }: PromptLine): void {
    this.#isList = /^\|\s*(?:\*|\.|#|\d+)?\s*$/.test(command);
  }

  /** Takes a line of another kind. */
  take(text: string): void {
    const trimmed = text.trim();
    const row = this.#isList ? LISTED.exec(trimmed) : null;
    if (row === null) return;
    const [, index = "", processId = "", path = ""] = row;
    if (this.#listed.size >= MAX_PROCESSES) return;
    this.#listed.set(Number(index), {
      index: Number(index),
      processId: parseInt(processId, 16),
      imageName: ownCopy(path.slice(Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/")) + 1)),
    });
  }

  /** Ends the text; `kernel` is the list of processes that kernel-mode outputs describe. */
  end(kernel: readonly HandleTableProcess[]): LogProcesses {
    const described = kernel.map(({ name, processId, process }) => ({
      ...(processId === undefined ? {} : { processId }),
      ...(process === undefined ? {} : { process }),
      ...(name === undefined ? {} : { imageName: name }),
    }));
    const byAddress = new Map(described.map((process) => [process.process, process]));
    return {
      all: [...this.#listed.values(), ...byAddress.values()],
      of: ({ prompt, process }, mostFrequent) => {
        if (process !== undefined) return byAddress.get(process)?.processId;
        const index = /^(?:\|\|\d+:)?(\d+):\d+/.exec(prompt ?? "")?.[1];
        const listed = index === undefined ? undefined : this.#listed.get(Number(index));
        return listed?.processId ?? mostFrequent;
      },
    };
  }
}
