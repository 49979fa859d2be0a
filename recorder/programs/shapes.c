/*
 * Tests which code is taken for a system-call stub. Every known shape is, at places where it can be changed in one
 * store; with any one byte changed it is not, except for bytes that differ from call to call. Exit code 0, or the
 * number of the first shape that was judged wrongly.
 */
#include "../hook.h"

#include "start.h"

/* A shape: bytes as in stub_x64.c and stub_x86.c; ANY is a byte that differs from call to call. */
#define ANY 0x100
#define MAX_BYTES 32
typedef struct {
  u16 bytes[MAX_BYTES];
  u32 size;
  u32 arguments;
} Shape;

static const Shape shapes[] = {
#ifdef _WIN64
    {{0x4C, 0x8B, 0xD1, 0xB8, ANY, ANY, ANY, ANY, 0xF6, 0x04, 0x25, 0x08, 0x03, 0xFE, 0x7F, 0x01, 0x75, 0x03, 0x0F, 0x05, 0xC3}, 21, 5},
    {{0x4C, 0x8B, 0xD1, 0xB8, ANY, ANY, ANY, ANY, 0x0F, 0x05, 0xC3}, 11, 5},
#else
    {{0xB8, ANY, ANY, ANY, ANY, 0xBA, ANY, ANY, ANY, ANY, 0xFF, 0xD2, 0xC2, 0x14}, 14, 5},
    {{0xB8, ANY, ANY, ANY, ANY, 0x64, 0xFF, 0x15, 0xC0, 0x00, 0x00, 0x00, 0xC2, 0x14}, 14, 5},
#endif
};

static _Alignas(64) u8 code[2 * MAX_BYTES];

static u8 *write_shape(const Shape *shape, u32 offset) {
  for (u32 i = 0; i < sizeof code; i++) code[i] = 0;
  for (u32 i = 0; i < shape->size; i++) code[offset + i] = shape->bytes[i] == ANY ? (u8)(17 * i + 3) : (u8)shape->bytes[i];
  return code + offset;
}

static int is_judged_right(const Shape *shape) {
  u8 *stub = write_shape(shape, 0);
  if (!is_system_call(stub, shape->arguments)) return 0;
  if (sizeof(Word) == 4 && is_system_call(stub, shape->arguments + 1)) return 0; /* it takes fewer than required */
  for (u32 i = 0; i < shape->size; i++) {
    if (shape->bytes[i] == ANY) continue;
    stub[i] ^= 0x40;
    /* The last byte of a 32-bit stub says how many arguments it takes: more are accepted. */
    const int is_taken = is_system_call(stub, shape->arguments);
    if (is_taken != (sizeof(Word) == 4 && i == shape->size - 1)) return 0;
    stub[i] ^= 0x40;
  }
  /* A 64-bit stub is at a multiple of 8. */
  return sizeof(Word) == 4 || !is_system_call(write_shape(shape, 4), shape->arguments);
}

u32 guard_place, pending_place;

UINT run(const WCHAR *arguments) {
  (void)arguments;
  for (UINT i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    if (!is_judged_right(&shapes[i])) return i + 1;
  }
  return 0;
}
