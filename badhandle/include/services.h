/*
 * System-service numbers and argument bytes, one line per service: SERVICE(name, number, argument bytes).
 *
 * Included by the kernel's service table and by ntdll's stubs, so that the two cannot disagree. Numbers are those
 * of 32-bit Windows XP SP2, as published in system-call tables; those from 0x11C on do not exist there and are
 * this guest's own.
 */
SERVICE(NtClose, 0x19, 4)
SERVICE(NtCreateEvent, 0x23, 20)
SERVICE(NtCreateSemaphore, 0x33, 20)
SERVICE(NtDuplicateObject, 0x44, 28)
SERVICE(NtOpenProcess, 0x7A, 16)
SERVICE(NtQueryInformationProcess, 0x9A, 20)
SERVICE(NtQueryObject, 0xA3, 20)
SERVICE(NtQuerySystemInformation, 0xAD, 16)
SERVICE(NtReadVirtualMemory, 0xBA, 20)
SERVICE(NtReleaseSemaphore, 0xC4, 12)
SERVICE(NtResumeProcess, 0xCD, 4)
SERVICE(NtSetEvent, 0xDB, 8)
SERVICE(NtSetInformationProcess, 0xE4, 16)
SERVICE(NtSuspendProcess, 0xFD, 4)
SERVICE(NtTerminateProcess, 0x101, 8)
SERVICE(NtTerminateThread, 0x102, 8)
SERVICE(NtWaitForSingleObject, 0x10F, 12)
SERVICE(NtYieldExecution, 0x116, 0)
SERVICE(NtCreateUserThread, 0x11C, 20)
SERVICE(NtExchangeDebuggerCall, 0x11D, 4)
