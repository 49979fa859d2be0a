/*
 * The instruction forms whose results src/machine/cpu/cpu_vectors_test.ts expects of the emulated CPU. make.sh builds
 * the program, which runs them on this machine's real CPU, and stores its output.
 *
 * A 32-bit program without a C library, because 32-bit code has instructions that 64-bit code lacks and a plain
 * Debian machine has no 32-bit library.
 */
#include "run_form.h"

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
    begin_vectors();
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
    end_vectors();
}
