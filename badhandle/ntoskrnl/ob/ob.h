/*
 * Objects and handles to them.
 *
 * Layouts: 32-bit Windows XP SP2 (reference: handle-tracing, B.7).
 */
#ifndef OB_H
#define OB_H

#include "ex/ex.h"
#include "nt.h"

typedef struct OBJECT_TYPE {
    UCHAR Resource[0x38];
    LIST_ENTRY TypeList;              /* 38 */
    UNICODE_STRING Name;              /* 40 */
    PVOID DefaultObject;              /* 48 */
    ULONG Index;                      /* 4C */
    ULONG TotalNumberOfObjects;       /* 50 */
    ULONG TotalNumberOfHandles;       /* 54 */
    ULONG HighWaterNumberOfObjects;   /* 58 */
    ULONG HighWaterNumberOfHandles;   /* 5C */
    UCHAR TypeInfo[0x20];
    ACCESS_MASK ValidAccessMask;      /* 80 TypeInfo.ValidAccessMask */
    UCHAR Unused84[0x28];
    ULONG Key;                        /* AC pool tag of its objects */
    UCHAR UnusedB0[0xE0];
} OBJECT_TYPE;
CHECK_OFFSET(OBJECT_TYPE, Name, 0x40);
CHECK_OFFSET(OBJECT_TYPE, HighWaterNumberOfHandles, 0x5C);
CHECK_OFFSET(OBJECT_TYPE, ValidAccessMask, 0x80);
CHECK_OFFSET(OBJECT_TYPE, Key, 0xAC);
CHECK_SIZE(OBJECT_TYPE, 0x190);

typedef struct OBJECT_HEADER {
    LONG PointerCount;         /* 00 references, including one for each handle */
    LONG HandleCount;          /* 04 */
    OBJECT_TYPE *Type;         /* 08 */
    UCHAR NameInfoOffset;      /* 0C bytes back from the header to OBJECT_HEADER_NAME_INFO, 0: no name */
    UCHAR HandleInfoOffset;    /* 0D */
    UCHAR QuotaInfoOffset;     /* 0E */
    UCHAR Flags;               /* 0F */
    PVOID ObjectCreateInfo;    /* 10 */
    PVOID SecurityDescriptor;  /* 14 */
    ULONG Body[];              /* 18 */
} OBJECT_HEADER;
CHECK_OFFSET(OBJECT_HEADER, Body, 0x18);

typedef struct OBJECT_HEADER_NAME_INFO {
    PVOID Directory;       /* 00 NULL: the guest has no object directories */
    UNICODE_STRING Name;   /* 04 its characters follow the object's body */
    ULONG QueryReferences; /* 0C */
} OBJECT_HEADER_NAME_INFO;
CHECK_SIZE(OBJECT_HEADER_NAME_INFO, 0x10);

static inline OBJECT_HEADER *ObHeaderOf(PVOID Object)
{
    return CONTAINING_RECORD(Object, OBJECT_HEADER, Body);
}

/* The header of the object that an entry in use refers to. */
static inline OBJECT_HEADER *ObpHeaderOfEntry(const HANDLE_TABLE_ENTRY *Entry)
{
    return (OBJECT_HEADER *)(Entry->Object & ~(ULONG)ENTRY_ATTRIBUTES);
}

/* The OBJ_ bits that an entry keeps. */
static inline ULONG ObpAttributesOfEntry(const HANDLE_TABLE_ENTRY *Entry)
{
    return (Entry->Object & ENTRY_INHERIT ? OBJ_INHERIT : 0) |
           (Entry->GrantedAccess & ACCESS_PROTECT_CLOSE ? OBJ_PROTECT_CLOSE : 0);
}

/* The entry of a handle with these rights and OBJ_ bits. */
static inline HANDLE_TABLE_ENTRY ObpMakeEntry(OBJECT_HEADER *Header, ACCESS_MASK GrantedAccess, ULONG Attributes)
{
    HANDLE_TABLE_ENTRY entry;
    entry.Object = (ULONG)Header | ENTRY_UNLOCKED | (Attributes & OBJ_INHERIT ? ENTRY_INHERIT : 0);
    entry.GrantedAccess = GrantedAccess | (Attributes & OBJ_PROTECT_CLOSE ? ACCESS_PROTECT_CLOSE : 0);
    return entry;
}

#define OB_MAX_NAME_BYTES 520

/* Object attributes copied out of user memory. */
typedef struct CAPTURED_ATTRIBUTES {
    ULONG Attributes;                            /* OBJ_ bits */
    ULONG NameLength;                            /* bytes, 0: no name */
    WCHAR Name[OB_MAX_NAME_BYTES / sizeof(WCHAR)];
} CAPTURED_ATTRIBUTES;

extern OBJECT_TYPE *ExEventObjectType, *ExSemaphoreObjectType, *PsProcessType, *PsThreadType;

/* ob/object.c */
void NTAPI ObInitialize(void);
NTSTATUS NTAPI ObpCaptureAttributes(CAPTURED_ATTRIBUTES *Captured, const OBJECT_ATTRIBUTES *UserAttributes);
PVOID NTAPI ObCreateObject(OBJECT_TYPE *Type, ULONG Size, const CAPTURED_ATTRIBUTES *Attributes); /* NULL: no room */
void NTAPI ObDereferenceObject(PVOID Object);
ACCESS_MASK NTAPI ObpMapAccess(const OBJECT_TYPE *Type, ACCESS_MASK DesiredAccess);
OBJECT_HEADER_NAME_INFO *NTAPI ObpNameInfoOf(const OBJECT_HEADER *Header); /* NULL: no name */

/* ob/insert.c: makes a handle in the caller's table, and releases the caller's reference even if it fails */
NTSTATUS NTAPI ObInsertObject(PVOID Object, ACCESS_MASK DesiredAccess, ULONG Attributes, HANDLE *Handle);
/* ob/create_handle.c */
NTSTATUS NTAPI ObpCreateUnnamedHandle(PVOID Object, ACCESS_MASK GrantedAccess, ULONG Attributes, HANDLE *Handle);
/* ob/reference.c: Type NULL is any type */
NTSTATUS NTAPI ObReferenceObjectByHandle(HANDLE Handle, ACCESS_MASK DesiredAccess, const OBJECT_TYPE *Type,
                                         PVOID *Object);
/* ob/close_handle.c */
NTSTATUS NTAPI ObpCloseHandle(HANDLE Handle);
NTSTATUS NTAPI ObpCloseHandleTableEntry(HANDLE_TABLE *Table, HANDLE_TABLE_ENTRY *Entry, HANDLE Handle,
                                        BOOLEAN IgnoreProtection);
void NTAPI ObKillHandles(HANDLE_TABLE *Table); /* closes all when the process ends */

#endif
