/*
 * From a hooked stub into C and back. Both functions have unwind data, so that exceptions and stack walks pass them.
 */
        .text

/*
 * Entered from a stub with the call's number in eax and everything except r10 as the caller of the stub left it.
 * Stores the four arguments in registers in their places before the others, so that all are in a row, and calls
 * on_call(call, Caller *). The registers of Caller (stack.h) are not changed here: the caller's frame is found by
 * them.
 */
        .globl hook_entry
        .def hook_entry; .scl 2; .type 32; .endef
        .seh_proc hook_entry
hook_entry:
        movq %rcx, 8(%rsp)
        movq %rdx, 16(%rsp)
        movq %r8, 24(%rsp)
        movq %r9, 32(%rsp)
        subq $0x78, %rsp
        .seh_stackalloc 0x78
        .seh_endprologue
        movq %rbx, 0x20(%rsp)
        movq %rbp, 0x28(%rsp)
        movq %rsi, 0x30(%rsp)
        movq %rdi, 0x38(%rsp)
        movq %r12, 0x40(%rsp)
        movq %r13, 0x48(%rsp)
        movq %r14, 0x50(%rsp)
        movq %r15, 0x58(%rsp)
        leaq 0x80(%rsp), %rcx
        movq %rcx, 0x60(%rsp)
        movl %eax, %ecx
        leaq 0x20(%rsp), %rdx
        callq on_call
        addq $0x78, %rsp
        retq
        .seh_endproc

/* call_original(original, arguments, count): the first four also go into registers. */
        .globl call_original
        .def call_original; .scl 2; .type 32; .endef
        .seh_proc call_original
call_original:
        pushq %rbp
        .seh_pushreg %rbp
        pushq %rsi
        .seh_pushreg %rsi
        pushq %rdi
        .seh_pushreg %rdi
        movq %rsp, %rbp
        .seh_setframe %rbp, 0
        .seh_endprologue
        movq %rcx, %rax
        movq %rdx, %rsi
        movl %r8d, %ecx
        leaq 32(,%rcx,8), %rdx          /* never less than the home of four registers */
        subq %rdx, %rsp
        andq $-16, %rsp
        movq %rsp, %rdi
        rep movsq
        movq (%rsp), %rcx
        movq 8(%rsp), %rdx
        movq 16(%rsp), %r8
        movq 24(%rsp), %r9
        callq *%rax
        movq %rbp, %rsp
        popq %rdi
        popq %rsi
        popq %rbp
        retq
        .seh_endproc
