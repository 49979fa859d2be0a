/*
 * The part of <windows.h> that badhandle.c and the guest's C runtime use, so that the guest's build needs no
 * Windows SDK. On real Windows the compiler's own header is used.
 */
#ifndef GUEST_WINDOWS_H
#define GUEST_WINDOWS_H

#define NULL ((void *)0)
#define FALSE 0
#define TRUE 1
#define WINAPI __stdcall
#define WINBASEAPI __declspec(dllimport)
#define INFINITE 0xFFFFFFFF
#define DUPLICATE_SAME_ACCESS 0x2

typedef int BOOL;
typedef unsigned int UINT;
typedef unsigned long DWORD;
typedef long LONG;
typedef unsigned long SIZE_T;
typedef void *HANDLE, *LPVOID;
typedef const char *LPCSTR;
typedef const unsigned short *LPCWSTR;
typedef char *LPSTR;
typedef struct _SECURITY_ATTRIBUTES *LPSECURITY_ATTRIBUTES;
typedef DWORD(WINAPI *LPTHREAD_START_ROUTINE)(LPVOID parameter);

WINBASEAPI BOOL WINAPI CloseHandle(HANDLE object);
WINBASEAPI HANDLE WINAPI CreateEventA(LPSECURITY_ATTRIBUTES security, BOOL manual_reset, BOOL initial_state,
                                      LPCSTR name);
WINBASEAPI HANDLE WINAPI CreateSemaphoreA(LPSECURITY_ATTRIBUTES security, LONG initial_count, LONG maximum_count,
                                          LPCSTR name);
WINBASEAPI HANDLE WINAPI CreateThread(LPSECURITY_ATTRIBUTES security, SIZE_T stack_size,
                                      LPTHREAD_START_ROUTINE start, LPVOID parameter, DWORD flags, DWORD *thread_id);
WINBASEAPI void WINAPI DebugBreak(void);
WINBASEAPI BOOL WINAPI DuplicateHandle(HANDLE source_process, HANDLE source, HANDLE target_process, HANDLE *target,
                                       DWORD access, BOOL inherit, DWORD options);
WINBASEAPI void WINAPI ExitProcess(UINT exit_code);
WINBASEAPI LPSTR WINAPI GetCommandLineA(void);
WINBASEAPI HANDLE WINAPI GetCurrentProcess(void);
WINBASEAPI BOOL WINAPI IsDebuggerPresent(void);
WINBASEAPI void WINAPI OutputDebugStringA(LPCSTR text);
WINBASEAPI void WINAPI OutputDebugStringW(LPCWSTR text);
WINBASEAPI BOOL WINAPI SetEvent(HANDLE event);
WINBASEAPI BOOL WINAPI SwitchToThread(void);
WINBASEAPI DWORD WINAPI WaitForSingleObject(HANDLE object, DWORD milliseconds);

#endif
