/*
 * Walks stacks of 32-bit programs by the chain of saved frame pointers, like RtlCaptureStackBackTrace. Code without
 * frame pointers is left out or ends a stack; 32-bit code has no unwind data that would say more.
 */
#include "stack.h"

void forget_code(void) {}

u32 walk_stack(const Caller *caller, u64 *frames, u32 most, int *is_cut) {
  const Word end = teb_word(TEB_STACK_BASE);
  Word frame = caller->ebp;
  Word below = (Word)caller->arguments; /* each frame is further out than the one before */
  Word pc = caller->arguments[-1];
  u32 count = 0;
  *is_cut = 0;
  while (pc != 0) {
    if (count == most) {
      *is_cut = 1;
      break;
    }
    frames[count++] = pc;
    if (frame < below || frame % sizeof(Word) != 0 || frame > end - 2 * sizeof(Word)) break;
    pc = ((const Word *)frame)[1];
    below = frame + 2 * sizeof(Word);
    frame = ((const Word *)frame)[0];
  }
  return count;
}
