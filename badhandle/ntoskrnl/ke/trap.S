/*
 * The return to user mode, traps, and the few things that C cannot express.
 *
 * Every entry builds a KTRAP_FRAME and points EBP at it, as if the trap frame were the stack frame of a caller: a
 * walk along saved EBPs ends there, because the "return address" in it is the user's EIP. DS and ES are flat in both
 * modes and stay as they are.
 */
    .intel_syntax noprefix
#include "ke/trap_frame.inc"

    .text
/* The end of a system call: EAX is its status, EBP the trap frame. */
FUNCTION _KiServiceExit
    mov [ebp + TRAP_EAX], eax
/* EBP is the trap frame: returns to user mode with the state in it. */
FUNCTION _KiTrapExit
    lea esp, [ebp + TRAP_EAX]
    mov edx, [ebp + TRAP_EDX]
    mov ecx, [ebp + TRAP_ECX]
    pop eax
    add esp, 4
    pop dword ptr fs:[0]
    POP_FS
    pop edi
    pop esi
    pop ebx
    pop ebp
    add esp, 4
    iretd

/* A new thread's first code in the kernel: KiSwitchStack returns here with the trap frame on the stack. */
FUNCTION _KiEnterUserMode
    mov ebp, esp
    call _KiThreadStartup@0
    jmp _KiTrapExit

/* Traps and interrupts: vector, and whether the CPU pushes an error code. */
    .macro TRAP vector, error_code
FUNCTION _KiTrap\vector
    .if \error_code == 0
    push 0
    .endif
    push ebp
    mov ebp, 0x\vector
    jmp KiCommonTrap
    .endm

    TRAP 00, 0
    TRAP 03, 0
    TRAP 06, 0
    TRAP 0D, 1
    TRAP 0E, 1
    TRAP 2D, 0
    TRAP 30, 0

/*
 * EBP is the vector, [ESP] the interrupted EBP, [ESP+4] the error code. Only one fault is expected from the
 * kernel: a page fault in KiCopyMemory, which recovers.
 */
KiCommonTrap:
    test byte ptr [esp + 12], 3
    jz KiKernelFault
    ENTER_TRAP
    push ecx
    call _KiUserTrap@4
    jmp _KiTrapExit

KiKernelFault:
    cmp ebp, 0x0E
    jne 1f
    cmp dword ptr [esp + 8], offset KiCopyStart
    jb 1f
    cmp dword ptr [esp + 8], offset KiCopyEnd
    jae 1f
    mov dword ptr [esp + 8], offset KiCopyFault
    pop ebp
    add esp, 4
    iretd
1:  push [esp + 8]
    push ebp
    call _KeBugCheck@8

/* BOOLEAN NTAPI KiCopyMemory(Target, Source, Length): returns FALSE on a page fault. */
FUNCTION _KiCopyMemory@12
    push esi
    push edi
    mov edi, [esp + 12]
    mov esi, [esp + 16]
    mov ecx, [esp + 20]
KiCopyStart:
    rep movsb
KiCopyEnd:
    mov al, 1
    jmp 1f
KiCopyFault:
    xor al, al
1:  pop edi
    pop esi
    ret 12

/* void NTAPI KiSwitchStack(PVOID *SavedStack, PVOID NewStack): the rest of a thread's state is on its stack. */
FUNCTION _KiSwitchStack@8
    mov eax, [esp + 4]
    mov ecx, [esp + 8]
    push ebp
    push ebx
    push esi
    push edi
    mov [eax], esp
    mov esp, ecx
    pop edi
    pop esi
    pop ebx
    pop ebp
    ret 8

/* void NTAPI KiLoadDirectory(ULONG DirectoryTableBase) */
FUNCTION _KiLoadDirectory@4
    mov eax, [esp + 4]
    mov cr3, eax
    ret 4

/*
 * void NTAPI KiLoadDescriptorTables(PVOID Gdtr, PVOID Idtr): loads the kernel's own tables, and the segments that stay.
 * SS is the kernel's; DS and ES are the user's flat segment, which both modes use.
 */
FUNCTION _KiLoadDescriptorTables@8
    mov eax, [esp + 4]
    lgdt [eax]
    mov eax, [esp + 8]
    lidt [eax]
    pushfd
    push KGDT_R0_CODE
    lea edx, [KiCodeSegmentLoaded]
    push edx
    iretd
KiCodeSegmentLoaded:
    mov eax, KGDT_R3_DATA + RPL_MASK
    mov ds, ax
    mov es, ax
    mov eax, KGDT_R0_DATA
    mov ss, ax
    mov eax, KGDT_R0_PCR
    mov fs, ax
    mov eax, KGDT_TSS
    ltr ax
    ret 8

/* void NTAPI KiStopPoint(void): the host's breakpoint is on this address. */
FUNCTION _KiStopPoint@0
    ret
