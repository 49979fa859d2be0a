/*
 * Walks stacks of 64-bit programs by the unwind data of the x64 calling convention (Microsoft's "x64 exception
 * handling"), like RtlCaptureStackBackTrace, except for three things: every read of the stack is checked against the
 * thread's stack first, because a walk through generated code can go astray; what one return address does to the stack
 * is cached, because finding and reading its unwind data is most of the work; and modules' tables are searched here,
 * because the system's search takes a lock.
 */
#include "modules.h"
#include "stack.h"

typedef struct {
  u8 version_and_flags; /* 3 and 5 bits */
  u8 prolog_size;
  u8 code_count; /* of 2 bytes each */
  u8 frame;      /* 4 bits register, 4 bits offset / 16 */
  u8 codes[];    /* offset in the prolog; 4 bits operation, 4 bits information */
} UnwindInfo;

#define FLAG_CHAINED 4u
enum { PUSH_NONVOL, ALLOC_LARGE, ALLOC_SMALL, SET_FPREG, SAVE_NONVOL, SAVE_NONVOL_FAR, EPILOG, SPARE, SAVE_XMM128,
       SAVE_XMM128_FAR, PUSH_MACHFRAME };

/* The registers that a function must keep, in the order of Step.saved, and their numbers in unwind data. */
enum { RBX, RBP, RSI, RDI, R12, R13, R14, R15, KEPT_REGISTERS };
static const signed char kept_register[16] = {-1, -1, -1, RBX, -1, RBP, RSI, RDI, -1, -1, -1, -1, R12, R13, R14, R15};

/* How to get from the frame of one return address to the next one out. Places are offsets from the stack pointer, or
   from the frame base (the frame register minus its offset) if IN_FRAME is set: all are multiples of 8. */
#define NOT_SAVED (-1)
#define IN_FRAME 1
enum { STEP_END, STEP_CALLED, STEP_INTERRUPTED };
typedef struct {
  u64 key;            /* the return address and what forget_code() counts */
  int return_place;   /* of the return address, or of the interrupted code's */
  u8 kind;
  signed char frame_register; /* index of a kept register, or -1 */
  u8 frame_offset;
  u8 unused;
  int saved[KEPT_REGISTERS];
} Step;

/* Cached steps. A slot is empty (0), being written (1) or has its key; each reader checks the key twice. */
#define CACHE_SLOTS 4096u
static _Alignas(64) struct {
  Step step;
  u8 unused[64 - sizeof(Step)];
} cache[CACHE_SLOTS];
static u32 forgotten;

void forget_code(void) { ATOMIC_ADD(&forgotten, 1); }

static u16 u16_at(const u8 *place) { return (u16)(place[0] | place[1] << 8); }
static u32 u32_at(const u8 *place) { return u16_at(place) | (u32)u16_at(place + 2) << 16; }

static const UnwindInfo *chained(const UnwindInfo *info, u64 base) {
  if (!(info->version_and_flags >> 3 & FLAG_CHAINED)) return NULL;
  const u8 *function = info->codes + ((info->code_count + 1u) & ~1u) * 2; /* a RUNTIME_FUNCTION */
  return (const UnwindInfo *)(base + u32_at(function + 8));
}

#define MAX_CHAIN 32 /* of unwind data that refers to more of it */

/* What the code at `pc` has done to the stack since its function began; 0 if its unwind data is of an unknown kind. */
static int read_step(Step *step, u64 pc, u64 base, const RUNTIME_FUNCTION *function) {
  if (function->UnwindData & 1) function = (const RUNTIME_FUNCTION *)(base + function->UnwindData - 1); /* another's */
  const UnwindInfo *info = (const UnwindInfo *)(base + function->UnwindData);
  u32 done = (u32)(pc - base - function->BeginAddress); /* how far into its prolog */
  int place = 0;                                        /* of the stack pointer, going outwards */
  step->kind = STEP_CALLED;
  step->frame_register = -1;
  for (int i = 0; i < KEPT_REGISTERS; i++) step->saved[i] = NOT_SAVED;
  if (info->frame != 0) {
    step->frame_register = kept_register[info->frame & 15];
    step->frame_offset = (u8)((info->frame >> 4) * 16);
    if (step->frame_register < 0) return 0;
  }
  for (int depth = 0; info != NULL && depth < MAX_CHAIN; depth++, info = chained(info, base), done = ~0u) {
    if ((info->version_and_flags & 7) < 1 || (info->version_and_flags & 7) > 2) return 0;
    const u8 *end = info->codes + info->code_count * 2;
    for (const u8 *code = info->codes; code < end; code += 2) {
      const int is_done = code[0] <= done;
      const u8 what = code[1] >> 4;
      const signed char kept = kept_register[what];
      switch (code[1] & 15) {
      case PUSH_NONVOL:
        if (!is_done) break;
        if (kept >= 0) step->saved[kept] = place;
        place += 8;
        break;
      case ALLOC_LARGE:
        if (is_done) place += what == 0 ? u16_at(code + 2) * 8 : (int)u32_at(code + 2);
        code += what == 0 ? 2 : 4;
        break;
      case ALLOC_SMALL:
        if (is_done) place += what * 8 + 8;
        break;
      case SET_FPREG:
        if (is_done) place = IN_FRAME;
        break;
      case SAVE_NONVOL:
      case SAVE_NONVOL_FAR: {
        const int is_far = (code[1] & 15) == SAVE_NONVOL_FAR;
        const int offset = is_far ? (int)u32_at(code + 2) : u16_at(code + 2) * 8;
        if (is_done && kept >= 0) step->saved[kept] = offset | (step->frame_register < 0 ? 0 : IN_FRAME);
        code += is_far ? 4 : 2;
        break;
      }
      case EPILOG:
        break;
      case SPARE:
      case SAVE_XMM128_FAR:
        code += 4;
        break;
      case SAVE_XMM128:
        code += 2;
        break;
      case PUSH_MACHFRAME:
        if (is_done) {
          step->kind = STEP_INTERRUPTED;
          step->return_place = place + what * 8; /* an error code comes first */
          return 1;
        }
        break;
      default:
        return 0;
      }
    }
  }
  step->return_place = place;
  return 1;
}

/* The function of a module at an address; NULL if the module's table has none. */
static const RUNTIME_FUNCTION *function_at(const Module *module, u64 pc) {
  const RUNTIME_FUNCTION *functions = (const RUNTIME_FUNCTION *)(module->base + module->functions);
  const u32 rva = (u32)(pc - module->base);
  u32 low = 0, high = module->function_count;
  while (low < high) {
    const u32 middle = (low + high) / 2;
    if (rva < functions[middle].BeginAddress) high = middle;
    else if (rva >= functions[middle].EndAddress) low = middle + 1;
    else return &functions[middle];
  }
  return NULL;
}

/* The step of a return address; returns whether it may be cached, as its module does not change. Only code generated at
   run time is looked up by the system, which may hold a lock then: a thread that is ended with it would block others. */
static int find_step(Step *step, u64 pc) {
  const Module *module = module_at(pc);
  const int is_in_module = module != NULL;
  u64 base = is_in_module ? module->base : 0;
  const RUNTIME_FUNCTION *function = is_in_module ? function_at(module, pc) : RtlLookupFunctionEntry(pc, &base, NULL);
  if (function == NULL) {
    /* A leaf function has no unwind data and has done nothing to the stack. Outside modules it is unknown code. */
    step->kind = is_in_module ? STEP_CALLED : STEP_END;
    step->return_place = 0;
    step->frame_register = -1;
    for (int i = 0; i < KEPT_REGISTERS; i++) step->saved[i] = NOT_SAVED;
  } else if (!read_step(step, pc, base, function)) {
    step->kind = STEP_END;
  }
  return is_in_module;
}

#define CACHE_WRITING 1u

static void step_of(Step *step, u64 pc) {
  const u64 key = pc | (u64)(u16)ATOMIC_LOAD(&forgotten) << 48;
  Step *cached = &cache[(pc ^ pc >> 12) % CACHE_SLOTS].step;
  if (ATOMIC_LOAD(&cached->key) == key) {
    *step = *cached;
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (ATOMIC_LOAD(&cached->key) == key) return;
  }
  if (!find_step(step, pc)) return;
  u64 old = ATOMIC_LOAD(&cached->key);
  if (old == CACHE_WRITING || !ATOMIC_REPLACE(&cached->key, &old, CACHE_WRITING)) return;
  step->key = CACHE_WRITING;
  *cached = *step;
  ATOMIC_STORE(&cached->key, key);
}

/* The word at a place, or 0 if it is not on this thread's stack. */
static Word read_place(int place, Word sp, Word frame_base, Word limit, Word end) {
  const Word address = (place & IN_FRAME ? frame_base : sp) + (Word)(LONG_PTR)(place & ~IN_FRAME);
  return address % sizeof(Word) == 0 && address >= limit && address < end ? *(const Word *)address : 0;
}

u32 walk_stack(const Caller *caller, u64 *frames, u32 most, int *is_cut) {
  const Word limit = (Word)caller->arguments;
  const Word end = teb_word(TEB_STACK_BASE);
  Word kept[KEPT_REGISTERS];
  Word sp = limit;
  Word pc = caller->arguments[-1];
  u32 count = 0;
  __builtin_memcpy(kept, caller, sizeof kept);
  *is_cut = 0;
  while (pc != 0) {
    Step step;
    if (count == most) {
      *is_cut = 1;
      break;
    }
    step_of(&step, pc);
    if (step.kind == STEP_END && count > 0) break; /* an address without code: the walk has gone astray */
    frames[count++] = pc;
    if (step.kind == STEP_END) break;
    const Word base = step.frame_register < 0 ? 0 : kept[step.frame_register] - step.frame_offset;
    for (int i = 0; i < KEPT_REGISTERS; i++) {
      if (step.saved[i] != NOT_SAVED) kept[i] = read_place(step.saved[i], sp, base, limit, end);
    }
    pc = read_place(step.return_place, sp, base, limit, end);
    Word next = (step.return_place & IN_FRAME ? base : sp) + (Word)(LONG_PTR)(step.return_place & ~IN_FRAME) + 8;
    /* An interrupted frame: instruction pointer, code segment, flags, stack pointer. */
    if (step.kind == STEP_INTERRUPTED) next = read_place(step.return_place + 24, sp, base, limit, end);
    if (next <= sp) break;
    sp = next;
  }
  return count;
}
