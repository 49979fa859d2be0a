/*
 * The hooks: what each kind of call does to handles. All hooked calls arrive here with their arguments in a row and
 * return the result of the call itself.
 */
#include "on_call.h"

#include "hook.h"
#include "listing.h"
#include "modules.h"

static Word original(const Pending *pending, const Word *arguments) {
  const HookedCall *call = &hooked_calls[pending->call];
  return call_original(call->original, arguments, call->arguments);
}

/* An argument by its number, from 1. */
#define ARGUMENT(number) (pending->caller->arguments[(number) - 1])

static const CallRow *row_of(const Pending *pending) { return &call_rows[pending->call]; }

/* ---- Names ---- */

static const OBJECT_ATTRIBUTES *attributes_of(const Pending *pending) {
  const u8 at = row_of(pending)->name_at;
  return at == 0 || at >= STRING(0) ? NULL : (const OBJECT_ATTRIBUTES *)ARGUMENT(at);
}

/* Whether a file is named by a number instead of a text. */
static int is_named_by_number(const Pending *pending) {
  if (pending->call == CALL_NtCreateFile) return (ARGUMENT(9) & FILE_OPEN_BY_FILE_ID) != 0;
  return pending->call == CALL_NtOpenFile && (ARGUMENT(6) & FILE_OPEN_BY_FILE_ID) != 0;
}

/* The ref of the object name in the call; relative to an open directory or key, it is prefixed with that one's name. */
static u32 name_of(const Pending *pending) {
  const u8 at = row_of(pending)->name_at;
  if (at >= STRING(0)) {
    const UNICODE_STRING *text = (const UNICODE_STRING *)ARGUMENT(at & ~STRING(0));
    return text == NULL ? 0 : log_name(text->Buffer, text->Length);
  }
  const OBJECT_ATTRIBUTES *attributes = attributes_of(pending);
  if (attributes == NULL || attributes->ObjectName == NULL || is_named_by_number(pending)) return 0;
  const UNICODE_STRING *name = attributes->ObjectName;
  const OpenHandle *root = attributes->RootDirectory == NULL ? NULL : log_slot((Word)attributes->RootDirectory, 0);
  const Blob *parent = root == NULL || root->opened == 0 ? NULL : log_at(root->name);
  if (parent == NULL) return log_name(name->Buffer, name->Length);
  if (name->Buffer == NULL || name->Length == 0) return root->name;
  u8 joined[2 * MAX_NAME_BYTES + sizeof(WCHAR)];
  const u32 length = name->Length < MAX_NAME_BYTES ? name->Length : MAX_NAME_BYTES;
  __builtin_memcpy(joined, parent + 1, parent->bytes);
  joined[parent->bytes] = '\\';
  joined[parent->bytes + 1] = 0;
  __builtin_memcpy(joined + parent->bytes + sizeof(WCHAR), name->Buffer, length);
  return log_name((const WCHAR *)joined, parent->bytes + sizeof(WCHAR) + length);
}

/* ---- Bad references ---- */

static int is_open(Word handle) {
  const OpenHandle *slot = log_slot(handle, 0);
  return is_pseudo_handle(handle) || (slot != NULL && ATOMIC_LOAD(&slot->opened) != 0);
}

#define MAX_HANDLES 9 /* 8 arguments and a directory */

/* Collects the handles passed to a call. Pseudo-handles do not count, and NULL counts only where it must be a handle:
   as the first of them, and as the one to copy. It comes last, because others may be bad too. */
static u32 handles_of(const Pending *pending, Word *handles) {
  const OBJECT_ATTRIBUTES *attributes = attributes_of(pending);
  const u8 mask = row_of(pending)->handles & ~pending->foreign;
  const u32 first = mask == 0 ? 0 : 1 + (u32)__builtin_ctz(mask);
  const u32 copied = row_of(pending)->kind == DUPLICATE ? 2 : 0;
  u32 count = 0;
  int has_null = 0;
  for (u32 number = 1; number <= 8; number++) {
    if ((mask >> (number - 1) & 1) == 0 || is_pseudo_handle(ARGUMENT(number))) continue;
    if (ARGUMENT(number) != 0) handles[count++] = ARGUMENT(number);
    else if (number == first || number == copied) has_null = 1;
  }
  if (attributes != NULL && attributes->RootDirectory != NULL) handles[count++] = (Word)attributes->RootDirectory;
  if (has_null) handles[count++] = 0;
  return count;
}

void record_bad_handle(const Pending *pending, u8 flags) {
  Word own[MAX_HANDLES];
  const Word *handles = own;
  u32 count;
  if (row_of(pending)->kind == WAIT_MULTIPLE) {
    count = (u32)ARGUMENT(1) <= MAXIMUM_WAIT_OBJECTS ? (u32)ARGUMENT(1) : 0;
    handles = (const Word *)ARGUMENT(2);
  } else {
    count = handles_of(pending, own);
  }
  /* Asking the system whether a handle is open would be a bad reference itself. */
  for (u32 i = 0; i < count; i++) {
    if ((count == 1 && pending->foreign == 0) || !is_open(handles[i])) {
      record_bad_reference(pending, handles[i], flags);
      return;
    }
  }
  if (pending->foreign == 0) ATOMIC_ADD(&log_header->unplaced, 1); /* else another process's handle is bad */
}

/* Called when a call has returned: records a bad reference if it says that a handle is invalid. */
static void check_handles(const Pending *pending, NTSTATUS status) {
  if (status != STATUS_INVALID_HANDLE || pending->is_raised) return;
  const u32 error = enter();
  record_bad_handle(pending, 0);
  leave(error);
}

/* ---- Processes ---- */

#define PROCESS_BASIC_INFORMATION_CLASS 0u

/* The id of the process behind an open handle; 0 if the handle may not be queried. */
static u32 process_id_of(Word process) {
  Word information[6]; /* PROCESS_BASIC_INFORMATION; UniqueProcessId is the fifth */
  if (process == (Word)CURRENT_PROCESS) return teb_u32(TEB_PROCESS_ID);
  const u32 error = enter();
  const NTSTATUS status = NtQueryInformationProcess((HANDLE)process, PROCESS_BASIC_INFORMATION_CLASS, information, sizeof information, NULL);
  leave(error);
  return NT_SUCCESS(status) ? (u32)information[4] : 0;
}

/* Whether a handle, which may be invalid, refers to this process. */
static int is_this_process(Word process) {
  if (process == (Word)CURRENT_PROCESS) return 1;
  return process != 0 && is_open(process) && process_id_of(process) == teb_u32(TEB_PROCESS_ID);
}

/* ---- Opens ---- */

static void record_opened(const Pending *pending, Word handle, u8 type, u32 name, NTSTATUS status) {
  if (handle == 0 || is_pseudo_handle(handle)) return;
  const u32 error = enter();
  record_open(pending, handle, type != 0 ? type : query_type((HANDLE)handle), name, status);
  leave(error);
}

static u8 type_named(const char *name) {
  const u32 error = enter();
  const u8 type = log_type(name);
  leave(error);
  return type;
}

/* Whether a status means success; a wait that timed out does not. */
static int is_success(NTSTATUS status) { return NT_SUCCESS(status) && status != STATUS_TIMEOUT; }

static Word on_open(const Pending *pending) {
  const Word result = original(pending, pending->caller->arguments);
  const NTSTATUS status = (NTSTATUS)result;
  const Word *out = (const Word *)ARGUMENT(row_of(pending)->out);
  if (is_success(status) && out != NULL) {
    const u32 error = enter();
    const u32 name = name_of(pending);
    leave(error);
    record_opened(pending, *out, hooked_calls[pending->call].type, name, status);
  } else {
    check_handles(pending, status);
  }
  return result;
}

static Word on_reference(const Pending *pending) {
  const Word result = original(pending, pending->caller->arguments);
  check_handles(pending, (NTSTATUS)result);
  return result;
}

/* PS_CREATE_INFO (phnt's ntpsapi.h). */
typedef struct {
  SIZE_T Size;
  ULONG State;
  union {
    HANDLE FailSectionFileHandle; /* PsCreateFailOnSectionCreate */
    HANDLE ExeNameIFEOKey;        /* PsCreateFailExeName */
    struct {
      ULONG OutputFlags;
      HANDLE FileHandle;
      HANDLE SectionHandle;
    } SuccessState; /* PsCreateSuccess */
  };
} CreateInfo;
enum { PsCreateFailOnSectionCreate = 2, PsCreateFailExeName = 5, PsCreateSuccess = 6 };

static Word on_create_process(const Pending *pending) {
  const Word result = original(pending, pending->caller->arguments);
  const NTSTATUS status = (NTSTATUS)result;
  const CreateInfo *info = (const CreateInfo *)ARGUMENT(10);
  const int has_info = info != NULL && info->Size >= sizeof *info;
  if (NT_SUCCESS(status)) {
    ATOMIC_ADD(&log_header->children, 1);
    record_opened(pending, *(const Word *)ARGUMENT(1), type_named("Process"), 0, status);
    record_opened(pending, *(const Word *)ARGUMENT(2), type_named("Thread"), 0, status);
    if (has_info && info->State == PsCreateSuccess) {
      record_opened(pending, (Word)info->SuccessState.FileHandle, type_named("File"), 0, status);
      record_opened(pending, (Word)info->SuccessState.SectionHandle, type_named("Section"), 0, status);
    }
  } else if (has_info && info->State == PsCreateFailOnSectionCreate) {
    record_opened(pending, (Word)info->FailSectionFileHandle, type_named("File"), 0, status);
  } else if (has_info && info->State == PsCreateFailExeName) {
    record_opened(pending, (Word)info->ExeNameIFEOKey, type_named("Key"), 0, status);
  }
  return result;
}

/* A query with one class that opens a handle. */
static Word on_query(const Pending *pending, u32 opening_class) {
  return (u32)ARGUMENT(2) == opening_class ? on_open(pending) : on_reference(pending);
}
#define PROCESS_DEBUG_OBJECT_HANDLE 30u
#define TOKEN_LINKED_TOKEN_CLASS 19u

/* DBGUI_WAIT_STATE_CHANGE (phnt's ntdbg.h), as far as its handles. */
typedef struct {
  ULONG NewState;
  HANDLE AppClientId[2];
  HANDLE handles[4]; /* by state: {thread}, {process, thread, -, file}, {file} */
} DebugStateChange;
enum { DbgCreateThreadStateChange = 2, DbgCreateProcessStateChange = 3, DbgLoadDllStateChange = 9 };

static Word on_debug_event(const Pending *pending) {
  const Word result = original(pending, pending->caller->arguments);
  const NTSTATUS status = (NTSTATUS)result;
  const DebugStateChange *change = (const DebugStateChange *)ARGUMENT(4);
  check_handles(pending, status);
  if (!is_success(status)) return result;
  if (change->NewState == DbgCreateThreadStateChange) {
    record_opened(pending, (Word)change->handles[0], type_named("Thread"), 0, status);
  } else if (change->NewState == DbgCreateProcessStateChange) {
    record_opened(pending, (Word)change->handles[0], type_named("Process"), 0, status);
    record_opened(pending, (Word)change->handles[1], type_named("Thread"), 0, status);
    /* DBGKM_CREATE_PROCESS: a subsystem key of 4 bytes, then the file. */
    record_opened(pending, (Word)change->handles[3], type_named("File"), 0, status);
  } else if (change->NewState == DbgLoadDllStateChange) {
    record_opened(pending, (Word)change->handles[0], type_named("File"), 0, status);
  }
  return result;
}

/* ALPC_MESSAGE_ATTRIBUTES and ALPC_HANDLE_ATTR (phnt's ntlpcapi.h). */
typedef struct {
  ULONG AllocatedAttributes, ValidAttributes;
} AlpcAttributes;
typedef struct {
  ULONG Flags;
  HANDLE Handle; /* or, with ALPC_HANDLE_INDIRECT, a pointer to several */
} AlpcHandle;
#define ALPC_MESSAGE_HANDLE_ATTRIBUTE 0x10000000u
#define ALPC_HANDLE_INDIRECT 0x40000u

static Word on_alpc_receive(const Pending *pending) {
  typedef const AlpcHandle *(NTAPI * GetAttribute)(PVOID attributes, ULONG flag);
  const Word result = original(pending, pending->caller->arguments);
  const NTSTATUS status = (NTSTATUS)result;
  AlpcAttributes *received = (AlpcAttributes *)ARGUMENT(7);
  check_handles(pending, status);
  if (!is_success(status) || received == NULL || !(received->ValidAttributes & ALPC_MESSAGE_HANDLE_ATTRIBUTE)) return result;
  const u32 error = enter();
  const GetAttribute get = (GetAttribute)find_export(ntdll, "AlpcGetMessageAttribute");
  const AlpcHandle *handle = get == NULL ? NULL : get(received, ALPC_MESSAGE_HANDLE_ATTRIBUTE);
  leave(error);
  if (handle != NULL && !(handle->Flags & ALPC_HANDLE_INDIRECT)) record_opened(pending, (Word)handle->Handle, 0, 0, status);
  return result;
}

static Word on_user_open(const Pending *pending) {
  const Word handle = original(pending, pending->caller->arguments);
  if (handle != 0) {
    const u32 error = enter();
    const u32 name = name_of(pending);
    leave(error);
    record_opened(pending, handle, hooked_calls[pending->call].type, name, 0);
  }
  return handle;
}

/* ---- Closes ---- */

static void begin_closing(Pending *pending, Word handle) {
  const u32 error = enter();
  record_closing(pending, handle);
  leave(error);
}

static void end_closing(Pending *pending, u8 kind, NTSTATUS status) {
  const u32 error = enter();
  if (!pending->is_raised) finish_closing(pending, kind, status, 0);
  leave(error);
}

static u8 kind_of_close(NTSTATUS status) {
  if (NT_SUCCESS(status)) return EVENT_CLOSE;
  return status == STATUS_INVALID_HANDLE ? EVENT_BAD_REFERENCE : EVENT_CLOSE_FAILED;
}

static Word on_close(Pending *pending) {
  const Word handle = ARGUMENT(1);
  if (is_pseudo_handle(handle)) return original(pending, pending->caller->arguments);
  begin_closing(pending, handle);
  const Word result = original(pending, pending->caller->arguments);
  end_closing(pending, kind_of_close((NTSTATUS)result), (NTSTATUS)result);
  return result;
}

static Word on_user_close(Pending *pending) {
  begin_closing(pending, ARGUMENT(1));
  const Word result = original(pending, pending->caller->arguments);
  end_closing(pending, (u32)result != 0 ? EVENT_CLOSE : EVENT_CLOSE_FAILED, 0);
  return result;
}

static const char *const pseudo_handle_types[6] = {"Process", "Thread", "Session", "Token", "Token", "Token"};

/* The type and name of the handle that is copied; 0 if they are not known. */
static void source_of_copy(Word handle, u8 *type, u32 *name) {
  *type = 0;
  *name = 0;
  if (is_pseudo_handle(handle)) {
    *type = type_named(pseudo_handle_types[-1 - (LONG_PTR)handle]);
    return;
  }
  const OpenHandle *slot = log_slot(handle, 0);
  if (slot == NULL || slot->opened == 0) return;
  *type = slot->type;
  *name = slot->name;
}

#define OBJECT_HANDLE_FLAG_INFORMATION 4u

/* Whether an open handle is protected from being closed (SetHandleInformation's HANDLE_FLAG_PROTECT_FROM_CLOSE). */
static int is_protected(Word handle) {
  BOOLEAN flags[2]; /* OBJECT_HANDLE_FLAG_INFORMATION: Inherit, ProtectFromClose */
  const u32 error = enter();
  const NTSTATUS status = NtQueryObject((HANDLE)handle, OBJECT_HANDLE_FLAG_INFORMATION, flags, sizeof flags, NULL);
  leave(error);
  return NT_SUCCESS(status) && flags[1];
}

/* The arguments of NtDuplicateObject. */
enum { SOURCE_PROCESS, SOURCE, TARGET_PROCESS, COPY, ACCESS, ATTRIBUTES, OPTIONS, DUPLICATE_ARGUMENTS };

/*
 * With DUPLICATE_CLOSE_SOURCE, the source is closed whatever the call returns (DuplicateHandle's documentation), if it
 * is open. Without a place for the copy's value, the copy is made all the same: the hook provides a place.
 */
static Word on_duplicate(Pending *pending) {
  Word arguments[DUPLICATE_ARGUMENTS + SPARE_ARGUMENTS];
  Word unasked = 0;
  u8 type = 0;
  u32 name = 0;
  __builtin_memcpy(arguments, pending->caller->arguments, sizeof arguments);
  if (arguments[COPY] == 0 && arguments[TARGET_PROCESS] != 0) arguments[COPY] = (Word)&unasked;
  const Word source = arguments[SOURCE];
  const int is_own_source = is_this_process(arguments[SOURCE_PROCESS]);
  if (!is_own_source) pending->foreign = A2;
  const int closes_source = (arguments[OPTIONS] & DUPLICATE_CLOSE_SOURCE) != 0 && is_own_source && !is_pseudo_handle(source);
  const int was_open = is_own_source && is_open(source);
  const int stays_open = closes_source && was_open && is_protected(source);
  if (is_own_source) source_of_copy(source, &type, &name); /* before it may be closed */
  if (closes_source) begin_closing(pending, source);
  const Word result = original(pending, arguments);
  const NTSTATUS status = (NTSTATUS)result;
  if (closes_source) {
    const int was_bad = status == STATUS_INVALID_HANDLE && !was_open;
    end_closing(pending, stays_open ? EVENT_CLOSE_FAILED : was_bad ? EVENT_BAD_REFERENCE : EVENT_CLOSE, status);
  } else {
    check_handles(pending, status);
  }
  const Word *copy = (const Word *)arguments[COPY];
  if (!NT_SUCCESS(status) || copy == NULL || *copy == 0) return result;
  const u32 target = process_id_of(arguments[TARGET_PROCESS]);
  if (target == teb_u32(TEB_PROCESS_ID)) {
    record_opened(pending, *copy, type, name, status);
  } else {
    const u32 error = enter();
    record_given(pending, *copy, type, target);
    leave(error);
  }
  return result;
}

/* ---- The end ---- */

static Word on_terminate(const Pending *pending) {
  if (is_this_process(ARGUMENT(1))) {
    const u32 error = enter();
    record_end((u32)ARGUMENT(2));
    leave(error);
  }
  return on_reference(pending);
}

static Word dispatch(Pending *pending) {
  switch (row_of(pending)->kind) {
  case OPEN:
    return on_open(pending);
  case CLOSE:
    return on_close(pending);
  case DUPLICATE:
    return on_duplicate(pending);
  case CREATE_PROCESS:
    return on_create_process(pending);
  case QUERY_PROCESS:
    return on_query(pending, PROCESS_DEBUG_OBJECT_HANDLE);
  case QUERY_TOKEN:
    return on_query(pending, TOKEN_LINKED_TOKEN_CLASS);
  case WAIT_DEBUG:
    return on_debug_event(pending);
  case ALPC_RECEIVE:
    return on_alpc_receive(pending);
  case TERMINATE:
    return on_terminate(pending);
  case USER_OPEN:
    return on_user_open(pending);
  case USER_CLOSE:
    return on_user_close(pending);
  default:
    return on_reference(pending);
  }
}

static int changes_handles(u8 kind) { return kind != REFERENCE && kind != WAIT_MULTIPLE && kind != QUERY_PROCESS && kind != QUERY_TOKEN; }

/* Called by hook_entry. */
Word on_call(u32 call, const Caller *caller) {
  if (!is_recording() || is_guarded()) {
    if (is_recording() && changes_handles(call_rows[call].kind)) ATOMIC_ADD(&log_header->reentered, 1);
    return call_original(hooked_calls[call].original, caller->arguments, hooked_calls[call].arguments);
  }
  if (is_guard_forgotten()) {
    ATOMIC_ADD(&log_header->given_up, 1);
    set_teb_word(guard_place, 0);
  }
  Pending pending = {.outer = pending_call(), .caller = caller, .returns = caller->arguments[-1], .call = call};
  set_teb_word(pending_place, (Word)&pending);
  const Word result = dispatch(&pending);
  set_teb_word(pending_place, (Word)pending.outer);
  return result;
}
