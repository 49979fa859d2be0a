/* Traps from user mode. */
#include "ke/ke.h"
#include "mm/mm.h"
#include "ps/ps.h"

#define TRAP_DIVIDE 0x00
#define TRAP_BREAKPOINT 0x03
#define TRAP_INVALID_OPCODE 0x06
#define TRAP_DEBUG_SERVICE 0x2D
#define TRAP_REQUEST 0x30 /* the machine's own interrupt: the host wants to stop the guest */

/* The host may have suspended the process while it was stopped. */
static void wait_until_resumed(void)
{
    if (KeGetCurrentThread()->SuspendCount > 0)
        KiYield();
}

/* Called by a new thread on its own kernel stack before it enters user mode. */
void NTAPI KiThreadStartup(void)
{
    static BOOLEAN target_started;
    if (!target_started) {
        target_started = TRUE;
        KiStopForTarget(STOP_STARTED, 0);
        wait_until_resumed();
    }
}

#define BREAKPOINT_PRINT 1 /* service of int 2Dh: ECX is the address of the text, EDX its length */

/* Passes DbgPrint's text to the host, cut to the buffer; text that cannot be read is dropped. */
static void debug_service(const KTRAP_FRAME *frame)
{
    ULONG length = frame->Edx < sizeof KdDebugString ? frame->Edx : sizeof KdDebugString;
    if (frame->Eax == BREAKPOINT_PRINT && MmCopyFromUser(KdDebugString, (PVOID)frame->Ecx, length))
        KiStopForTarget(STOP_DEBUG_STRING, length);
}

/* There are no exception handlers in the guest: a fault ends the process. */
void NTAPI KiUserTrap(ULONG Vector)
{
    switch (Vector) {
    case TRAP_BREAKPOINT:
        KiStopForTarget(STOP_BREAKPOINT, 0);
        wait_until_resumed();
        return;
    case TRAP_DEBUG_SERVICE:
        debug_service(KeGetCurrentThread()->TrapFrame);
        wait_until_resumed();
        return;
    case TRAP_REQUEST:
        KiStopForTarget(STOP_REQUEST, 0);
        wait_until_resumed();
        return;
    case TRAP_DIVIDE:
        PsExitCurrentProcess(STATUS_INTEGER_DIVIDE_BY_ZERO);
    case TRAP_INVALID_OPCODE:
        PsExitCurrentProcess(STATUS_ILLEGAL_INSTRUCTION);
    default:
        PsExitCurrentProcess(STATUS_ACCESS_VIOLATION);
    }
}
