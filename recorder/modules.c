#include "modules.h"

#include "hook.h"
#include "thread.h"

/* LDR_DLL_NOTIFICATION_DATA (LdrRegisterDllNotification's documentation). */
typedef struct {
  ULONG Flags;
  const UNICODE_STRING *FullDllName;
  const UNICODE_STRING *BaseDllName;
  PVOID DllBase;
  ULONG SizeOfImage;
} DllNotification;
enum { LDR_DLL_LOADED = 1, LDR_DLL_UNLOADED = 2 };

/* LDR_DATA_TABLE_ENTRY (winternl.h, phnt's ntldr.h), as far as it is read. */
typedef struct {
  LIST_ENTRY InLoadOrderLinks, InMemoryOrderLinks, InInitializationOrderLinks;
  PVOID DllBase;
  PVOID EntryPoint;
  ULONG SizeOfImage;
  UNICODE_STRING FullDllName;
  UNICODE_STRING BaseDllName;
} LoaderEntry;

static int is_within(const Module *module, u64 address) { return address >= module->base && address - module->base < module->size; }

const Module *module_at(u64 address) {
  for (const Module *module = log_at(ATOMIC_LOAD(&log_header->modules)); module != NULL; module = log_at(module->next)) {
    if (is_within(module, address) && module->unloaded == 0) return module;
  }
  return NULL;
}

/* ---- The headers of an image ---- */

/* Copies bytes of an image; returns 0 if they are missing. A copy by the system cannot fault. */
static int read_image(u64 base, u32 image_size, u32 rva, void *to, u32 size) {
  SIZE_T copied;
  return rva < image_size && size <= image_size - rva &&
         NT_SUCCESS(NtReadVirtualMemory(CURRENT_PROCESS, (const void *)(Word)(base + rva), to, size, &copied)) && copied == size;
}

typedef struct {
  u32 signature; /* "RSDS" */
  u8 guid[16];
  u32 age;
  char path[260];
} CodeView;
#define RSDS 0x53445352u
#define MAX_DEBUG_ENTRIES 32u

static u32 length_of(const char *text, u32 most) {
  u32 length = 0;
  while (length < most && text[length] != '\0') length++;
  return length;
}

static void read_pdb(Module *module, const IMAGE_DATA_DIRECTORY *debug) {
  IMAGE_DEBUG_DIRECTORY entry;
  CodeView record;
  const u32 count = debug->Size / sizeof entry;
  for (u32 i = 0; i < count && i < MAX_DEBUG_ENTRIES; i++) {
    if (!read_image(module->base, module->size, debug->VirtualAddress + i * sizeof entry, &entry, sizeof entry)) return;
    if (entry.Type != IMAGE_DEBUG_TYPE_CODEVIEW || entry.SizeOfData <= __builtin_offsetof(CodeView, path)) continue;
    const u32 size = entry.SizeOfData < sizeof record ? entry.SizeOfData : sizeof record;
    if (!read_image(module->base, module->size, entry.AddressOfRawData, &record, size) || record.signature != RSDS) continue;
    __builtin_memcpy(module->pdb_guid, record.guid, sizeof record.guid);
    module->pdb_age = record.age;
    module->pdb_path = log_intern(BLOB_BYTES, 0, record.path, length_of(record.path, size - __builtin_offsetof(CodeView, path)));
    return;
  }
}

typedef union {
  IMAGE_NT_HEADERS32 narrow;
  IMAGE_NT_HEADERS64 wide;
} NtHeaders;

static int read_headers(u64 base, u32 image_size, NtHeaders *headers) {
  IMAGE_DOS_HEADER dos;
  return read_image(base, image_size, 0, &dos, sizeof dos) && dos.e_magic == IMAGE_DOS_SIGNATURE &&
         read_image(base, image_size, (u32)dos.e_lfanew, headers, sizeof *headers) &&
         headers->narrow.Signature == IMAGE_NT_SIGNATURE;
}

static const IMAGE_DATA_DIRECTORY *directory_of(const NtHeaders *headers, u32 index) {
  return headers->narrow.OptionalHeader.Magic == IMAGE_NT_OPTIONAL_HDR64_MAGIC
             ? &headers->wide.OptionalHeader.DataDirectory[index]
             : &headers->narrow.OptionalHeader.DataDirectory[index];
}

void *find_export(HMODULE image, const char *name) {
  const u64 base = (Word)image;
  const u8 *bytes = (const u8 *)image;
  NtHeaders headers;
  IMAGE_EXPORT_DIRECTORY exports;
  if (!read_headers(base, ~0u, &headers)) return NULL;
  const u32 size = headers.narrow.OptionalHeader.SizeOfImage; /* at the same offset in both widths */
  if (!read_image(base, size, directory_of(&headers, IMAGE_DIRECTORY_ENTRY_EXPORT)->VirtualAddress, &exports, sizeof exports))
    return NULL;
  const u32 *names = (const u32 *)(bytes + exports.AddressOfNames);
  u32 low = 0, high = exports.NumberOfNames;
  while (low < high) {
    const u32 middle = (low + high) / 2;
    const char *found = (const char *)bytes + names[middle];
    u32 i = 0;
    while (found[i] == name[i] && name[i] != '\0') i++;
    if (found[i] == name[i]) {
      const u16 ordinal = ((const u16 *)(bytes + exports.AddressOfNameOrdinals))[middle];
      return (void *)(bytes + ((const u32 *)(bytes + exports.AddressOfFunctions))[ordinal]);
    }
    if ((u8)found[i] < (u8)name[i]) low = middle + 1;
    else high = middle;
  }
  return NULL;
}

/* ---- Loads and unloads ---- */

#define FUNCTION_SIZE 12u /* RUNTIME_FUNCTION of x64 */

static int is_same_image(const Module *a, const Module *b) {
  return a->base == b->base && a->size == b->size && a->timestamp == b->timestamp && a->path == b->path;
}

/* The last module that was where another one is now, if any. */
static Module *predecessor_of(const Module *module) {
  for (Module *old = log_at(ATOMIC_LOAD(&log_header->modules)); old != NULL; old = log_at(old->next)) {
    if (old->base < module->base + module->size && module->base < old->base + old->size) return old;
  }
  return NULL;
}

static void read_functions(Module *module, const IMAGE_DATA_DIRECTORY *exceptions) {
  const u32 end = exceptions->VirtualAddress + exceptions->Size;
  if (end < exceptions->VirtualAddress || end > module->size) return;
  module->functions = exceptions->VirtualAddress;
  module->function_count = exceptions->Size / FUNCTION_SIZE;
}

static void describe_module(Module *module, u64 base, u32 size, const UNICODE_STRING *path) {
  NtHeaders headers;
  module->base = base;
  module->size = size;
  module->path = log_name(path->Buffer, path->Length);
  if (!read_headers(base, size, &headers)) return;
  module->timestamp = headers.narrow.FileHeader.TimeDateStamp;
  read_functions(module, directory_of(&headers, IMAGE_DIRECTORY_ENTRY_EXCEPTION));
  read_pdb(module, directory_of(&headers, IMAGE_DIRECTORY_ENTRY_DEBUG));
}

/* Records a module. An image that comes back to its place is the same module as before, with the same addresses. If
   another image was there, addresses of old stacks belong to that one: `generation` distinguishes them. */
static void record_load(u64 base, u32 size, const UNICODE_STRING *path, int was_there) {
  const Module *known = module_at(base);
  if (known != NULL && known->base == base) return; /* Wine also announces modules loaded before recording began */
  Module found = {.loaded_time = performance_counter()};
  describe_module(&found, base, size, path);
  if (!was_there) found.loaded = ATOMIC_LOAD(&log_header->next_event);
  Module *old = predecessor_of(&found);
  if (old != NULL && is_same_image(old, &found)) {
    ATOMIC_STORE(&old->unloaded, 0);
    return;
  }
  if (old != NULL) ATOMIC_ADD(&log_header->generation, 1);
  found.generation = log_header->generation;
  const u32 ref = log_header->kept_modules == MAX_MODULES ? 0 : log_allocate(sizeof found);
  if (ref == 0) {
    ATOMIC_ADD(&log_header->lost_modules, 1);
    return;
  }
  log_header->kept_modules++;
  *(Module *)log_at(ref) = found;
  log_push(&log_header->modules, ref);
}

static void record_unload(u64 base) {
  Module *module = (Module *)module_at(base);
  if (module != NULL && module->base == base) {
    module->unloaded_time = performance_counter();
    ATOMIC_STORE(&module->unloaded, ATOMIC_LOAD(&log_header->next_event));
  }
  forget_code();
}

static int is_win32u(const UNICODE_STRING *name) {
  static const char win32u[] = "win32u.dll";
  const u32 length = sizeof win32u - 1;
  if (name->Length != length * sizeof(WCHAR)) return 0;
  for (u32 i = 0; i < length; i++) {
    if ((name->Buffer[i] | 0x20) != (win32u[i] | 0x20)) return 0;
  }
  return 1;
}

static void hook_win32u(HMODULE win32u) { hook_calls(win32u, FIRST_USER_CALL, END_OF_USER_CALLS); }

/* Called with the loader's lock held, before the module is bound and run, in time to hook it. */
static void CALLBACK on_module(ULONG reason, const DllNotification *module, void *context) {
  (void)context;
  if (is_guarded()) {
    ATOMIC_ADD(&log_header->lost_modules, 1);
    return;
  }
  const u32 error = enter();
  if (reason == LDR_DLL_LOADED) {
    record_load((Word)module->DllBase, module->SizeOfImage, module->FullDllName, 0);
    if (is_win32u(module->BaseDllName)) hook_win32u(module->DllBase);
  } else if (reason == LDR_DLL_UNLOADED) {
    record_unload((Word)module->DllBase);
  }
  leave(error);
}

void record_modules(void) {
  const u8 *peb = (const u8 *)teb_word(TEB_PEB);
  const u8 *loader = *(const u8 *const *)(peb + PEB_LDR);
  const LIST_ENTRY *head = (const LIST_ENTRY *)(loader + LDR_LOAD_ORDER);
  HMODULE win32u = NULL;
  void *cookie;
  for (const LIST_ENTRY *link = head->Flink; link != head; link = link->Flink) {
    const LoaderEntry *entry = CONTAINING_RECORD(link, LoaderEntry, InLoadOrderLinks);
    record_load((Word)entry->DllBase, entry->SizeOfImage, &entry->FullDllName, 1);
    if (is_win32u(&entry->BaseDllName)) win32u = entry->DllBase;
  }
  hook_win32u(win32u);
  LdrRegisterDllNotification(0, (void *)on_module, NULL, &cookie);
}
