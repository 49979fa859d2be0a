/*
 * The user-mode side of the system calls: number in EAX, address of the arguments in EDX, then int 2Eh.
 * No stub has an EBP frame, so none appears in a traced stack.
 */
    .intel_syntax noprefix

    .macro STUB name, number, bytes
    .globl _\name\()@\bytes
    .def _\name\()@\bytes
    .scl 2
    .type 32
    .endef
_\name\()@\bytes:
    mov eax, \number
    lea edx, [esp + 4]
    int 0x2E
    ret \bytes
    .p2align 2, 0xCC
    .endm

#define SERVICE(name, number, bytes) STUB name, number, bytes ;
    .text
#include "services.h"

/* void NTAPI DbgBreakPoint(void) */
    .globl _DbgBreakPoint@0
    .def _DbgBreakPoint@0
    .scl 2
    .type 32
    .endef
_DbgBreakPoint@0:
    int3
    ret

/* void NTAPI DbgPrintString(const char *text, ULONG length): DbgPrint's debug service call, EAX = BREAKPOINT_PRINT. */
    .globl _DbgPrintString@8
    .def _DbgPrintString@8
    .scl 2
    .type 32
    .endef
_DbgPrintString@8:
    mov eax, 1
    mov ecx, [esp + 4]
    mov edx, [esp + 8]
    int 0x2D
    ret 8
