/* Walks the stack of the code that made a hooked call. */
#ifndef RECORDER_STACK_H
#define RECORDER_STACK_H

#include "nt.h"

/* The registers of a hook's caller that a walk needs, as entry_x64.S and entry_x86.S save them. */
typedef struct {
#ifdef _WIN64
  Word rbx, rbp, rsi, rdi, r12, r13, r14, r15;
#else
  Word ebp;
#endif
  Word *arguments; /* of the call; the word before them is the call's return address */
} Caller;

/* Most frames that a log can request: they are walked into a buffer on the program's own stack. */
#define MAX_FRAMES 256u

/* Walks from the call's return address, innermost first, for at most `most` frames. `is_cut`: there are more. */
u32 walk_stack(const Caller *caller, u64 *frames, u32 most, int *is_cut);

/* Called when a module was unloaded: invalidates everything cached about the code at its addresses. */
void forget_code(void);

#endif
