/*
 * The declarations of ntdll that the recorder needs, as winternl.h and phnt's headers spell them, and what depends on
 * the program's width: the words of its stack and the fields of its thread's environment block (TEB).
 */
#ifndef RECORDER_NT_H
#define RECORDER_NT_H

#define WIN32_LEAN_AND_MEAN
#define WIN32_NO_STATUS
#include <windows.h>
#undef WIN32_NO_STATUS
#include <ntstatus.h>

#include "layout.h"

typedef LONG NTSTATUS;
typedef ULONG_PTR Word; /* an argument or a saved register, regardless of its meaning */

#define NT_SUCCESS(status) ((NTSTATUS)(status) >= 0)

#define CURRENT_PROCESS ((HANDLE)(LONG_PTR)-1)

typedef struct {
  USHORT Length; /* bytes */
  USHORT MaximumLength;
  WCHAR *Buffer;
} UNICODE_STRING;

typedef struct {
  ULONG Length;
  HANDLE RootDirectory;
  UNICODE_STRING *ObjectName;
  ULONG Attributes;
  PVOID SecurityDescriptor;
  PVOID SecurityQualityOfService;
} OBJECT_ATTRIBUTES;

NTSTATUS NTAPI NtClose(HANDLE);
NTSTATUS NTAPI NtMapViewOfSection(HANDLE section, HANDLE process, PVOID *base, ULONG_PTR zero_bits, SIZE_T commit,
                                  LARGE_INTEGER *offset, SIZE_T *size, ULONG inherit, ULONG type, ULONG protect);
NTSTATUS NTAPI NtAllocateVirtualMemory(HANDLE, PVOID *base, ULONG_PTR zero_bits, SIZE_T *size, ULONG type, ULONG protect);
NTSTATUS NTAPI NtFreeVirtualMemory(HANDLE, PVOID *base, SIZE_T *size, ULONG type);
NTSTATUS NTAPI NtProtectVirtualMemory(HANDLE, PVOID *base, SIZE_T *size, ULONG protect, ULONG *old);
NTSTATUS NTAPI NtReadVirtualMemory(HANDLE, const void *address, PVOID buffer, SIZE_T size, SIZE_T *read);
NTSTATUS NTAPI NtQuerySystemInformation(ULONG class, PVOID buffer, ULONG size, ULONG *returned);
NTSTATUS NTAPI NtQueryInformationProcess(HANDLE, ULONG class, PVOID buffer, ULONG size, ULONG *returned);
NTSTATUS NTAPI NtQueryObject(HANDLE, ULONG class, PVOID buffer, ULONG size, ULONG *returned);
NTSTATUS NTAPI NtQuerySystemTime(LARGE_INTEGER *);
NTSTATUS NTAPI LdrRegisterDllNotification(ULONG flags, PVOID function, PVOID context, PVOID *cookie);
BOOL NTAPI RtlQueryPerformanceCounter(LARGE_INTEGER *);
BOOL NTAPI RtlQueryPerformanceFrequency(LARGE_INTEGER *);

/* Offsets in the TEB (winternl.h and phnt's ntpebteb.h). */
#ifdef _WIN64
#define TEB_SELF 0x30
#define TEB_STACK_BASE 0x08
#define TEB_STACK_LIMIT 0x10
#define TEB_PROCESS_ID 0x40
#define TEB_THREAD_ID 0x48
#define TEB_PEB 0x60
#define TEB_LAST_ERROR 0x68
#define TEB_TLS_SLOTS 0x1480
#define PEB_IMAGE_BASE 0x10
#define PEB_LDR 0x18
#define LDR_LOAD_ORDER 0x10
static inline Word teb_word(u32 offset) { return __readgsqword(offset); }
static inline void set_teb_word(u32 offset, Word value) { __writegsqword(offset, value); }
static inline u32 teb_u32(u32 offset) { return __readgsdword(offset); }
static inline void set_teb_u32(u32 offset, u32 value) { __writegsdword(offset, value); }
#else
#define TEB_SELF 0x18
#define TEB_STACK_BASE 0x04
#define TEB_STACK_LIMIT 0x08
#define TEB_PROCESS_ID 0x20
#define TEB_THREAD_ID 0x24
#define TEB_PEB 0x30
#define TEB_LAST_ERROR 0x34
#define TEB_TLS_SLOTS 0xE10
#define PEB_IMAGE_BASE 0x08
#define PEB_LDR 0x0C
#define LDR_LOAD_ORDER 0x0C
static inline Word teb_word(u32 offset) { return __readfsdword(offset); }
static inline void set_teb_word(u32 offset, Word value) { __writefsdword(offset, value); }
static inline u32 teb_u32(u32 offset) { return __readfsdword(offset); }
static inline void set_teb_u32(u32 offset, u32 value) { __writefsdword(offset, value); }
#endif

#define ATOMIC_LOAD(place) __atomic_load_n(place, __ATOMIC_ACQUIRE)
#define ATOMIC_STORE(place, value) __atomic_store_n(place, value, __ATOMIC_RELEASE)
#define ATOMIC_ADD(place, value) __atomic_fetch_add(place, value, __ATOMIC_RELAXED)
/* Replaces `*expected` at `place` by `value`; else sets `*expected` to what is there. */
#define ATOMIC_REPLACE(place, expected, value) \
  __atomic_compare_exchange_n(place, expected, value, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)

#endif
