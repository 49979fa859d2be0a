/*
 * Hooks system-call stubs. A stub has one of a few fixed shapes, whose first instructions are position-independent:
 * they are copied, followed by a jump to the rest, and one of them is replaced by a jump to the hook, in one aligned
 * store, so that no thread ever sees half of it. Any other code is left alone and reported.
 */
#ifndef RECORDER_HOOK_H
#define RECORDER_HOOK_H

#include "calls.h"

/*
 * 64-bit stubs do not show how many arguments a call takes, and newer systems' calls may take more than are known: this
 * many more words are passed on. Above any caller's arguments there is more stack.
 */
#define SPARE_ARGUMENTS 4

/* ntdll, which is always loaded. Asking the loader for it might wait for another thread. */
extern HMODULE ntdll;

/* Hooks the calls of a DLL that is loaded at `dll`: those from number `first` up to, not including, `end`. */
void hook_calls(HMODULE dll, u32 first, u32 end);

/* The number of calls that are hooked. */
u32 hooked_count(void);

/* Runs a hooked call itself with `count` arguments and returns its result. (entry_x64.S, entry_x86.S) */
Word call_original(void *original, const Word *arguments, u32 count);

/* By processor (stub_x64.c, stub_x86.c). */

/* Size of a call's jumps in bytes. */
extern const u32 jump_size;
/* Memory for the jumps of stubs in the image at `image`, within their reach; NULL if there is none. */
u8 *allocate_jumps(u8 *image, u32 size);
/* Whether the code at `stub` is that of a system call that takes at least `arguments` arguments. */
int is_system_call(const u8 *stub, u32 arguments);
/* Writes the jumps of a call to `jumps`, and returns the aligned word of its stub that is to become `patch`. */
u64 *make_jumps(u32 call, u8 *stub, u8 *jumps, u64 *patch);

#endif
