/*
 * Boot: descriptor tables, then the kernel's parts from the bottom up, then the Target's first thread.
 */
#include "loader_block.h"
#include "ex/ex.h"
#include "ke/ke.h"
#include "ke/selectors.h"
#include "ob/ob.h"
#include "ps/ps.h"

#define GDT_INDEX(selector) ((selector) / 8) /* a selector is the offset of its descriptor */
#define DESCRIPTOR_CODE 0x9A /* present, execute and read */
#define DESCRIPTOR_DATA 0x92 /* present, read and write */
#define DESCRIPTOR_TSS 0x89  /* present, 32-bit TSS, available */
#define DESCRIPTOR_USER 0x60 /* privilege level 3 */
#define GATE_INTERRUPT 0x8E  /* present, 32-bit interrupt gate */
#define TSS_SIZE 0x68
#define PCR_CURRENT_THREAD 0x124 /* KPCR.PrcbData.CurrentThread */

typedef struct TSS {
    ULONG Link;
    ULONG Esp0; /* 04 stack pointer that the CPU loads on entry from user mode */
    ULONG Ss0;  /* 08 */
    UCHAR Unused[TSS_SIZE - 0xC];
} TSS;

typedef struct DESCRIPTOR_TABLE {
    USHORT Unused; /* aligns Base */
    USHORT Limit;
    ULONG Base;
} DESCRIPTOR_TABLE;

ULONG KiLoaderFlags;
static unsigned long long gdt[GDT_INDEX(KGDT_R3_TEB) + 1];
static unsigned long long idt[0x31];
static TSS tss;
static ULONG pcr[0x150 / 4]; /* KPCR: ExceptionList (0) and CurrentThread */

void NTAPI KiLoadDescriptorTables(PVOID Gdtr, PVOID Idtr);
void __attribute__((cdecl)) _KiSystemService(void);
void KiTrap00(void), KiTrap03(void), KiTrap06(void), KiTrap0D(void), KiTrap0E(void), KiTrap2D(void), KiTrap30(void);

/* A descriptor with byte granularity for limits below 1 MiB, with page granularity above. */
static unsigned long long descriptor(ULONG base, ULONG limit, ULONG access)
{
    unsigned long long flags = 0x4; /* 32 bits */
    if (limit > 0xFFFFF) {
        limit >>= 12;
        flags |= 0x8;
    }
    return (limit & 0xFFFF) | ((unsigned long long)(base & 0xFFFFFF) << 16) | ((unsigned long long)access << 40) |
           ((unsigned long long)(limit >> 16) << 48) | (flags << 52) | ((unsigned long long)(base >> 24) << 56);
}

static unsigned long long gate(void (*handler)(void), ULONG privilege)
{
    unsigned long long address = (ULONG)handler;
    return (address & 0xFFFF) | ((unsigned long long)KGDT_R0_CODE << 16) |
           ((unsigned long long)(GATE_INTERRUPT | privilege) << 40) | ((address >> 16) << 48);
}

static void initialize_processor(void)
{
    static DESCRIPTOR_TABLE gdtr, idtr;
    gdt[GDT_INDEX(KGDT_R0_CODE)] = descriptor(0, 0xFFFFFFFF, DESCRIPTOR_CODE);
    gdt[GDT_INDEX(KGDT_R0_DATA)] = descriptor(0, 0xFFFFFFFF, DESCRIPTOR_DATA);
    gdt[GDT_INDEX(KGDT_R3_CODE)] = descriptor(0, 0xFFFFFFFF, DESCRIPTOR_CODE | DESCRIPTOR_USER);
    gdt[GDT_INDEX(KGDT_R3_DATA)] = descriptor(0, 0xFFFFFFFF, DESCRIPTOR_DATA | DESCRIPTOR_USER);
    gdt[GDT_INDEX(KGDT_TSS)] = descriptor((ULONG)&tss, TSS_SIZE - 1, DESCRIPTOR_TSS);
    gdt[GDT_INDEX(KGDT_R0_PCR)] = descriptor((ULONG)pcr, sizeof pcr - 1, DESCRIPTOR_DATA);
    gdt[GDT_INDEX(KGDT_R3_TEB)] = descriptor(0, 0xFFF, DESCRIPTOR_DATA | DESCRIPTOR_USER);
    idt[0x00] = gate(KiTrap00, 0);
    idt[0x03] = gate(KiTrap03, DESCRIPTOR_USER);
    idt[0x06] = gate(KiTrap06, 0);
    idt[0x0D] = gate(KiTrap0D, 0);
    idt[0x0E] = gate(KiTrap0E, 0);
    idt[0x2D] = gate(KiTrap2D, DESCRIPTOR_USER);
    idt[0x2E] = gate(_KiSystemService, DESCRIPTOR_USER);
    idt[0x30] = gate(KiTrap30, 0);
    tss.Ss0 = KGDT_R0_DATA;
    gdtr.Limit = sizeof gdt - 1;
    gdtr.Base = (ULONG)gdt;
    idtr.Limit = sizeof idt - 1;
    idtr.Base = (ULONG)idt;
    KiLoadDescriptorTables(&gdtr.Limit, &idtr.Limit);
}

void NTAPI KiSetCurrentThread(KTHREAD *Thread)
{
    pcr[PCR_CURRENT_THREAD / 4] = (ULONG)Thread;
    tss.Esp0 = (ULONG)Thread->StackBase - TRAP_FRAME_TOP;
    gdt[GDT_INDEX(KGDT_R3_TEB)] = descriptor((ULONG)Thread->Teb, 0xFFF, DESCRIPTOR_DATA | DESCRIPTOR_USER);
    KiLoadDirectory(Thread->Process->DirectoryTableBase[0]);
}

/* The machine jumps here in kernel mode, with paging on, on a boot stack and with the block's address as argument. */
void NTAPI KiSystemStartup(LOADER_BLOCK *LoaderBlock)
{
    PVOID boot_stack;
    KTHREAD *target, *debugger;
    KiLoaderFlags = LoaderBlock->Flags;
    initialize_processor();
    ExInitializePools(LoaderBlock->NonPagedPoolStart, LoaderBlock->NonPagedPoolEnd, LoaderBlock->PagedPoolStart,
                      LoaderBlock->PagedPoolEnd);
    ObInitialize();
    PsInitialize(LoaderBlock->SystemDirectoryTableBase);
    target = PsCreateLoadedProcess(&LoaderBlock->Target);
    debugger = PsCreateLoadedProcess(&LoaderBlock->Debugger);
    KiInitializeStops(target->Process, debugger);
    KiSetCurrentThread(target);
    target->State = Running;
    KiSwitchStack(&boot_stack, target->KernelStack);
}
