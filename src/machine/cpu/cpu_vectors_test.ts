/**
 * Replays the recorded behaviour of a real CPU: testdata/cpu_vectors.bin.gz, made by scripts/cpu_vectors/make.sh.
 *
 * The file, little-endian: u32 addresses of code, data window and initial stack; then forms. A form is an
 * instruction (or a few): u8 length and its bytes, u8 mask of the registers that vary, u8 bytes of the window that
 * are recorded, u8 number of cases. A case: the varying registers u32 each, the flags u16, the window's bytes; u16 mask
 * of the flags that are defined afterwards, with the top bit set if the CPU raised a divide error; then the first three
 * again, as the instruction left them.
 */
import { assert, assertEquals } from "@std/assert";
import { Cpu } from "./cpu.ts";
import { PhysicalMemory } from "./physical_memory.ts";
import { REGISTER } from "./registers.ts";

const VECTORS = new URL("../../../testdata/cpu_vectors.bin.gz", import.meta.url);
const DIVIDE_ERROR = 0x8000;
/** More than any form needs. */
const BUDGET = 10;

/** Registers, flags and memory, before or after a case. */
interface State {
  readonly registers: readonly number[];
  readonly flags: number;
  readonly window: Uint8Array;
}

/** An instruction with the number of cases that follow it. */
interface Form {
  readonly code: Uint8Array;
  readonly registers: number;
  readonly windowSize: number;
  readonly cases: number;
}

class VectorReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
  get done(): boolean {
    return this.#at === this.#bytes.length;
  }
  u8(): number {
    return this.#view.getUint8(this.#at++);
  }
  u16(): number {
    this.#at += 2;
    return this.#view.getUint16(this.#at - 2, true);
  }
  u32(): number {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }
  bytes(length: number): Uint8Array {
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }
  form(): Form {
    const code = this.bytes(this.u8());
    return { code, registers: this.u8(), windowSize: this.u8(), cases: this.u8() };
  }
  /** Reads a state; registers that are not recorded have the values of `fixed`. */
  state(form: Form, fixed: readonly number[]): State {
    const registers = fixed.map((value, n) => (form.registers >>> n) & 1 ? this.u32() : value);
    return { registers, flags: this.u16(), window: this.bytes(form.windowSize) };
  }
}

async function unpackVectors(): Promise<Uint8Array<ArrayBuffer>> {
  const file = await Deno.open(VECTORS);
  return new Response(file.readable.pipeThrough(new DecompressionStream("gzip"))).bytes();
}

function hexBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

Deno.test("every instruction does what it does on a real CPU", async () => {
  const reader = new VectorReader(await unpackVectors());
  const codeAddress = reader.u32();
  const dataAddress = reader.u32();
  const stackAddress = reader.u32();
  const fixed = Array.from({ length: 8 }, (_, n) => (0x11111111 * n) >>> 0);
  fixed[REGISTER.ebx] = dataAddress;
  fixed[REGISTER.esp] = stackAddress;

  const cpu = new Cpu(new PhysicalMemory(codeAddress + 0x1000));
  let cases = 0;
  while (!reader.done) {
    const form = reader.form();
    const end = codeAddress + form.code.length;
    cpu.memory.writeBytes(codeAddress, form.code);
    cpu.breakpoints.clear();
    cpu.breakpoints.add(end);
    for (let n = 0; n < form.cases; n++, cases++) {
      const before = reader.state(form, fixed);
      const mask = reader.u16();
      const expected = reader.state(form, fixed);

      before.registers.forEach((value, register) => cpu.registers.set32(register, value));
      cpu.eflags = before.flags;
      cpu.memory.writeBytes(dataAddress, new Uint8Array(64));
      cpu.memory.writeBytes(dataAddress, before.window);
      cpu.eip = codeAddress;
      const stop = cpu.run(BUDGET);

      const actual: State = {
        registers: fixed.map((_, register) => cpu.registers.get32(register) >>> 0),
        flags: cpu.eflags & mask & ~DIVIDE_ERROR,
        window: cpu.memory.readBytes(dataAddress, form.windowSize),
      };
      const raised = stop.kind === "fault" ? stop.error.kind : stop.kind;
      assertEquals(
        { raised, ...actual },
        {
          raised: (mask & DIVIDE_ERROR) !== 0 ? "divide-error" : "breakpoint",
          ...expected,
          flags: expected.flags & mask & ~DIVIDE_ERROR,
        },
        `case ${n} of ${hexBytes(form.code)} with ${
          JSON.stringify(before.registers)
        }, flags ${before.flags}`,
      );
    }
  }
  assert(cases > 10_000, `only ${cases} cases were in the file`);
});
