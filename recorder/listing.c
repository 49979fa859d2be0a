#include "listing.h"

#include "record.h"

#define SYSTEM_EXTENDED_HANDLE_INFORMATION 64u /* of all processes */
#define PROCESS_HANDLE_INFORMATION 51u         /* of this one, since Windows 8 */
#define OBJECT_NAME_INFORMATION 1u

/* SYSTEM_HANDLE_INFORMATION_EX and its entries (phnt's ntexapi.h). */
typedef struct {
  PVOID Object;
  ULONG_PTR UniqueProcessId;
  ULONG_PTR HandleValue;
  ACCESS_MASK GrantedAccess;
  USHORT CreatorBackTraceIndex;
  USHORT ObjectTypeIndex;
  ULONG HandleAttributes;
  ULONG Reserved;
} SystemHandle;
typedef struct {
  ULONG_PTR NumberOfHandles;
  ULONG_PTR Reserved;
  SystemHandle Handles[];
} SystemHandles;

/* PROCESS_HANDLE_SNAPSHOT_INFORMATION and its entries (phnt's ntpsapi.h). */
typedef struct {
  HANDLE HandleValue;
  ULONG_PTR HandleCount;
  ULONG_PTR PointerCount;
  ACCESS_MASK GrantedAccess;
  ULONG ObjectTypeIndex;
  ULONG HandleAttributes;
  ULONG Reserved;
} ProcessHandle;
typedef struct {
  ULONG_PTR NumberOfHandles;
  ULONG_PTR Reserved;
  ProcessHandle Handles[];
} ProcessHandles;

#define FIRST_SIZE 0x40000u
#define MAX_SIZE 0x10000000u

static void *allocate(SIZE_T size) {
  PVOID base = NULL;
  return NT_SUCCESS(NtAllocateVirtualMemory(CURRENT_PROCESS, &base, 0, &size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE)) ? base : NULL;
}

static void release(void *memory) {
  PVOID base = memory;
  SIZE_T size = 0;
  NtFreeVirtualMemory(CURRENT_PROCESS, &base, &size, MEM_RELEASE);
}

/* A list of this process's handles, or of all processes' with `is_of_all`; NULL if the system returns none. */
static void *query_handles(int *is_of_all) {
  *is_of_all = 0;
  for (u32 size = FIRST_SIZE; size <= MAX_SIZE; size *= 2) {
    ULONG needed = 0;
    NTSTATUS status;
    void *buffer = allocate(size);
    if (buffer == NULL) return NULL;
    if (!*is_of_all) {
      status = NtQueryInformationProcess(CURRENT_PROCESS, PROCESS_HANDLE_INFORMATION, buffer, size, &needed);
      *is_of_all = !NT_SUCCESS(status) && status != STATUS_INFO_LENGTH_MISMATCH;
    }
    if (*is_of_all) status = NtQuerySystemInformation(SYSTEM_EXTENDED_HANDLE_INFORMATION, buffer, size, &needed);
    if (NT_SUCCESS(status)) return buffer;
    release(buffer);
    if (status != STATUS_INFO_LENGTH_MISMATCH) return NULL;
  }
  return NULL;
}

static int is_type(u8 type, const char *name) { return type == log_type(name); }

/* The name of a handle's object. Not for files: a query of a pipe that another thread waits on would never return. */
static u32 query_name(HANDLE handle, u8 type) {
  union {
    UNICODE_STRING name; /* OBJECT_NAME_INFORMATION */
    u8 bytes[sizeof(UNICODE_STRING) + MAX_NAME_BYTES];
  } information;
  ULONG size;
  if (is_type(type, "File") || !NT_SUCCESS(NtQueryObject(handle, OBJECT_NAME_INFORMATION, &information, sizeof information, &size)))
    return 0;
  return log_name(information.name.Buffer, information.name.Length);
}

static void list_handle(ListedHandle *entry, Word handle, ACCESS_MASK access) {
  entry->handle = (u32)handle;
  entry->access = access;
  entry->type = query_type((HANDLE)handle);
  entry->name = query_name((HANDLE)handle, (u8)entry->type);
}

static u32 count_handles(const void *list, int is_of_all) {
  const SystemHandles *all = list;
  u32 count = 0;
  if (!is_of_all) return (u32)((const ProcessHandles *)list)->NumberOfHandles;
  for (u32 i = 0; i < all->NumberOfHandles; i++) count += all->Handles[i].UniqueProcessId == teb_word(TEB_PROCESS_ID);
  return count;
}

static void fill_listing(Listing *listing, const void *list, int is_of_all) {
  ListedHandle *entries = (ListedHandle *)(listing + 1);
  const ProcessHandles *own = list;
  const SystemHandles *all = list;
  u32 filled = 0;
  for (u32 i = 0; filled < listing->count; i++) {
    if (!is_of_all) {
      list_handle(&entries[filled++], (Word)own->Handles[i].HandleValue, own->Handles[i].GrantedAccess);
    } else if (all->Handles[i].UniqueProcessId == teb_word(TEB_PROCESS_ID)) {
      list_handle(&entries[filled++], all->Handles[i].HandleValue, all->Handles[i].GrantedAccess);
    }
  }
}

/* Makes and records a listing; NULL if that is not possible. */
static const Listing *record_listing(u32 kind) {
  const u64 before = ATOMIC_LOAD(&log_header->next_event);
  int is_of_all;
  void *list = query_handles(&is_of_all);
  if (list == NULL) return NULL;
  const u64 after = ATOMIC_LOAD(&log_header->next_event);
  const u32 count = count_handles(list, is_of_all);
  const u32 ref = log_allocate(sizeof(Listing) + count * sizeof(ListedHandle));
  Listing *listing = log_at(ref);
  if (listing == NULL) {
    ATOMIC_ADD(&log_header->lost_modules, 1);
  } else {
    listing->kind = kind;
    listing->before = before;
    listing->after = after;
    listing->time = performance_counter();
    listing->count = count;
    fill_listing(listing, list, is_of_all);
    log_push(&log_header->listings, ref);
  }
  release(list);
  return listing;
}

void record_existing(void) {
  const Listing *listing = record_listing(LISTING_START);
  if (listing == NULL) return;
  const ListedHandle *entries = (const ListedHandle *)(listing + 1);
  for (u32 i = 0; i < listing->count; i++) {
    OpenHandle *slot = log_slot(entries[i].handle, 1);
    if (slot == NULL) {
      ATOMIC_ADD(&log_header->lost_handles, 1);
    } else if (ATOMIC_LOAD(&slot->opened) == 0) { /* else a hook has seen it opened in the meantime */
      const OpenHandle existing = {listing->before, listing->time, 0, entries[i].name, 0, 0, (u8)entries[i].type, FLAG_EXISTING};
      log_put(slot, &existing);
    }
  }
}

void record_end(u32 exit_status) {
  u32 recording = STATE_RECORDING;
  record_listing(LISTING_END);
  log_header->exit_status = exit_status;
  log_header->end_counter = performance_counter();
  ATOMIC_REPLACE(&log_header->state, &recording, STATE_ENDED);
}
