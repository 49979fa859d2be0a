/**
 * Pipes to a program that we start: its standard input and output, with our ends of them.
 *
 * The executable has no permission to run programs through Deno, which would provide the pipes; it starts them through
 * `program.ts`.
 *
 * @module
 */
import { HtraceError } from "../error.ts";
import { HANDLE_FLAG_INHERIT } from "./constants.ts";
import { KERNEL32 } from "./kernel32_functions.ts";
import { SECURITY_ATTRIBUTES, Structure } from "./structures.ts";
import { systemLibrary } from "./system_library.ts";

/** What this file calls. */
const FUNCTIONS = {
  CreatePipe: KERNEL32.CreatePipe,
  SetHandleInformation: KERNEL32.SetHandleInformation,
  ReadFile: KERNEL32.ReadFile,
  WriteFile: KERNEL32.WriteFile,
  CloseHandle: KERNEL32.CloseHandle,
} as const satisfies Deno.ForeignLibraryInterface;

/** Most bytes in a line. */
const LONGEST_LINE = 0x1000;

/** Two pipes: the program reads from one what we write, and writes into the other what we read. */
export class ProgramPipes implements Disposable {
  /** The program's end of its standard input; inheritable; we close it once the program has it. */
  readonly input: number;
  /** The program's end of its standard output, likewise. */
  readonly output: number;
  readonly #library: Deno.DynamicLibrary<typeof FUNCTIONS> = Deno.dlopen(
    systemLibrary("kernel32.dll"),
    FUNCTIONS,
  );
  readonly #writer: number;
  readonly #reader: number;
  readonly #open = new Set<number>();

  /** Makes the pipes. */
  constructor() {
    const toProgram = this.#pipe();
    const fromProgram = this.#pipe();
    [this.input, this.#writer] = [toProgram.reader, toProgram.writer];
    [this.output, this.#reader] = [fromProgram.writer, fromProgram.reader];
    // A program that inherited our end of its input would never see that input end.
    for (const ours of [this.#writer, this.#reader]) {
      this.#library.symbols.SetHandleInformation(BigInt(ours), HANDLE_FLAG_INHERIT, 0);
    }
  }

  /** Closes the program's ends; call it once the program has started. */
  started(): void {
    this.#close(this.input);
    this.#close(this.output);
  }

  /** Writes to the program's standard input. */
  write(text: string): void {
    const bytes = new TextEncoder().encode(text);
    const written = new Uint32Array(1);
    const { WriteFile } = this.#library.symbols;
    if (WriteFile(BigInt(this.#writer), bytes, bytes.length, written, null) === 0) {
      throw new HtraceError("Cannot write to the program: it does not read its input");
    }
  }

  /** The text that the program wrote next, in one call; empty once it has ended. */
  async read(): Promise<string> {
    const bytes = new Uint8Array(LONGEST_LINE);
    const read = new Uint32Array(1);
    const { ReadFile } = this.#library.symbols;
    await ReadFile(BigInt(this.#reader), bytes, bytes.length, read, null);
    return new TextDecoder().decode(bytes.subarray(0, read[0]));
  }

  /** Ends the program's standard input. */
  endInput(): void {
    this.#close(this.#writer);
  }

  /** Closes all ends that are open. */
  [Symbol.dispose](): void {
    for (const handle of this.#open) this.#close(handle);
    this.#library.close();
  }

  #pipe(): { reader: number; writer: number } {
    const handles = [new BigInt64Array(1), new BigInt64Array(1)] as const;
    const inheritable = new Structure(SECURITY_ATTRIBUTES.size)
      .set(SECURITY_ATTRIBUTES.nLength, SECURITY_ATTRIBUTES.size)
      .set(SECURITY_ATTRIBUTES.bInheritHandle, 1);
    if (this.#library.symbols.CreatePipe(...handles, inheritable.bytes, 0) === 0) {
      throw new HtraceError(
        "Cannot make a pipe: Windows gave none; try again when less is going on",
      );
    }
    const [reader, writer] = handles.map(([handle]) => Number(handle)) as [number, number];
    this.#open.add(reader).add(writer);
    return { reader, writer };
  }

  #close(handle: number): void {
    if (this.#open.delete(handle)) this.#library.symbols.CloseHandle(BigInt(handle));
  }
}
