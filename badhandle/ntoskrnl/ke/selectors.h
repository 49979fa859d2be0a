/*
 * Selectors of the global descriptor table, for C and assembler; names and numbers are those of public descriptions
 * of 32-bit Windows. User mode combines its own with RPL_MASK, its privilege level.
 */
#ifndef SELECTORS_H
#define SELECTORS_H

#define KGDT_R0_CODE 0x08
#define KGDT_R0_DATA 0x10
#define KGDT_R3_CODE 0x18
#define KGDT_R3_DATA 0x20
#define KGDT_TSS 0x28
#define KGDT_R0_PCR 0x30
#define KGDT_R3_TEB 0x38

#define RPL_MASK 3

#endif
