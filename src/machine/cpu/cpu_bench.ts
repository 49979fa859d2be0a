/**
 * How many guest instructions a second the CPU executes: `deno bench src/machine/cpu/cpu_bench.ts`.
 *
 * @module
 */
import { Cpu } from "./cpu.ts";
import { PhysicalMemory } from "./physical_memory.ts";

/** Where the loops are. */
const CODE = 0x1000;
/** Instructions per iteration of a benchmark. */
const INSTRUCTIONS = 1_000_000;

/** An endless loop of the instructions that compiled code consists of: loads, stores, arithmetic, calls. */
const MIXED_LOOP = Uint8Array.of(
  ...[0xbe, 0x00, 0x20, 0x00, 0x00], //             mov  esi, 0x2000
  ...[0x8b, 0x04, 0x8e], //                   next: mov  eax, [esi+ecx*4]
  ...[0x01, 0xd0], //                               add  eax, edx
  ...[0x89, 0x46, 0x10], //                         mov  [esi+0x10], eax
  ...[0x0f, 0xb6, 0x56, 0x10], //                   movzx edx, byte [esi+0x10]
  ...[0xe8, 0x09, 0x00, 0x00, 0x00], //             call function
  ...[0x41], //                                     inc  ecx
  ...[0x83, 0xe1, 0x3f], //                         and  ecx, 0x3f
  ...[0x75, 0xe9], //                               jnz  next
  ...[0xeb, 0xe7], //                               jmp  next
  ...[0x90], //                                     nop
  ...[0x55], //                           function: push ebp
  ...[0x89, 0xe5], //                               mov  ebp, esp
  ...[0x8d, 0x44, 0x10, 0x07], //                   lea  eax, [eax+edx+7]
  ...[0x39, 0xc8], //                               cmp  eax, ecx
  ...[0x5d], //                                     pop  ebp
  ...[0xc3], //                                     ret
);

/** A CPU about to run a program at the start of its code page, with a stack below it. */
function cpuWithProgram(program: Uint8Array): Cpu {
  const memory = new PhysicalMemory(0x10000);
  memory.writeBytes(CODE, program);
  const cpu = new Cpu(memory);
  cpu.eip = CODE;
  cpu.registers.esp = CODE;
  return cpu;
}

const cpu = cpuWithProgram(MIXED_LOOP);

Deno.bench("a million guest instructions of compiled code's mix", () => {
  const stop = cpu.run(INSTRUCTIONS);
  if (stop.kind !== "budget") throw new Error(`Cannot measure: the loop stopped with ${stop.kind}`);
});
