/* From a hooked stub into C and back; both functions have frame pointers, which 32-bit stack walks follow. */
        .text

/*
 * Entered from a stub's jumps with the call's number in eax: on the stack are the return address in the jumps, the
 * return address of the stub's caller, and the arguments. Calls on_call(call, Caller *) (stack.h).
 */
        .globl _hook_entry
_hook_entry:
        pushl %ebp
        movl %esp, %ebp
        leal 12(%ebp), %edx
        pushl %edx                      /* Caller.arguments */
        pushl (%ebp)                    /* Caller.ebp */
        movl %esp, %ecx
        pushl %ecx
        pushl %eax
        calll _on_call
        leave
        retl

/* call_original(original, arguments, count): the callee pops them. */
        .globl _call_original
_call_original:
        pushl %ebp
        movl %esp, %ebp
        pushl %esi
        pushl %edi
        movl 12(%ebp), %esi
        movl 16(%ebp), %ecx
        leal (,%ecx,4), %eax
        subl %eax, %esp
        movl %esp, %edi
        cld
        rep movsl
        calll *8(%ebp)
        leal -8(%ebp), %esp
        popl %edi
        popl %esi
        popl %ebp
        retl
