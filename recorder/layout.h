/*
 * The layout of a recorder log (*.hrec): one file that the traced program has mapped and writes, and that htrace reads
 * while the program runs or after its end. Integers are little-endian, and programs of both widths write the same.
 * src/recorder/layout.ts is the same table for the reader.
 *
 * htrace makes the file, full of zeros, and decides where its regions are; the DLL finds them through the header:
 *
 *   header | calls | types | directory | buckets | ring | arena
 *
 * A "ref" is a place in the arena: its offset in the file divided by 8; 0 is none. Events are numbered from 1.
 */
#ifndef RECORDER_LAYOUT_H
#define RECORDER_LAYOUT_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned u32;
typedef unsigned long long u64;

#define LOG_MAGIC 0x0A1A0A0D43455248ull /* "HREC\r\n\x1a\n" */
#define LOG_VERSION 1u

/* The recorder's state, in Header.state. */
enum {
  STATE_MADE,      /* by htrace; no recorder has seen it */
  STATE_STARTING,  /* the DLL has mapped it */
  STATE_RECORDING, /* hooks are set, the first listing is made */
  STATE_FAILED,    /* the recorder could not start: Header.failure says why */
  STATE_ENDED      /* the process ended itself: end_time, exit_status, a last listing */
};

/* Why it could not start, in Header.failure. */
enum {
  FAILURE_NONE,
  FAILURE_LAYOUT,   /* the header is not one of this version */
  FAILURE_TLS,      /* no slot of thread-local storage is free among the first 64 */
  FAILURE_MEMORY,   /* no memory within reach of ntdll's code */
  FAILURE_HOOKS     /* no call could be hooked: code may not be changed */
};

typedef struct {
  /* Written by htrace. */
  u64 magic;            /* 000 */
  u32 version;          /* 008 */
  u32 header_size;      /* 00C */
  u64 size;             /* 010 bytes of the file */
  u32 calls;            /* 018 offset of Call[call_slots] */
  u32 call_slots;       /* 01C */
  u32 types;            /* 020 offset of Type[type_slots] */
  u32 type_slots;       /* 024 */
  u32 directory;        /* 028 offset of the refs of the pages of open handles */
  u32 directory_slots;  /* 02C */
  u32 buckets;          /* 030 offset of the refs that lists of interned blobs begin with */
  u32 bucket_slots;     /* 034 a power of two */
  u64 ring;             /* 038 offset of Event[ring_slots] */
  u64 ring_slots;       /* 040 a power of two */
  u64 arena;            /* 048 offset */
  u32 max_frames;       /* 050 most frames in a stack */
  u32 is_stopped;       /* 054 not 0: nothing is recorded */
  u64 unused[5];        /* 058 */
  /* Written by the DLL. */
  u32 state;            /* 080 */
  u32 failure;          /* 084 */
  u32 process_id;       /* 088 */
  u32 pointer_size;     /* 08C */
  u64 frequency;        /* 090 of the performance counter, the source of all times */
  u64 start_counter;    /* 098 */
  u64 start_time;       /* 0A0 the same time as a FILETIME */
  u64 end_counter;      /* 0A8 */
  u32 exit_status;      /* 0B0 */
  u32 call_count;       /* 0B4 */
  u32 type_count;       /* 0B8 */
  u32 generation;       /* 0BC counts modules that took the place of another, unloaded one */
  u32 modules;          /* 0C0 ref of the last Module */
  u32 marks;            /* 0C4 ref of the last Mark */
  u32 listings;         /* 0C8 ref of the last Listing */
  u32 image;            /* 0CC ref of the program's path */
  u64 next_event;       /* 0D0 number of the next event */
  u64 arena_next;       /* 0D8 offset of the first free byte */
  /* Counts of missing data, and other counts. */
  u64 lost_events;      /* 0E0 events without a place in the ring: their slots were still being written */
  u64 lost_stacks;      /* 0E8 stacks and names without a place in the arena */
  u64 lost_names;       /* 0F0 */
  u64 lost_handles;     /* 0F8 handles without a place in the table of open handles */
  u64 lost_modules;     /* 100 modules and listings without a place in the arena, and modules after MAX_MODULES */
  u64 reentered;        /* 108 calls made while this thread was recording another one */
  u64 unplaced;         /* 110 bad references for which it is not known which of several handles was bad */
  u64 gone;             /* 118 handles that a close found invalid although nothing had closed them */
  u64 replaced;         /* 120 handles whose value was opened again although nothing had closed them */
  u64 unseen_closes;    /* 128 closes of handles that were neither seen opened nor listed */
  u64 cut_stacks;       /* 130 events with more frames than max_frames */
  u64 children;         /* 138 processes that the program started */
  u64 kept_modules;     /* 140 */
  u64 set_marks;        /* 148 marks that the program set; those after MAX_MARKS are not kept */
  u64 given_up;         /* 150 records that were not finished because of an exception */
  u64 unused_end[21];   /* 158 */
} Header;
_Static_assert(sizeof(Header) == 0x200, "Header has another size");

/* Most records of each kind to keep: the reader takes a much longer list for a circular one. */
#define MAX_MODULES 0x1000u
#define MAX_MARKS 0x1000u

/* A hooked call, in Call.state: whether it is hooked, or why not. */
enum {
  CALL_UNKNOWN,
  CALL_HOOKED,
  CALL_ABSENT,      /* this system's DLL has no such export */
  CALL_NOT_LOADED,  /* its DLL is not loaded (yet) */
  CALL_PROTECTED,   /* its code may not be changed */
  CALL_OTHER_CODE   /* its code does not begin like a system-call stub: changed by another program, or unknown */
};

typedef struct {
  char name[48];   /* 00 */
  u32 state;       /* 30 */
  u32 arguments;   /* 34 number of arguments; in a 32-bit program, from its code */
  u8 code[8];      /* 38 how its code began */
} Call;
_Static_assert(sizeof(Call) == 0x40, "Call has another size");

typedef struct {
  char name[32]; /* 00 of an object type, by its number; number 0 is the unknown type */
} Type;

/* The lowest byte of Event.state. */
enum {
  EVENT_NONE,
  EVENT_WRITING,       /* its thread has not finished writing it */
  EVENT_OPEN,
  EVENT_CLOSING,       /* a close that has not returned */
  EVENT_CLOSE,
  EVENT_CLOSE_FAILED,  /* the handle stays open */
  EVENT_BAD_REFERENCE,
  EVENT_GIVEN          /* a handle was made in another process: detail is its process id */
};

/* Event.flags and OpenHandle.flags. */
enum {
  FLAG_UNSEEN = 1,  /* a close of a handle that was not seen opened */
  FLAG_EXISTING = 2, /* the handle was open when recording began */
  FLAG_RAISED = 4,  /* the call raised an exception instead of returning */
  FLAG_WIDE = 8,    /* the handle's value has more than 32 bits: detail has the upper ones */
  FLAG_REPLACES = 16 /* the value was thought to be open: its handle was gone without a close */
};

typedef struct {
  u64 state;   /* 00 the event's number * 256 + EVENT_ */
  u64 time;    /* 08 performance counter */
  u32 handle;  /* 10 */
  u32 thread;  /* 14 */
  u32 stack;   /* 18 ref */
  u32 detail;  /* 1C for an open its name's ref, for a close the opening stack's; see FLAG_WIDE and EVENT_GIVEN */
  u32 status;  /* 20 NTSTATUS of the call */
  u16 call;    /* 24 */
  u8 type;     /* 26 of the object */
  u8 flags;    /* 27 */
} Event;
_Static_assert(sizeof(Event) == 0x28, "Event has another size");

/* The table of open handles: pages of 1024 slots, made when the first of their handles is opened; the slot of a handle
   is its value divided by 4. */
#define SLOTS_PER_PAGE 1024u
typedef struct {
  u64 opened; /* 00 number of the event that opened it, with SLOT_CLOSING while a close is under way; 0: the slot is empty */
  u64 time;   /* 08 */
  u32 stack;  /* 10 ref */
  u32 name;   /* 14 ref */
  u32 thread; /* 18 */
  u16 call;   /* 1C */
  u8 type;    /* 1E */
  u8 flags;   /* 1F */
} OpenHandle;
_Static_assert(sizeof(OpenHandle) == 0x20, "OpenHandle has another size");
#define SLOT_WRITING (1ull << 63) /* alone: the slot is being written */
#define SLOT_CLOSING (1ull << 62)

/* Data that is kept once, no matter how often it occurs. */
enum { BLOB_STACK = 1, BLOB_NAME, BLOB_BYTES };
typedef struct {
  u64 hash;    /* 00 */
  u32 next;    /* 08 ref of the next of its bucket */
  u16 kind;    /* 0C */
  u16 bytes;   /* 0E of data */
  u32 tag;     /* 10 for a stack: Header.generation * 2, plus 1 if it was cut */
  u32 opened;  /* 14 for a stack: handles that it opened, how many of those were closed, and its bad references */
  u32 closed;  /* 18 */
  u32 bad;     /* 1C */
  /* 20 data: 64-bit return addresses, innermost first; UTF-16; bytes */
} Blob;
_Static_assert(sizeof(Blob) == 0x20, "Blob has another size");

typedef struct {
  u32 next;          /* 00 ref of the module recorded before it */
  u32 path;          /* 04 ref of a name */
  u64 base;          /* 08 */
  u32 size;          /* 10 */
  u32 timestamp;     /* 14 TimeDateStamp of its header */
  u64 loaded;        /* 18 the next event's number when it was first loaded; 0: it was loaded when recording began */
  u64 loaded_time;   /* 20 */
  u64 unloaded;      /* 28 the next event's number when it was last unloaded; 0: it is loaded */
  u64 unloaded_time; /* 30 */
  u32 generation;    /* 38 Header.generation when it was loaded */
  u32 pdb_age;       /* 3C */
  u8 pdb_guid[16];   /* 40 */
  u32 pdb_path;      /* 50 ref of bytes; 0: it names no PDB */
  u32 functions;     /* 54 offset from `base` of its table of functions with unwind data; in 64-bit modules */
  u32 function_count; /* 58 */
  u32 unused;        /* 5C */
} Module;
_Static_assert(sizeof(Module) == 0x60, "Module has another size");

typedef struct {
  u32 next;   /* 00 ref of the mark before it */
  u32 name;   /* 04 ref */
  u64 number; /* 08 the next event's number then */
  u64 time;   /* 10 */
  u32 thread; /* 18 */
  u32 unused; /* 1C */
} Mark;
_Static_assert(sizeof(Mark) == 0x20, "Mark has another size");

/* The process's handle table at one time. */
enum { LISTING_START = 1, LISTING_END };
typedef struct {
  u32 handle; /* 00 */
  u32 access; /* 04 */
  u32 name;   /* 08 ref */
  u32 type;   /* 0C */
} ListedHandle;
typedef struct {
  u32 next;   /* 00 ref of the listing before it */
  u32 kind;   /* 04 */
  u64 before; /* 08 the next event's number before the list was taken */
  u64 after;  /* 10 and after it */
  u64 time;   /* 18 */
  u32 count;  /* 20 */
  u32 unused; /* 24 */
  /* 28 ListedHandle[count] */
} Listing;
_Static_assert(sizeof(Listing) == 0x28, "Listing has another size");

#endif
