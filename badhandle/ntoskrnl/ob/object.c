/* Object types, objects, their names and reference counts. */
#include "ob/ob.h"

#include "ke/ke.h"
#include "mm/mm.h"

OBJECT_TYPE *ExEventObjectType, *ExSemaphoreObjectType, *PsProcessType, *PsThreadType;

static OBJECT_TYPE *create_type(const WCHAR *name, ULONG name_bytes, ULONG index, ACCESS_MASK all_access, ULONG tag)
{
    OBJECT_HEADER *header = ExAllocatePool(NonPagedPool, sizeof *header + sizeof(OBJECT_TYPE), TAG('O', 'b', 'j', 'T'));
    OBJECT_TYPE *type = (OBJECT_TYPE *)header->Body;
    header->PointerCount = 1;
    InitializeListHead(&type->TypeList);
    type->Name.Buffer = (WCHAR *)name;
    type->Name.Length = (USHORT)name_bytes;
    type->Name.MaximumLength = (USHORT)(name_bytes + sizeof(WCHAR));
    type->Index = index;
    type->ValidAccessMask = all_access;
    type->Key = tag;
    return type;
}

/* Indices as on Windows XP, where directories, tokens and other types lie in between. */
void NTAPI ObInitialize(void)
{
    PsProcessType = create_type(L"Process", 14, 5, PROCESS_ALL_ACCESS, TAG('P', 'r', 'o', 'c'));
    PsThreadType = create_type(L"Thread", 12, 6, THREAD_ALL_ACCESS, TAG('T', 'h', 'r', 'e'));
    ExEventObjectType = create_type(L"Event", 10, 9, EVENT_ALL_ACCESS, TAG('E', 'v', 'e', 'n'));
    ExSemaphoreObjectType = create_type(L"Semaphore", 18, 13, SEMAPHORE_ALL_ACCESS, TAG('S', 'e', 'm', 'a'));
}

NTSTATUS NTAPI ObpCaptureAttributes(CAPTURED_ATTRIBUTES *Captured, const OBJECT_ATTRIBUTES *UserAttributes)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;
    Captured->Attributes = 0;
    Captured->NameLength = 0;
    if (UserAttributes == NULL)
        return STATUS_SUCCESS;
    if (!MmCopyFromUser(&attributes, UserAttributes, sizeof attributes))
        return STATUS_ACCESS_VIOLATION;
    if (attributes.Length != sizeof attributes)
        return STATUS_INVALID_PARAMETER;
    Captured->Attributes = attributes.Attributes;
    if (attributes.ObjectName == NULL)
        return STATUS_SUCCESS;
    if (!MmCopyFromUser(&name, attributes.ObjectName, sizeof name))
        return STATUS_ACCESS_VIOLATION;
    if (name.Length > OB_MAX_NAME_BYTES || name.Length % sizeof(WCHAR) != 0)
        return STATUS_INVALID_PARAMETER;
    if (!MmCopyFromUser(Captured->Name, name.Buffer, name.Length))
        return STATUS_ACCESS_VIOLATION;
    Captured->NameLength = name.Length;
    return STATUS_SUCCESS;
}

PVOID NTAPI ObCreateObject(OBJECT_TYPE *Type, ULONG Size, const CAPTURED_ATTRIBUTES *Attributes)
{
    ULONG name_length = Attributes != NULL ? Attributes->NameLength : 0;
    ULONG before = name_length != 0 ? sizeof(OBJECT_HEADER_NAME_INFO) : 0;
    UCHAR *block = ExAllocatePool(NonPagedPool, before + sizeof(OBJECT_HEADER) + Size + name_length, Type->Key);
    OBJECT_HEADER *header = (OBJECT_HEADER *)(block + before);
    if (block == NULL)
        return NULL;
    header->PointerCount = 1;
    header->Type = Type;
    if (name_length != 0) {
        OBJECT_HEADER_NAME_INFO *info = (OBJECT_HEADER_NAME_INFO *)block;
        header->NameInfoOffset = (UCHAR)before;
        info->Name.Length = info->Name.MaximumLength = (USHORT)name_length;
        info->Name.Buffer = (WCHAR *)((UCHAR *)header->Body + Size);
        memcpy(info->Name.Buffer, Attributes->Name, name_length);
    }
    Type->TotalNumberOfObjects++;
    return header->Body;
}

OBJECT_HEADER_NAME_INFO *NTAPI ObpNameInfoOf(const OBJECT_HEADER *Header)
{
    return Header->NameInfoOffset != 0 ? (OBJECT_HEADER_NAME_INFO *)((UCHAR *)Header - Header->NameInfoOffset) : NULL;
}

void NTAPI ObDereferenceObject(PVOID Object)
{
    OBJECT_HEADER *header = ObHeaderOf(Object);
    if (--header->PointerCount == 0) {
        header->Type->TotalNumberOfObjects--;
        ExFreePool((UCHAR *)header - header->NameInfoOffset);
    }
}

ACCESS_MASK NTAPI ObpMapAccess(const OBJECT_TYPE *Type, ACCESS_MASK DesiredAccess)
{
    if (DesiredAccess & (GENERIC_ALL | MAXIMUM_ALLOWED))
        return Type->ValidAccessMask;
    return DesiredAccess & Type->ValidAccessMask;
}
