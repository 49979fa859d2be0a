/* NTSTATUS NTAPI MakeSystemCall(ULONG Service, ULONG *Arguments): any system call, by number. */
    .intel_syntax noprefix
    .text
    .globl _MakeSystemCall@8
    .def _MakeSystemCall@8
    .scl 2
    .type 32
    .endef
_MakeSystemCall@8:
    mov eax, [esp + 4]
    mov edx, [esp + 8]
    int 0x2E
    ret 8
