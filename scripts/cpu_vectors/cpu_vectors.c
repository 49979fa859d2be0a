/*
 * Runs instructions on this machine's real CPU and writes what they did: the expectations of
 * src/machine/cpu/cpu_vectors_test.ts. make.sh builds and runs it; the file's format is described there and in
 * write_form() below.
 *
 * A 32-bit program without a C library, because 32-bit code has instructions that 64-bit code lacks and a plain
 * Debian machine has no 32-bit library. Only flags that Intel SDM volume 2 defines for the instruction are
 * compared, so the vectors do not depend on the CPU's maker.
 */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;

#define DATA 0x00100000u /* memory that instructions may use; EBX points to its start */
#define DATA_SIZE 64u
#define STACK (DATA + 32) /* ESP: the window's second half is the stack, with room below */
#define CODE 0x00101000u

enum { EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI };
#define R(n) (1u << (n))
#define ALL_BUT_ESP (0xffu & ~R(ESP))

enum { CF = 0x001, PF = 0x004, AF = 0x010, ZF = 0x040, SF = 0x080, DF = 0x400, OF = 0x800 };
#define ARITHMETIC (CF | PF | AF | ZF | SF | OF)
#define DIVIDE_ERROR 0x8000 /* in a case's mask: it raised #DE */

/* Which flags an instruction defines, and which inputs make it interesting. */
enum kind {
    PLAIN,      /* all six flags are defined, or none of them changes */
    LOGIC,      /* AF is undefined */
    SHIFT,      /* by the count in `count`, or in CL where that is -1 */
    SHIFT_LEFT_OR_RIGHT, /* a SHIFT whose CF is undefined from the operand's width on */
    SHIFT_DOUBLE,
    ROTATE,
    MULTIPLY,
    DIVIDE,
    BIT_TEST,
    BIT_STRING, /* a BIT_TEST whose bit number must stay within the window */
    BIT_SCAN,
    COMPARE_EXCHANGE,
    STRING,
    STACK_FLAGS /* flags come from the stack: only those that every ring may set */
};

/* An instruction, or a few: what is run at CODE, and what of the machine is recorded. */
struct form {
    u8 code[24];
    u32 length;
    enum kind kind;
    u32 width;     /* bits of the operand, for kinds that need it */
    int count;     /* of a shift; -1: in CL */
    u32 registers; /* those whose values vary and are recorded; the others are fixed */
    u32 memory;    /* bytes of the window that are recorded */
};

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

static u32 random32(void) { /* xorshift: the same inputs each time */
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

static u32 interesting(void) {
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

/* Makes the inputs of a case ones that the instruction is meant for. */
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

/*
 * A form in the file: u8 length and the code; u8 mask of recorded registers; u8 bytes of recorded memory; u8 number
 * of cases. A case: registers u32 each, flags u16, memory; u16 mask of compared flags; the same three afterwards.
 */
static void write_form(const struct form *form, u32 cases) {
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

/* ---- the forms ---- */

#define CASES 12

static struct form form; /* the one being written down */

static void begin(enum kind kind, u32 width, u32 registers, u32 memory) {
    form.length = 0;
    form.kind = kind;
    form.width = width;
    form.count = 0;
    form.registers = registers;
    form.memory = memory;
}
static void code8(u32 byte) { form.code[form.length++] = (u8)byte; }
static void code_immediate(u32 value, u32 width) {
    for (u32 bits = 0; bits < width; bits += 8) code8(value >> bits);
}
/* The prefix for 16 bits, then an opcode whose odd form is the wide one. */
static void opcode(u32 byte, u32 width) {
    if (width == 16) code8(0x66);
    code8(width == 8 ? byte : byte | 1);
}
static void opcode_0f(u32 byte, u32 width) {
    if (width == 16) code8(0x66);
    code8(0x0f);
    code8(byte);
}
static void done(void) { write_form(&form, CASES); }

/* ModRM: ECX or CH as r/m with EAX or AH in the reg field, or memory at EBX. */
static const u8 operands[] = { 0xc1, 0xe5, 0x03 };
#define MEMORY 2
static u32 in_reg_field(u32 operand, u32 value) { return (operands[operand] & 0xc7u) | value << 3; }
static u32 memory_of(u32 operand) { return operand == MEMORY ? 8 : 0; }
/* CH and AH are byte registers; in wider forms that ModRM would name EBP and ESP. */
#define FOR_EACH_OPERAND(width) for (u32 operand = 0; operand < 3; operand++) if (operand != 1 || (width) == 8)
#define FOR_EACH_WIDTH for (u32 width = 8; width <= 32; width *= 2)
#define FOR_EACH_WIDE for (u32 width = 16; width <= 32; width *= 2)

static void two_operands(enum kind kind, u32 byte, u32 width, int to_register) {
    FOR_EACH_OPERAND(width) {
        begin(kind, width, R(EAX) | R(ECX), memory_of(operand));
        opcode(byte + (to_register ? 2 : 0), width);
        code8(operands[operand]);
        done();
    }
}

static void arithmetic(void) {
    for (u32 operation = 0; operation < 8; operation++) {
        enum kind kind = operation == 1 || operation == 4 || operation == 6 ? LOGIC : PLAIN;
        FOR_EACH_WIDTH {
            two_operands(kind, operation * 8, width, 0);
            two_operands(kind, operation * 8, width, 1);
            for (u32 n = 0; n < 2; n++) {
                begin(kind, width, R(EAX), 0);
                opcode(operation * 8 + 4, width);
                code_immediate(interesting(), width);
                done();
            }
            FOR_EACH_OPERAND(width) {
                begin(kind, width, R(ECX), memory_of(operand));
                opcode(0x80, width);
                code8(in_reg_field(operand, operation));
                code_immediate(interesting(), width);
                done();
                if (width == 8) continue;
                begin(kind, width, R(ECX), memory_of(operand));
                opcode(0x83, width);
                code8(in_reg_field(operand, operation));
                code8(interesting());
                done();
            }
        }
    }
    FOR_EACH_WIDTH {
        two_operands(LOGIC, 0x84, width, 0);
        begin(LOGIC, width, R(EAX), 0);
        opcode(0xa8, width);
        code_immediate(interesting(), width);
        done();
        FOR_EACH_OPERAND(width) {
            begin(LOGIC, width, R(ECX), memory_of(operand));
            opcode(0xf6, width);
            code8(in_reg_field(operand, 0));
            code_immediate(interesting(), width);
            done();
            for (u32 which = 0; which < 4; which++) { /* inc, dec, not, neg */
                begin(PLAIN, width, R(ECX), memory_of(operand));
                opcode(which < 2 ? 0xfe : 0xf6, width);
                code8(in_reg_field(operand, which));
                done();
            }
        }
    }
    FOR_EACH_WIDE for (u32 which = 0x40; which <= 0x48; which += 8) for (u32 n = 0; n < 8; n++) {
        if (n == ESP || n == EBX) continue;
        begin(PLAIN, width, R(n), 0);
        if (width == 16) code8(0x66);
        code8(which + n);
        done();
    }
}

static void shifts(void) {
    static const u8 counts[] = { 0, 1, 3, 7, 8, 9, 15, 16, 17, 31, 33 };
    for (u32 operation = 0; operation < 8; operation++) {
        enum kind kind = operation < 4 ? ROTATE : operation == 7 ? SHIFT : SHIFT_LEFT_OR_RIGHT;
        FOR_EACH_WIDTH FOR_EACH_OPERAND(width) {
            begin(kind, width, R(EDX), memory_of(operand));
            form.count = 1;
            opcode(0xd0, width);
            code8(operand == MEMORY ? in_reg_field(MEMORY, operation) : 0xc2 | operation << 3);
            done();
            begin(kind, width, R(ECX) | R(EDX), memory_of(operand));
            form.count = -1;
            opcode(0xd2, width);
            code8(operand == MEMORY ? in_reg_field(MEMORY, operation) : 0xc2 | operation << 3);
            done();
            if (operand == 1) continue;
            for (u32 n = 0; n < sizeof counts; n++) {
                begin(kind, width, R(ECX), memory_of(operand));
                form.count = counts[n];
                opcode(0xc0, width);
                code8(in_reg_field(operand, operation));
                code8(counts[n]);
                write_form(&form, 6);
            }
        }
    }
    for (u32 which = 0xa4; which <= 0xac; which += 8) FOR_EACH_WIDE FOR_EACH_OPERAND(width) {
        for (u32 n = 0; n < 6; n++) {
            begin(SHIFT_DOUBLE, width, R(EAX) | R(ECX), memory_of(operand));
            form.count = counts[n];
            opcode_0f(which, width);
            code8(operands[operand]);
            code8(counts[n]);
            done();
        }
        begin(SHIFT_DOUBLE, width, R(EAX) | R(ECX) | R(EDX), memory_of(operand));
        form.count = -1;
        opcode_0f(which + 1, width);
        code8(operand == MEMORY ? 0x03 : 0xc2);
        done();
    }
}

static void multiplications(void) {
    FOR_EACH_WIDTH FOR_EACH_OPERAND(width) for (u32 operation = 4; operation < 8; operation++) {
        begin(operation < 6 ? MULTIPLY : DIVIDE, width, R(EAX) | R(ECX) | R(EDX), memory_of(operand));
        opcode(0xf6, width);
        code8(in_reg_field(operand, operation));
        write_form(&form, 48);
    }
    FOR_EACH_WIDE FOR_EACH_OPERAND(width) {
        begin(MULTIPLY, width, R(EAX) | R(ECX), memory_of(operand));
        opcode_0f(0xaf, width);
        code8(operands[operand]);
        write_form(&form, 32);
        for (u32 n = 0; n < 3; n++) {
            begin(MULTIPLY, width, R(EAX) | R(ECX), memory_of(operand));
            opcode(0x69, width);
            code8(operands[operand]);
            code_immediate(interesting(), width);
            done();
            begin(MULTIPLY, width, R(EAX) | R(ECX), memory_of(operand));
            opcode(0x6b, width);
            code8(operands[operand]);
            code8(interesting());
            done();
        }
    }
}

static void bits(void) {
    FOR_EACH_WIDE for (u32 operation = 0; operation < 4; operation++) {
        begin(BIT_TEST, width, R(ECX) | R(EDX), 0); /* bt edx, ecx */
        opcode_0f(0xa3 + operation * 8, width);
        code8(0xca);
        done();
        begin(BIT_STRING, width, R(EBX) | R(ECX), DATA_SIZE); /* bt [ebx], ecx */
        opcode_0f(0xa3 + operation * 8, width);
        code8(0x0b);
        done();
        FOR_EACH_OPERAND(width) {
            begin(BIT_TEST, width, R(ECX), memory_of(operand));
            opcode_0f(0xba, width);
            code8(in_reg_field(operand, 4 + operation));
            code8(random32());
            done();
        }
    }
    FOR_EACH_WIDE FOR_EACH_OPERAND(width) for (u32 which = 0xbc; which <= 0xbd; which++) {
        begin(BIT_SCAN, width, R(EAX) | R(ECX), memory_of(operand));
        opcode_0f(which, width);
        code8(operands[operand]);
        done();
    }
    for (u32 n = 0; n < 8; n++) {
        if (n == ESP || n == EBX) continue;
        begin(PLAIN, 32, R(n), 0);
        opcode_0f(0xc8 + n, 32);
        write_form(&form, 4);
    }
    FOR_EACH_WIDTH FOR_EACH_OPERAND(width) {
        u32 wide = width == 8 ? 0 : 1;
        begin(PLAIN, width, R(EAX) | R(ECX), memory_of(operand)); /* xadd */
        opcode_0f(0xc0 + wide, width);
        code8(operands[operand]);
        done();
        if (operand == 1) continue;
        begin(COMPARE_EXCHANGE, width, R(EAX) | R(ECX) | R(EDX), memory_of(operand)); /* with EDX */
        if (operand == MEMORY) code8(0xf0); /* lock */
        opcode_0f(0xb0 + wide, width);
        code8(operand == MEMORY ? 0x0b : 0xca);
        done();
    }
}

static void moves(void) {
    static const u8 extensions[] = { 0xb6, 0xb7, 0xbe, 0xbf };
    static const u8 accumulator[] = { 0x98, 0x99 };
    FOR_EACH_WIDTH {
        two_operands(PLAIN, 0x86, width, 0); /* xchg */
        two_operands(PLAIN, 0x88, width, 0);
        two_operands(PLAIN, 0x88, width, 1);
        FOR_EACH_OPERAND(width) {
            begin(PLAIN, width, R(ECX), memory_of(operand));
            opcode(0xc6, width);
            code8(in_reg_field(operand, 0));
            code_immediate(random32(), width);
            done();
        }
        for (u32 which = 0xa0; which <= 0xa2; which += 2) { /* absolute addresses */
            begin(PLAIN, width, R(EAX), 8);
            opcode(which, width);
            code_immediate(DATA + 1, 32);
            done();
        }
        for (u32 n = 0; n < 8; n++) {
            if (width != 8 && (n == ESP || n == EBX)) continue;
            if (width == 8 && (n & 3) == EBX) continue;
            begin(PLAIN, width, R(width == 8 ? n & 3 : n), 0);
            if (width == 16) code8(0x66);
            code8((width == 8 ? 0xb0 : 0xb8) + n);
            code_immediate(random32(), width);
            write_form(&form, 4);
        }
    }
    FOR_EACH_WIDE {
        for (u32 n = 0; n < sizeof extensions; n++) FOR_EACH_OPERAND(8) {
            begin(PLAIN, width, R(EAX) | R(ECX), memory_of(operand));
            opcode_0f(extensions[n], width);
            code8(operand == 1 ? 0xc5 : operands[operand]); /* movzx eax, ch; or of BP where 16 bits */
            if (operand == 1) form.registers |= R(EBP);
            done();
        }
        for (u32 n = 0; n < sizeof accumulator; n++) {
            begin(PLAIN, width, R(EAX) | R(EDX), 0);
            if (width == 16) code8(0x66);
            code8(accumulator[n]);
            done();
        }
        begin(PLAIN, width, R(EAX) | R(ECX), 0); /* xchg eax, ecx */
        if (width == 16) code8(0x66);
        code8(0x91);
        done();
    }
    static const u8 overrides[] = { 0x26, 0x2e, 0x36, 0x3e };
    for (u32 n = 0; n < sizeof overrides; n++) { /* flat segments, all four */
        begin(PLAIN, 32, R(EAX), 8);
        code8(overrides[n]);
        code8(0x8b);
        code8(0x03);
        write_form(&form, 2);
    }
}

/* `lea` shows every ModRM and SIB address without touching memory. */
static void addresses(void) {
    for (u32 mod = 0; mod < 3; mod++) for (u32 rm = 0; rm < 8; rm++) for (u32 sib = 0; sib < 0x100; sib++) {
        if (rm != 4 && sib != 0) break;
        begin(PLAIN, 32, ALL_BUT_ESP, 0);
        code8(0x8d);
        code8(mod << 6 | rm);
        if (rm == 4) code8(sib);
        if (mod == 1) code8(random32());
        if (mod == 2 || (mod == 0 && (rm == 5 || (rm == 4 && (sib & 7) == 5)))) code_immediate(random32(), 32);
        write_form(&form, 1);
    }
}

static void conditions(void) {
    for (u32 condition = 0; condition < 16; condition++) {
        begin(PLAIN, 8, R(ECX), 0); /* setcc cl */
        opcode_0f(0x90 + condition, 8);
        code8(0xc1);
        write_form(&form, 32);
        FOR_EACH_WIDE FOR_EACH_OPERAND(width) {
            begin(PLAIN, width, R(EAX) | R(ECX), memory_of(operand));
            opcode_0f(0x40 + condition, width);
            code8(operands[operand]);
            done();
        }
        begin(PLAIN, 32, R(EDX), 0); /* jcc over mov edx, imm32, near and short */
        code8(0x0f);
        code8(0x80 + condition);
        code_immediate(5, 32);
        code8(0xba);
        code_immediate(random32(), 32);
        done();
        begin(PLAIN, 32, R(EDX), 0);
        code8(0x70 + condition);
        code8(5);
        code8(0xba);
        code_immediate(random32(), 32);
        done();
    }
    for (u32 which = 0xe0; which <= 0xe3; which++) { /* loopne, loope, loop, jecxz over mov edx, imm32 */
        begin(PLAIN, 32, R(ECX) | R(EDX), 0);
        code8(which);
        code8(5);
        code8(0xba);
        code_immediate(random32(), 32);
        write_form(&form, 64);
    }
}

static void one_byte(enum kind kind, u32 prefix, u32 byte, u32 registers, u32 memory) {
    begin(kind, 32, registers, memory);
    if (prefix) code8(prefix);
    code8(byte);
    done();
}

static void flags(void) {
    static const u8 bytes[] = { 0xf5, 0xf8, 0xf9, 0xfc, 0xfd, 0x9e, 0x9f }; /* cmc clc stc cld std sahf lahf */
    for (u32 n = 0; n < sizeof bytes; n++) one_byte(PLAIN, 0, bytes[n], R(EAX), 0);
    for (u32 prefix = 0; prefix <= 0x66; prefix += 0x66) {
        one_byte(PLAIN, prefix, 0x9c, R(ESP), DATA_SIZE);       /* pushf */
        one_byte(STACK_FLAGS, prefix, 0x9d, R(ESP), DATA_SIZE); /* popf */
    }
}

static void stack(void) {
    for (u32 prefix = 0; prefix <= 0x66; prefix += 0x66) {
        u32 width = prefix ? 16 : 32;
        for (u32 n = 0; n < 8; n++) {
            u32 registers = R(ESP) | (n == EBX ? 0 : R(n));
            one_byte(PLAIN, prefix, 0x50 + n, registers, DATA_SIZE);
            one_byte(PLAIN, prefix, 0x58 + n, registers | R(EBX), DATA_SIZE);
        }
        one_byte(PLAIN, prefix, 0x60, ALL_BUT_ESP | R(ESP), DATA_SIZE); /* pusha */
        one_byte(PLAIN, prefix, 0x61, ALL_BUT_ESP | R(ESP), DATA_SIZE); /* popa */
        for (u32 which = 0x68; which <= 0x6a; which += 2) {
            begin(PLAIN, width, R(ESP), DATA_SIZE);
            if (prefix) code8(prefix);
            code8(which);
            code_immediate(random32(), which == 0x6a ? 8 : width);
            done();
        }
        begin(PLAIN, width, R(ESP), DATA_SIZE); /* push [ebx] */
        if (prefix) code8(prefix);
        code8(0xff), code8(0x33);
        done();
        begin(PLAIN, width, R(ESP), DATA_SIZE); /* pop [ebx] */
        if (prefix) code8(prefix);
        code8(0x8f), code8(0x03);
        done();
        begin(PLAIN, width, R(ESP), DATA_SIZE); /* pop [esp-8]: ESP moves first */
        if (prefix) code8(prefix);
        code8(0x8f), code8(0x44), code8(0x24), code8(0xf8);
        done();
        begin(PLAIN, width, R(ESP), DATA_SIZE); /* push [esp+4] */
        if (prefix) code8(prefix);
        code8(0xff), code8(0x74), code8(0x24), code8(0x04);
        done();
    }
    begin(PLAIN, 32, R(ESP) | R(EBP), DATA_SIZE); /* enter 8, 0 */
    code8(0xc8), code8(8), code8(0), code8(0);
    done();
    begin(PLAIN, 32, R(ESP) | R(EBP), DATA_SIZE); /* mov ebp, esp; leave */
    code8(0x89), code8(0xe5), code8(0xc9);
    done();
    begin(PLAIN, 32, R(ESP) | R(EAX), DATA_SIZE); /* call next; pop eax */
    code8(0xe8), code_immediate(0, 32), code8(0x58);
    done();
    begin(PLAIN, 32, R(ESP), DATA_SIZE); /* push end; ret; end: */
    code8(0x68), code_immediate(CODE + 6, 32), code8(0xc3);
    done();
    begin(PLAIN, 32, R(ESP), DATA_SIZE); /* push end; ret 8; end: */
    code8(0x68), code_immediate(CODE + 8, 32), code8(0xc2), code8(8), code8(0);
    done();
    begin(PLAIN, 32, R(EAX) | R(ESP), DATA_SIZE); /* mov eax, end; call eax; end: */
    code8(0xb8), code_immediate(CODE + 7, 32), code8(0xff), code8(0xd0);
    done();
    begin(PLAIN, 32, R(EAX), 0); /* mov eax, end; jmp eax; ud2; end: */
    code8(0xb8), code_immediate(CODE + 9, 32), code8(0xff), code8(0xe0), code8(0x0f), code8(0x0b);
    done();
}

static void strings(void) {
    static const u8 bytes[] = { 0xa4, 0xa6, 0xaa, 0xac, 0xae };
    static const u8 prefixes[] = { 0, 0xf3, 0xf2 };
    for (u32 n = 0; n < sizeof bytes; n++) for (u32 p = 0; p < sizeof prefixes; p++) FOR_EACH_WIDTH {
        begin(STRING, width, R(EAX) | R(ECX) | R(ESI) | R(EDI), DATA_SIZE);
        if (prefixes[p]) code8(prefixes[p]);
        opcode(bytes[n], width);
        done();
    }
}

void _start(void) {
    map_window();
    catch_divide_errors();
    put32(CODE), put32(DATA), put32(STACK); /* the file's header */
    arithmetic();
    shifts();
    multiplications();
    bits();
    moves();
    addresses();
    conditions();
    flags();
    stack();
    strings();
    for (u32 n = 0; n < output_length;) {
        int written = syscall(SYS_write, 1, (u32)output + n, output_length - n, 0, 0);
        if (written <= 0) fail("cannot write the vectors\n");
        n += (u32)written;
    }
    syscall(SYS_exit, 0, 0, 0, 0, 0);
    __builtin_unreachable();
}
