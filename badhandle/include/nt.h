/*
 * Types and numbers that the guest's user mode and kernel share.
 *
 * Spelled as in the published NT headers; only what the guest uses is here. Layouts are those of
 * 32-bit Windows XP SP2 (reference: handle-tracing, sections A.1, A.2 and B).
 */
#ifndef NT_H
#define NT_H

typedef unsigned char UCHAR, BOOLEAN;
typedef unsigned short USHORT, WCHAR;
typedef long LONG, NTSTATUS;
typedef unsigned long ULONG, ACCESS_MASK;
typedef void *PVOID, *HANDLE;

#define NULL ((void *)0)
#define TRUE 1
#define FALSE 0
#define NTAPI __stdcall
#define NT_SUCCESS(status) ((NTSTATUS)(status) >= 0)
#define OFFSET_OF(type, field) __builtin_offsetof(type, field)
#define CONTAINING_RECORD(address, type, field) ((type *)((UCHAR *)(address) - OFFSET_OF(type, field)))
#define CHECK_OFFSET(type, field, offset) \
    _Static_assert(OFFSET_OF(type, field) == (offset), #type "." #field " is misplaced")
#define CHECK_SIZE(type, size) _Static_assert(sizeof(type) == (size), #type " has another size")

typedef struct LIST_ENTRY {
    struct LIST_ENTRY *Flink; /* 00 */
    struct LIST_ENTRY *Blink; /* 04 */
} LIST_ENTRY;

typedef struct UNICODE_STRING {
    USHORT Length;        /* 00 bytes, without a terminator */
    USHORT MaximumLength; /* 02 bytes */
    WCHAR *Buffer;        /* 04 */
} UNICODE_STRING;

typedef struct CLIENT_ID {
    HANDLE UniqueProcess; /* 00 */
    HANDLE UniqueThread;  /* 04 */
} CLIENT_ID;

typedef struct OBJECT_ATTRIBUTES {
    ULONG Length;               /* 00 size of this structure */
    HANDLE RootDirectory;       /* 04 */
    UNICODE_STRING *ObjectName; /* 08 */
    ULONG Attributes;           /* 0C OBJ_ bits */
    PVOID SecurityDescriptor;   /* 10 */
    PVOID SecurityQos;          /* 14 */
} OBJECT_ATTRIBUTES;

#define OBJ_PROTECT_CLOSE 0x1
#define OBJ_INHERIT 0x2

/* Pseudo-handles for the caller's process and thread. */
#define NtCurrentProcess() ((HANDLE)-1)
#define NtCurrentThread() ((HANDLE)-2)

/* Access rights. */
#define SYNCHRONIZE 0x00100000
#define MAXIMUM_ALLOWED 0x02000000
#define GENERIC_ALL 0x10000000
#define EVENT_MODIFY_STATE 0x2
#define EVENT_ALL_ACCESS 0x001F0003
#define SEMAPHORE_MODIFY_STATE 0x2
#define SEMAPHORE_ALL_ACCESS 0x001F0003
#define PROCESS_TERMINATE 0x1
#define PROCESS_VM_READ 0x10
#define PROCESS_DUP_HANDLE 0x40
#define PROCESS_SET_INFORMATION 0x200
#define PROCESS_QUERY_INFORMATION 0x400
#define PROCESS_SUSPEND_RESUME 0x800
#define PROCESS_ALL_ACCESS 0x001F0FFF
#define THREAD_TERMINATE 0x1
#define THREAD_ALL_ACCESS 0x001F03FF

#define DUPLICATE_CLOSE_SOURCE 0x1
#define DUPLICATE_SAME_ACCESS 0x2
#define DUPLICATE_SAME_ATTRIBUTES 0x4

/* NtCreateEvent's EventType, which is also the dispatcher header's type. */
#define NotificationEvent 0
#define SynchronizationEvent 1

#define ProcessBasicInformation 0
#define ProcessHandleCount 20
#define ProcessHandleTracing 32

#define FLG_APPLICATION_VERIFIER 0x100

#define STATUS_SUCCESS ((NTSTATUS)0x00000000)
#define STATUS_TIMEOUT ((NTSTATUS)0x00000102)
#define STATUS_PENDING ((NTSTATUS)0x00000103)
#define STATUS_DATATYPE_MISALIGNMENT ((NTSTATUS)0x80000002)
#define STATUS_INVALID_INFO_CLASS ((NTSTATUS)0xC0000003)
#define STATUS_INFO_LENGTH_MISMATCH ((NTSTATUS)0xC0000004)
#define STATUS_ACCESS_VIOLATION ((NTSTATUS)0xC0000005)
#define STATUS_INVALID_HANDLE ((NTSTATUS)0xC0000008)
#define STATUS_INVALID_CID ((NTSTATUS)0xC000000B)
#define STATUS_INVALID_PARAMETER ((NTSTATUS)0xC000000D)
#define STATUS_NO_MEMORY ((NTSTATUS)0xC0000017)
#define STATUS_INVALID_SYSTEM_SERVICE ((NTSTATUS)0xC000001C)
#define STATUS_ILLEGAL_INSTRUCTION ((NTSTATUS)0xC000001D)
#define STATUS_ACCESS_DENIED ((NTSTATUS)0xC0000022)
#define STATUS_OBJECT_TYPE_MISMATCH ((NTSTATUS)0xC0000024)
#define STATUS_SEMAPHORE_LIMIT_EXCEEDED ((NTSTATUS)0xC0000047)
#define STATUS_INTEGER_DIVIDE_BY_ZERO ((NTSTATUS)0xC0000094)
#define STATUS_INSUFFICIENT_RESOURCES ((NTSTATUS)0xC000009A)
#define STATUS_PROCESS_IS_TERMINATING ((NTSTATUS)0xC000010A)
#define STATUS_PARTIAL_COPY ((NTSTATUS)0x8000000D)
#define STATUS_HANDLE_NOT_CLOSABLE ((NTSTATUS)0xC0000235)

/* PROCESS_HANDLE_TRACING_ENABLE_EX; the short form ends after Flags. */
typedef struct PROCESS_HANDLE_TRACING_ENABLE_EX {
    ULONG Flags;      /* 00 must be 0 */
    ULONG TotalSlots; /* 04 */
} PROCESS_HANDLE_TRACING_ENABLE_EX;

/* What the Debugger's user-mode loop exchanges through NtExchangeDebuggerCall. */
typedef struct DEBUGGER_CALL {
    ULONG Service;       /* 00 number of the system call to make */
    ULONG Arguments[12]; /* 04 */
    NTSTATUS Status;     /* 34 how the previous one ended */
} DEBUGGER_CALL;

#endif
