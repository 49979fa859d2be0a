/* Names for the A functions and object attributes for all of them. */
#include "base.h"

BOOL NTAPI BaseStaticUnicode(const char *name, const WCHAR **wide)
{
    TEB *teb = NtCurrentTeb();
    ULONG i;
    *wide = name != NULL ? teb->StaticUnicodeBuffer : NULL;
    if (name == NULL)
        return TRUE;
    for (i = 0; i < sizeof teb->StaticUnicodeBuffer / sizeof(WCHAR); i++) {
        teb->StaticUnicodeBuffer[i] = (UCHAR)name[i];
        if (name[i] == '\0')
            return TRUE;
    }
    return BaseSetLastNtStatus(STATUS_INVALID_PARAMETER);
}

OBJECT_ATTRIBUTES *NTAPI BaseObjectAttributes(OBJECT_ATTRIBUTES *attributes, UNICODE_STRING *string,
                                              const SECURITY_ATTRIBUTES *security, const WCHAR *name)
{
    BOOL inherit = security != NULL && security->bInheritHandle;
    if (name == NULL && !inherit)
        return NULL;
    attributes->Length = sizeof *attributes;
    attributes->RootDirectory = NULL;
    attributes->ObjectName = NULL;
    attributes->Attributes = inherit ? OBJ_INHERIT : 0;
    attributes->SecurityDescriptor = NULL;
    attributes->SecurityQos = NULL;
    if (name != NULL) {
        string->Length = 0;
        string->Buffer = (WCHAR *)name;
        while (name[string->Length / sizeof(WCHAR)] != 0)
            string->Length += sizeof(WCHAR);
        string->MaximumLength = string->Length;
        attributes->ObjectName = string;
    }
    return attributes;
}
