/*
 * ObInsertObject, compiled without an EBP frame: EBP holds some other value there, and a walk along saved EBPs ends
 * after it. That is why a traced OPEN shows neither NtCreateEvent nor the system-call entry.
 */
#include "ke/ke.h"
#include "ob/ob.h"

NTSTATUS NTAPI ObInsertObject(PVOID Object, ACCESS_MASK DesiredAccess, ULONG Attributes, HANDLE *Handle)
{
    OBJECT_HEADER *header = ObHeaderOf(Object);
    OBJECT_TYPE *type = header->Type;
    LONG handles = header->HandleCount + 1;
    ULONG all_handles = type->TotalNumberOfHandles + 1;
    NTSTATUS status = ObpCreateUnnamedHandle(Object, ObpMapAccess(type, DesiredAccess), Attributes, Handle);
    if (NT_SUCCESS(status)) {
        header->HandleCount = handles;
        type->TotalNumberOfHandles = all_handles;
        if (type->HighWaterNumberOfHandles < all_handles)
            type->HighWaterNumberOfHandles = all_handles;
    }
    ObDereferenceObject(Object);
    return status;
}
