/* NtQueryObject: the counts, name and type of the object that a handle refers to. */
#include "ke/ke.h"
#include "mm/mm.h"
#include "ntcalls.h"
#include "ob/ob.h"
#include "ps/ps.h"

#define ObjectBasicInformation 0
#define ObjectNameInformation 1
#define ObjectTypeInformation 2

/* OBJECT_BASIC_INFORMATION */
typedef struct BASIC_INFORMATION {
    ULONG Attributes;         /* 00 OBJ_ bits */
    ACCESS_MASK GrantedAccess; /* 04 */
    ULONG HandleCount;        /* 08 */
    ULONG PointerCount;       /* 0C */
    ULONG Unused10[10];       /* charges, sizes and times that the guest does not keep */
} BASIC_INFORMATION;
CHECK_SIZE(BASIC_INFORMATION, 0x38);

/* OBJECT_TYPE_INFORMATION; the characters of its name follow. */
typedef struct TYPE_INFORMATION {
    UNICODE_STRING TypeName;     /* 00 */
    ULONG TotalNumberOfObjects;  /* 08 */
    ULONG TotalNumberOfHandles;  /* 0C */
    ULONG Unused10[12];
    ACCESS_MASK ValidAccessMask; /* 40 */
    ULONG Unused44[7];
} TYPE_INFORMATION;
CHECK_OFFSET(TYPE_INFORMATION, ValidAccessMask, 0x40);
CHECK_SIZE(TYPE_INFORMATION, 0x60);

/* Copies a string's characters and a terminator to `target` in user memory. */
static BOOLEAN copy_string(UCHAR *target, const UNICODE_STRING *string)
{
    WCHAR terminator = 0;
    return MmCopyToUser(target, string->Buffer, string->Length) &&
           MmCopyToUser(target + string->Length, &terminator, sizeof terminator);
}

static NTSTATUS query_basic(HANDLE handle, const OBJECT_HEADER *header, PVOID buffer, ULONG length, ULONG *needed)
{
    BASIC_INFORMATION information;
    HANDLE_TABLE_ENTRY *entry = ExpLookupHandleTableEntry(PsGetCurrentProcess()->ObjectTable, handle);
    *needed = sizeof information;
    if (length != sizeof information)
        return STATUS_INFO_LENGTH_MISMATCH;
    memset(&information, 0, sizeof information);
    if (entry != NULL) { /* NULL for a pseudo-handle */
        information.Attributes = ObpAttributesOfEntry(entry);
        information.GrantedAccess = entry->GrantedAccess & ACCESS_MASK_BITS;
    }
    information.HandleCount = (ULONG)header->HandleCount;
    information.PointerCount = (ULONG)header->PointerCount - 1; /* without this call's own reference */
    return MmCopyToUser(buffer, &information, sizeof information) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS query_name(const OBJECT_HEADER *header, PVOID buffer, ULONG length, ULONG *needed)
{
    UNICODE_STRING string = {0, 0, NULL};
    const OBJECT_HEADER_NAME_INFO *info = ObpNameInfoOf(header);
    UCHAR *characters = (UCHAR *)buffer + sizeof string;
    if (info == NULL) {
        *needed = sizeof string;
        if (length < *needed)
            return STATUS_INFO_LENGTH_MISMATCH;
        return MmCopyToUser(buffer, &string, sizeof string) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
    }
    *needed = sizeof string + info->Name.Length + sizeof(WCHAR);
    if (length < *needed)
        return STATUS_INFO_LENGTH_MISMATCH;
    string.Length = info->Name.Length;
    string.MaximumLength = (USHORT)(info->Name.Length + sizeof(WCHAR));
    string.Buffer = (WCHAR *)characters;
    return MmCopyToUser(buffer, &string, sizeof string) && copy_string(characters, &info->Name)
               ? STATUS_SUCCESS
               : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS query_type(const OBJECT_TYPE *type, PVOID buffer, ULONG length, ULONG *needed)
{
    TYPE_INFORMATION information;
    UCHAR *characters = (UCHAR *)buffer + sizeof information;
    *needed = sizeof information + type->Name.MaximumLength;
    if (length < *needed)
        return STATUS_INFO_LENGTH_MISMATCH;
    memset(&information, 0, sizeof information);
    information.TypeName = type->Name;
    information.TypeName.Buffer = (WCHAR *)characters;
    information.TotalNumberOfObjects = type->TotalNumberOfObjects;
    information.TotalNumberOfHandles = type->TotalNumberOfHandles;
    information.ValidAccessMask = type->ValidAccessMask;
    return MmCopyToUser(buffer, &information, sizeof information) && copy_string(characters, &type->Name)
               ? STATUS_SUCCESS
               : STATUS_ACCESS_VIOLATION;
}

NTSTATUS NTAPI NtQueryObject(HANDLE Handle, ULONG ObjectInformationClass, PVOID ObjectInformation, ULONG Length,
                             ULONG *ReturnLength)
{
    PVOID object;
    ULONG needed = 0;
    NTSTATUS status = ObReferenceObjectByHandle(Handle, 0, NULL, &object);
    if (!NT_SUCCESS(status))
        return status;
    switch (ObjectInformationClass) {
    case ObjectBasicInformation:
        status = query_basic(Handle, ObHeaderOf(object), ObjectInformation, Length, &needed);
        break;
    case ObjectNameInformation:
        status = query_name(ObHeaderOf(object), ObjectInformation, Length, &needed);
        break;
    case ObjectTypeInformation:
        status = query_type(ObHeaderOf(object)->Type, ObjectInformation, Length, &needed);
        break;
    default:
        status = STATUS_INVALID_INFO_CLASS;
    }
    ObDereferenceObject(object);
    if (ReturnLength != NULL && !MmCopyToUser(ReturnLength, &needed, sizeof needed))
        return STATUS_ACCESS_VIOLATION;
    return status;
}
