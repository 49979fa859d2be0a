/*
 * The system-call entry, in its own file: the build's layout, which sets where its call returns, treats a whole
 * hand-written file as one function.
 */
    .intel_syntax noprefix
#include "ke/trap_frame.inc"

#define STATUS_INVALID_SYSTEM_SERVICE 0xC000001C
#define STATUS_ACCESS_VIOLATION 0xC0000005

/*
 * int 2Eh: EAX is the service number, EDX the address of the arguments. The arguments are first copied to the kernel
 * stack, where the service, a C function, expects them.
 */
    .text
    .globl __KiSystemService
    .def __KiSystemService
    .scl 2
    .type 32
    .endef
__KiSystemService:
    push 0
    push ebp
    ENTER_TRAP
    cmp eax, [_KiServiceLimit]
    jae 1f
    mov ebx, [_KiServiceTable + eax * 4]
    test ebx, ebx
    jz 1f
    movzx ecx, byte ptr [_KiArgumentTable + eax]
    sub esp, ecx
    mov eax, esp
    push ecx
    push edx
    push eax
    call _MmCopyFromUser@12
    test al, al
    jz 2f
    call ebx
    jmp _KiServiceExit
1:  mov eax, STATUS_INVALID_SYSTEM_SERVICE
    jmp _KiServiceExit
2:  mov eax, STATUS_ACCESS_VIOLATION
    jmp _KiServiceExit
