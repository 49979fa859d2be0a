/*
 * Runs a form with many inputs and records the resulting registers, flags and memory, without a C library: system
 * calls, output, inputs, and the way into the code and back.
 */
#include "run_form.h"

struct state {
    u32 r[8];
    u32 flags;
};
/* Not static: the assembler below changes them. */
struct state state;
u32 host_esp;
static volatile u32 trapped;

/* ---- system calls ---- */

static int syscall(int number, u32 a, u32 b, u32 c, u32 d, u32 e) {
    int result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory");
    return result;
}
enum { SYS_exit = 1, SYS_write = 4, SYS_rt_sigaction = 174, SYS_sigaltstack = 186, SYS_mmap2 = 192 };

static void fail(const char *message) {
    u32 length = 0;
    while (message[length]) length++;
    syscall(SYS_write, 2, (u32)message, length, 0, 0);
    syscall(SYS_exit, 1, 0, 0, 0, 0);
    __builtin_unreachable();
}

/* ---- output ---- */

static u8 output[1 << 22];
static u32 output_length;

static void put(const void *bytes, u32 length) {
    if (output_length + length > sizeof output) fail("the vectors outgrew the output buffer\n");
    for (u32 n = 0; n < length; n++) output[output_length++] = ((const u8 *)bytes)[n];
}
static void put8(u32 value) { put(&value, 1); }
static void put16(u32 value) { put(&value, 2); }
static void put32(u32 value) { put(&value, 4); }

/* ---- inputs ---- */

static u32 seed = 0x2545f491;

u32 random32(void) { /* xorshift: the same inputs each time */
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

u32 interesting(void) {
    static const u32 edges[] = {
        0, 1, 2, 7, 8, 0xf, 0x10, 0x7f, 0x80, 0x81, 0xff, 0x100, 0x7fff, 0x8000, 0x8001, 0xffff, 0x10000,
        0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff, 0x80808080, 0x7f7f7f7f, 0x0f0f0f0f,
    };
    u32 pick = random32() >> 8;
    return pick & 1 ? edges[(pick >> 1) % (sizeof edges / sizeof *edges)] : random32();
}

/* ---- running ---- */

extern void execute(void); /* loads state, jumps to CODE; comes back with state stored */
extern const u8 leave_case[];
__asm__(
    ".text\n"
    "execute:\n"
    "  pusha\n"
    "  mov %esp, host_esp\n"
    "  pushl state+32\n"
    "  popf\n"
    "  mov state, %eax\n  mov state+4, %ecx\n  mov state+8, %edx\n  mov state+12, %ebx\n"
    "  mov state+16, %esp\n  mov state+20, %ebp\n  mov state+24, %esi\n  mov state+28, %edi\n"
    "  jmp 0x00101000\n" /* CODE, which ends with a jump to leave_case */
    "leave_case:\n"
    "  mov %eax, state\n  mov %ecx, state+4\n  mov %edx, state+8\n  mov %ebx, state+12\n"
    "  mov %esp, state+16\n  mov %ebp, state+20\n  mov %esi, state+24\n  mov %edi, state+28\n"
    "  mov host_esp, %esp\n"
    "  pushf\n"
    "  popl state+32\n"
    "  cld\n"
    "  popa\n"
    "  ret\n"
    "return_from_signal:\n"
    "  mov $173, %eax\n" /* rt_sigreturn */
    "  int $0x80\n");

/* #DE arrives as SIGFPE; the case ends as if its code had. EIP is at 0x4c of the i386 ucontext. */
static void on_divide_error(int signal, void *info, u8 *context) {
    (void)signal;
    (void)info;
    trapped = 1;
    *(u32 *)(context + 0x4c) = (u32)leave_case;
}

static void catch_divide_errors(void) {
    extern const u8 return_from_signal[];
    static u8 stack[0x4000];
    struct { u32 base, flags, size; } alternate = { (u32)stack, 0, sizeof stack };
    struct { u32 handler, flags, restorer, mask[2]; } action = {
        (u32)on_divide_error, 0x4 | 0x04000000 | 0x08000000 /* SIGINFO, RESTORER, ONSTACK */, (u32)return_from_signal,
        { 0, 0 }
    };
    if (syscall(SYS_sigaltstack, (u32)&alternate, 0, 0, 0, 0) != 0 ||
        syscall(SYS_rt_sigaction, 8, (u32)&action, 0, 8, 0) != 0)
        fail("cannot catch SIGFPE\n");
}

static void map_window(void) {
    /* Readable, writable, executable; private, fixed, anonymous; one page of data, one of code. */
    int result;
    __asm__ volatile("push %%ebp; xor %%ebp, %%ebp; int $0x80; pop %%ebp"
        : "=a"(result) : "a"(SYS_mmap2), "b"(DATA), "c"(0x2000), "d"(7), "S"(0x32), "D"(-1) : "memory");
    if ((u32)result != DATA) fail("cannot map memory at 0x00100000\n");
}

/* The flags that are defined after this run of a form. */
static u32 compared(const struct form *form, u32 ecx) {
    u32 count = (form->count < 0 ? ecx : (u32)form->count) & 31;
    u32 overflow = count == 1 ? OF : 0;
    switch (form->kind) {
    case LOGIC: return ARITHMETIC & ~AF;
    case SHIFT:
    case SHIFT_DOUBLE:
        return count == 0 ? ARITHMETIC : CF | PF | ZF | SF | overflow;
    case SHIFT_LEFT_OR_RIGHT:
        return count == 0 ? ARITHMETIC : (count < form->width ? CF : 0) | PF | ZF | SF | overflow;
    case ROTATE: return count == 0 ? ARITHMETIC : CF | PF | AF | ZF | SF | overflow;
    case MULTIPLY: return CF | OF;
    case DIVIDE: return 0;
    case BIT_TEST:
    case BIT_STRING: return CF | ZF;
    case BIT_SCAN: return ZF;
    default: return ARITHMETIC | DF;
    }
}

/* Adjusts the inputs of a case to what the instruction is meant for. */
static void adapt(const struct form *form, u32 round) {
    u8 *window = (u8 *)DATA;
    switch (form->kind) {
    case SHIFT_DOUBLE: /* undefined beyond the operand's width */
        if (form->count < 0) state.r[ECX] = random32() % form->width;
        break;
    case DIVIDE: /* quotients that fit, in two cases of three */
        if (round % 3 == 0) state.r[EDX] = 0, state.r[EAX] &= form->width == 8 ? 0xff : 0xffffffff;
        if (round % 3 == 1) {
            state.r[EDX] = (u32)((int)state.r[EAX] >> 31);
            if (form->width == 16) state.r[EDX] = (u32)((short)state.r[EAX] >> 15);
            if (form->width == 8) state.r[EAX] = (u32)(signed char)state.r[EAX];
        }
        break;
    case BIT_STRING:
        state.r[EBX] = STACK;
        state.r[ECX] = (u32)((int)(random32() % 512) - 256);
        if (form->width == 16) state.r[ECX] = (state.r[ECX] & 0xffff) | (random32() & 0xffff0000);
        break;
    case COMPARE_EXCHANGE:
        if (round & 1) state.r[EAX] = form->memory ? *(u32 *)DATA : state.r[EDX];
        break;
    case STRING: /* two halves that are nearly equal, walked up or down */
        for (u32 n = 0; n < 32; n++) window[32 + n] = window[n];
        window[32 + random32() % 32] ^= 1;
        if (round & 2) state.r[EAX] = *(u32 *)(DATA + 32 + 4 * (random32() % 8));
        state.r[ECX] = random32() % 7;
        state.r[ESI] = DATA;
        state.r[EDI] = DATA + 32;
        if (round & 1) state.flags |= DF, state.r[ESI] += 28, state.r[EDI] += 28;
        break;
    case STACK_FLAGS:
        *(u32 *)STACK = 0x202 | (random32() & (ARITHMETIC | DF));
        break;
    default:
        break;
    }
}

static void write_state(const struct form *form) {
    for (u32 n = 0; n < 8; n++)
        if (form->registers & R(n)) put32(state.r[n]);
    put16(state.flags);
    put((const void *)DATA, form->memory);
}

static void write_case(const struct form *form, u32 round) {
    for (u32 n = 0; n < 8; n++) state.r[n] = form->registers & R(n) ? interesting() : 0x11111111 * n;
    for (u32 n = 0; n < DATA_SIZE / 4; n++) ((u32 *)DATA)[n] = form->memory ? interesting() : 0;
    state.r[EBX] = form->registers == ALL_BUT_ESP && !form->memory ? state.r[EBX] : DATA;
    state.r[ESP] = STACK;
    state.flags = 0x202 | (random32() & ARITHMETIC);
    adapt(form, round);
    u32 ecx = state.r[ECX];
    write_state(form);
    trapped = 0;
    execute();
    put16(compared(form, ecx) | (trapped ? DIVIDE_ERROR : 0));
    write_state(form);
}

void write_form(const struct form *form, u32 cases) {
    u8 *code = (u8 *)CODE;
    for (u32 n = 0; n < form->length; n++) code[n] = form->code[n];
    code[form->length] = 0xe9; /* jmp leave_case */
    *(u32 *)(code + form->length + 1) = (u32)leave_case - (CODE + form->length + 5);

    put8(form->length);
    put(form->code, form->length);
    put8(form->registers);
    put8(form->memory);
    put8(cases);
    for (u32 round = 0; round < cases; round++) write_case(form, round);
}

void begin_vectors(void) {
    map_window();
    catch_divide_errors();
    put32(CODE), put32(DATA), put32(STACK);
}

void end_vectors(void) {
    for (u32 n = 0; n < output_length;) {
        int written = syscall(SYS_write, 1, (u32)output + n, output_length - n, 0, 0);
        if (written <= 0) fail("cannot write the vectors\n");
        n += (u32)written;
    }
    syscall(SYS_exit, 0, 0, 0, 0, 0);
    __builtin_unreachable();
}
