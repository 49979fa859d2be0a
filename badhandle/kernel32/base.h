/*
 * Shared by the kernel32 stand-in's files. Exports are spelled as in Win32, with NT types underneath.
 */
#ifndef BASE_H
#define BASE_H

#include "ntcalls.h"

typedef int BOOL;
typedef unsigned long DWORD;

#define INFINITE 0xFFFFFFFF

typedef struct SECURITY_ATTRIBUTES {
    DWORD nLength;             /* 00 */
    PVOID lpSecurityDescriptor; /* 04 */
    BOOL bInheritHandle;       /* 08 */
} SECURITY_ATTRIBUTES;

/* PEB, TEB and process parameters: only the fields that are read here (Windows XP, x86). */
typedef struct RTL_USER_PROCESS_PARAMETERS {
    UCHAR Unused[0x40];
    UNICODE_STRING CommandLine; /* 40 */
} RTL_USER_PROCESS_PARAMETERS;
CHECK_OFFSET(RTL_USER_PROCESS_PARAMETERS, CommandLine, 0x40);

typedef struct PEB {
    UCHAR Unused0[2];
    BOOLEAN BeingDebugged; /* 02 */
    UCHAR Unused3[0xD];
    RTL_USER_PROCESS_PARAMETERS *ProcessParameters; /* 10 */
    UCHAR Unused14[0x54];
    ULONG NtGlobalFlag; /* 68 */
} PEB;
CHECK_OFFSET(PEB, ProcessParameters, 0x10);
CHECK_OFFSET(PEB, NtGlobalFlag, 0x68);

typedef struct TEB {
    UCHAR Unused0[0x18];
    struct TEB *Self; /* 18 */
    UCHAR Unused1C[0x14];
    PEB *ProcessEnvironmentBlock; /* 30 */
    ULONG LastErrorValue;         /* 34 */
    UCHAR Unused38[0xBC0];
    UNICODE_STRING StaticUnicodeString; /* BF8 */
    WCHAR StaticUnicodeBuffer[261];     /* C00 */
} TEB;
CHECK_OFFSET(TEB, ProcessEnvironmentBlock, 0x30);
CHECK_OFFSET(TEB, StaticUnicodeString, 0xBF8);

static inline TEB *NtCurrentTeb(void)
{
    TEB *teb;
    __asm__("movl %%fs:0x18, %0" : "=r"(teb));
    return teb;
}

/* status.c: stores the Win32 error of a failed call; returns whether the call succeeded. */
BOOL NTAPI BaseSetLastNtStatus(NTSTATUS status);

/*
 * strings.c: converts a name to UTF-16 in the thread's static buffer, NULL for no name. Returns FALSE and stores the
 * Win32 error if it does not fit.
 */
BOOL NTAPI BaseStaticUnicode(const char *name, const WCHAR **wide);

/* strings.c: object attributes for a Win32 call, NULL if it needs none. */
OBJECT_ATTRIBUTES *NTAPI BaseObjectAttributes(OBJECT_ATTRIBUTES *attributes, UNICODE_STRING *string,
                                              const SECURITY_ATTRIBUTES *security, const WCHAR *name);

HANDLE NTAPI CreateEventW(const SECURITY_ATTRIBUTES *security, BOOL manual_reset, BOOL initial_state,
                          const WCHAR *name);
HANDLE NTAPI CreateSemaphoreW(const SECURITY_ATTRIBUTES *security, LONG initial_count, LONG maximum_count,
                              const WCHAR *name);
void NTAPI ExitProcess(DWORD exit_code);

#endif
