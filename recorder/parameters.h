/*
 * The parameters from htrace to the recorder: a page in front of the import table that htrace put into the program, by
 * which the recorder finds it. src/recorder/import_table.ts writes it.
 */
#ifndef RECORDER_PARAMETERS_H
#define RECORDER_PARAMETERS_H

#include "layout.h"

#define PARAMETERS_MAGIC 0x0A1A0A0D50455248ull /* "HREP\r\n\x1a\n" */
#define PARAMETERS_SIZE 0x1000u
#define MAX_PATCHES 2u

/* The original bytes of the program's image that were changed to load the recorder. */
typedef struct {
  u64 address; /* 00 */
  u32 size;    /* 08 */
  u32 offset;  /* 0C of the bytes in this page */
} Patch;

typedef struct {
  u64 magic;        /* 00 */
  u32 version;      /* 08 LOG_VERSION */
  u32 patches;      /* 0C */
  u64 section;      /* 10 the log, as a handle of this process */
  u64 section_size; /* 18 bytes */
  Patch patch[MAX_PATCHES]; /* 20 */
} Parameters;
_Static_assert(sizeof(Parameters) == 0x40, "Parameters has another size");

#endif
