/*
 * A form of an instruction, and running it on this machine's real CPU.
 *
 * Only flags that Intel SDM volume 2 defines for the instruction are compared, so the vectors do not depend on the
 * CPU's maker.
 */
#ifndef RUN_FORM_H
#define RUN_FORM_H

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

/* An instruction, or a few: what runs at CODE, and which parts of the machine's state are recorded. */
struct form {
    u8 code[24];
    u32 length;
    enum kind kind;
    u32 width;     /* bits of the operand, for kinds that need it */
    int count;     /* of a shift; -1: in CL */
    u32 registers; /* those whose values vary and are recorded; the others are fixed */
    u32 memory;    /* bytes of the window that are recorded */
};

/* The next number in the sequence that all inputs come from; it is the same in each run. */
u32 random32(void);

/* An edge value or a random value. */
u32 interesting(void);

/* Prepares memory and writes the head of the file: addresses of code, data and stack, u32 each. */
void begin_vectors(void);

/*
 * A form in the file: u8 length and the code; u8 mask of recorded registers; u8 bytes of recorded memory; u8 number
 * of cases. A case: registers u32 each, flags u16, memory; u16 mask of compared flags; the same three afterwards.
 */
void write_form(const struct form *form, u32 cases);

/* Writes the file to standard output and ends the program. */
void end_vectors(void) __attribute__((noreturn));

#endif
