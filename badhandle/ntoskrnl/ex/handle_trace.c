/*
 * Recording a trace: who, what, which handle, and the kernel-mode and user-mode stacks (reference: handle-tracing, C.3
 * and C.4).
 */
#include "ex/ex.h"
#include "ke/ke.h"
#include "mm/mm.h"
#include "ps/ps.h"

#define SYSTEM_RANGE_START 0x80000000
#define LOWEST_USER_ADDRESS 0x10000
#define FLAG_WAS_WRAPPED_AROUND 0x40000000

/* A stack frame as i386 code of both modes lays it out. */
typedef struct STACK_FRAME {
    ULONG Ebp;           /* 0 of the caller */
    ULONG ReturnAddress; /* 4 */
} STACK_FRAME;

/* TEB.NtTib */
typedef struct STACK_BOUNDS {
    ULONG ExceptionList; /* 0 */
    ULONG StackBase;     /* 4 highest address */
    ULONG StackLimit;    /* 8 lowest address */
} STACK_BOUNDS;

static BOOLEAN is_frame(ULONG ebp, ULONG lowest, ULONG highest)
{
    return ebp >= lowest && (ebp & 3) == 0 && highest >= sizeof(STACK_FRAME) &&
           ebp <= highest - sizeof(STACK_FRAME);
}

/*
 * Walks up the current thread's kernel stack from `ebp`. A return address outside the kernel's code ends the walk; that
 * is how it ends at the trap frame, which stands in for the user code's frame. If only the next EBP is bad, the return
 * address stored next to it is still kept.
 */
static ULONG walk_kernel_stack(ULONG *callers, ULONG count, ULONG ebp)
{
    ULONG lowest = (ULONG)KeGetCurrentThread()->StackLimit, highest = (ULONG)KeGetCurrentThread()->StackBase;
    ULONG found = 0;
    while (found < count && is_frame(ebp, lowest, highest)) {
        const STACK_FRAME *frame = (STACK_FRAME *)ebp;
        if (frame->ReturnAddress < SYSTEM_RANGE_START ||
            (frame->ReturnAddress >= lowest && frame->ReturnAddress < highest))
            break;
        callers[found++] = frame->ReturnAddress;
        lowest = ebp + sizeof(STACK_FRAME);
        ebp = frame->Ebp;
    }
    return found;
}

/* Walks from the thread's user-mode EBP, within the stack that its TEB describes. A fault discards all user frames. */
static void walk_user_stack(ULONG *callers, ULONG count)
{
    KTHREAD *thread = KeGetCurrentThread();
    STACK_BOUNDS bounds;
    STACK_FRAME frame;
    ULONG found = 0;
    if (thread->Teb == NULL || thread->TrapFrame == NULL ||
        !MmCopyFromUser(&bounds, thread->Teb, sizeof bounds))
        return;
    frame.Ebp = thread->TrapFrame->Ebp;
    while (found < count && is_frame(frame.Ebp, bounds.StackLimit, bounds.StackBase)) {
        bounds.StackLimit = frame.Ebp + sizeof frame;
        if (!MmCopyFromUser(&frame, (PVOID)frame.Ebp, sizeof frame)) {
            memset(callers, 0, found * sizeof *callers);
            return;
        }
        if (frame.ReturnAddress < LOWEST_USER_ADDRESS || frame.ReturnAddress >= MM_USER_PROBE_ADDRESS)
            return;
        callers[found++] = frame.ReturnAddress;
    }
}

/* The kernel walk begins at this function's own frame, so that its caller's address is the first one. */
void NTAPI ExpUpdateDebugInfo(HANDLE_TABLE *Table, HANDLE Handle, ULONG Type)
{
    TRACE_DATABASE database;
    HANDLE_TRACE_DB_ENTRY *entry;
    ULONG index, kernel;
    if (!ExpOpenTraceDatabase(Table, &database))
        return;
    index = ++*database.CurrentStackIndex & (database.TableSize - 1);
    if (index == 0 && database.BitMaskFlags != NULL)
        *database.BitMaskFlags |= FLAG_WAS_WRAPPED_AROUND;
    entry = &database.TraceDb[index];
    memset(entry, 0, sizeof *entry);
    entry->ClientId = PsGetCurrentThread()->Cid;
    entry->Handle = Handle;
    entry->Type = Type;
    kernel = walk_kernel_stack(entry->StackTrace, TRACE_STACK_FRAMES, (ULONG)__builtin_frame_address(0));
    walk_user_stack(entry->StackTrace + kernel, TRACE_STACK_FRAMES - kernel);
}
