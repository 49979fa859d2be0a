/* Copies between kernel and user memory, and reading another process's memory. */
#include "ke/ke.h"
#include "mm/mm.h"
#include "ntcalls.h"
#include "ob/ob.h"
#include "ps/ps.h"

static BOOLEAN is_user_range(const void *address, ULONG length)
{
    return (ULONG)address <= MM_USER_PROBE_ADDRESS && length <= MM_USER_PROBE_ADDRESS - (ULONG)address;
}

BOOLEAN NTAPI MmCopyFromUser(PVOID Target, const void *UserSource, ULONG Length)
{
    return is_user_range(UserSource, Length) && KiCopyMemory(Target, UserSource, Length);
}

BOOLEAN NTAPI MmCopyToUser(PVOID UserTarget, const void *Source, ULONG Length)
{
    return is_user_range(UserTarget, Length) && KiCopyMemory(UserTarget, Source, Length);
}

/* Kernel memory is the same in every process, so the stack stays mapped while the other's directory is loaded. */
static BOOLEAN copy_from_process(PVOID target, KPROCESS *process, const UCHAR *source, ULONG length)
{
    BOOLEAN copied;
    KiLoadDirectory(process->DirectoryTableBase[0]);
    copied = MmCopyFromUser(target, source, length);
    KiLoadDirectory(KeGetCurrentThread()->Process->DirectoryTableBase[0]);
    return copied;
}

NTSTATUS NTAPI NtReadVirtualMemory(HANDLE ProcessHandle, PVOID BaseAddress, PVOID Buffer, ULONG Length,
                                   ULONG *ReturnLength)
{
    UCHAR bounce[512];
    EPROCESS *process;
    ULONG done = 0;
    NTSTATUS status = ObReferenceObjectByHandle(ProcessHandle, PROCESS_VM_READ, PsProcessType, (PVOID *)&process);
    if (!NT_SUCCESS(status))
        return status;
    while (done < Length && NT_SUCCESS(status)) {
        const UCHAR *source = (UCHAR *)BaseAddress + done;
        /* No piece crosses the end of a page, so that everything before a missing page is read. */
        ULONG piece = 0x1000 - ((ULONG)source & 0xFFF);
        if (piece > sizeof bounce)
            piece = sizeof bounce;
        if (piece > Length - done)
            piece = Length - done;
        if (!copy_from_process(bounce, &process->Pcb, source, piece))
            status = STATUS_PARTIAL_COPY;
        else if (!MmCopyToUser((UCHAR *)Buffer + done, bounce, piece))
            status = STATUS_ACCESS_VIOLATION;
        else
            done += piece;
    }
    ObDereferenceObject(process);
    if (ReturnLength != NULL && !MmCopyToUser(ReturnLength, &done, sizeof done))
        return STATUS_ACCESS_VIOLATION;
    return status;
}
