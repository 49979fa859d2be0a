/*
 * Handle tables: a tree of pages with entries in its leaves, and a list of free handles threaded through the entries.
 *
 * A handle is the entry's index times 4. A new page's free entries are listed from the highest down, as XP's handle
 * values near 7FC show. A freed handle is used next, until tracing makes the table strictly FIFO: then it is used last.
 */
#include "ex/ex.h"
#include "ke/ke.h"
#include "ps/ps.h"

#define TABLE_PAGE 0x1000
#define ENTRIES_PER_PAGE (TABLE_PAGE / sizeof(HANDLE_TABLE_ENTRY))
#define TABLES_PER_PAGE (TABLE_PAGE / sizeof(PVOID))
#define TOP_TABLES 32
#define HANDLES_PER_LEAF (ENTRIES_PER_PAGE * 4)
#define HANDLES_PER_MIDDLE (TABLES_PER_PAGE * HANDLES_PER_LEAF)
#define MAX_HANDLE (TOP_TABLES * HANDLES_PER_MIDDLE)
#define LEVEL_MASK 0x3
#define TAG_BITS 0x3

LIST_ENTRY HandleTableListHead = {&HandleTableListHead, &HandleTableListHead};

HANDLE_TABLE *NTAPI ExCreateHandleTable(EPROCESS *Process)
{
    HANDLE_TABLE *table = ExAllocatePool(PagedPool, sizeof *table, TAG('O', 'b', 't', 'b'));
    if (table == NULL)
        return NULL;
    table->QuotaProcess = Process;
    table->UniqueProcessId = Process->UniqueProcessId;
    InsertTailList(&HandleTableListHead, &table->HandleTableList);
    return table;
}

static PVOID allocate_page(void)
{
    return ExAllocatePool(PagedPool, TABLE_PAGE, TAG('O', 'b', 't', 'b'));
}

static ULONG levels(const HANDLE_TABLE *table)
{
    return table->TableCode & LEVEL_MASK;
}

static PVOID top_table(const HANDLE_TABLE *table)
{
    return (PVOID)(table->TableCode & ~(ULONG)LEVEL_MASK);
}

/* Puts a page above the tree, with the tree as its first child. */
static BOOLEAN add_level(HANDLE_TABLE *table)
{
    PVOID *page = allocate_page();
    if (page == NULL)
        return FALSE;
    page[0] = top_table(table);
    table->TableCode = (ULONG)page | (levels(table) + 1);
    return TRUE;
}

/* Where the pointer to the leaf of `handle` is stored, NULL: no room. Allocates the middle table if it is missing. */
static PVOID *leaf_slot(HANDLE_TABLE *table, ULONG handle)
{
    PVOID *top = top_table(table);
    PVOID **middle;
    if (levels(table) == 1)
        return &top[handle / HANDLES_PER_LEAF];
    middle = (PVOID **)&top[handle / HANDLES_PER_MIDDLE];
    if (*middle == NULL)
        *middle = allocate_page();
    return *middle == NULL ? NULL : &(*middle)[handle % HANDLES_PER_MIDDLE / HANDLES_PER_LEAF];
}

/* Adds a leaf at NextHandleNeedingPool; all its entries but the first, which is reserved, become the free list. */
static BOOLEAN add_leaf(HANDLE_TABLE *table)
{
    ULONG first = table->NextHandleNeedingPool, handle;
    ULONG needed_levels = first < HANDLES_PER_LEAF ? 0 : first < HANDLES_PER_MIDDLE ? 1 : 2;
    HANDLE_TABLE_ENTRY *leaf;
    if (first >= MAX_HANDLE)
        return FALSE;
    if (levels(table) < needed_levels && !add_level(table))
        return FALSE;
    leaf = allocate_page();
    if (leaf == NULL)
        return FALSE;
    if (first == 0) {
        table->TableCode = (ULONG)leaf;
    } else {
        PVOID *slot = leaf_slot(table, first);
        if (slot == NULL) {
            ExFreePool(leaf);
            return FALSE;
        }
        *slot = leaf;
    }
    for (handle = first + 4; handle < first + HANDLES_PER_LEAF; handle += 4)
        leaf[(handle - first) / 4].NextFreeTableEntry = handle - 4 > first ? handle - 4 : 0;
    table->FirstFree = first + HANDLES_PER_LEAF - 4;
    table->LastFree = first + 4;
    table->NextHandleNeedingPool = first + HANDLES_PER_LEAF;
    return TRUE;
}

HANDLE_TABLE_ENTRY *NTAPI ExpLookupHandleTableEntry(HANDLE_TABLE *Table, HANDLE Handle)
{
    ULONG handle = (ULONG)Handle & ~(ULONG)TAG_BITS;
    PVOID table = top_table(Table);
    if (handle >= Table->NextHandleNeedingPool || handle % HANDLES_PER_LEAF == 0)
        return NULL;
    if (levels(Table) == 2)
        table = ((PVOID *)table)[handle / HANDLES_PER_MIDDLE];
    if (levels(Table) >= 1)
        table = ((PVOID *)table)[handle % HANDLES_PER_MIDDLE / HANDLES_PER_LEAF];
    return (HANDLE_TABLE_ENTRY *)table + handle % HANDLES_PER_LEAF / 4;
}

ULONG NTAPI ExpAllocateHandle(HANDLE_TABLE *Table)
{
    ULONG handle;
    if (Table->FirstFree == 0 && !add_leaf(Table))
        return 0;
    handle = Table->FirstFree;
    Table->FirstFree = ExpLookupHandleTableEntry(Table, (HANDLE)handle)->NextFreeTableEntry;
    if (Table->FirstFree == 0)
        Table->LastFree = 0;
    Table->HandleCount++;
    return handle;
}

void NTAPI ExpFreeHandle(HANDLE_TABLE *Table, ULONG Handle, HANDLE_TABLE_ENTRY *Entry)
{
    ULONG handle = Handle & ~(ULONG)TAG_BITS;
    Entry->Object = 0;
    if (Table->FirstFree == 0) {
        Entry->NextFreeTableEntry = 0;
        Table->FirstFree = Table->LastFree = handle;
    } else if (Table->StrictFIFO) {
        Entry->NextFreeTableEntry = 0;
        ExpLookupHandleTableEntry(Table, (HANDLE)Table->LastFree)->NextFreeTableEntry = handle;
        Table->LastFree = handle;
    } else {
        Entry->NextFreeTableEntry = Table->FirstFree;
        Table->FirstFree = handle;
    }
    Table->HandleCount--;
}

HANDLE NTAPI ExNextHandle(HANDLE_TABLE *Table, HANDLE Handle)
{
    ULONG handle;
    for (handle = (ULONG)Handle + 4; handle < Table->NextHandleNeedingPool; handle += 4) {
        HANDLE_TABLE_ENTRY *entry = ExpLookupHandleTableEntry(Table, (HANDLE)handle);
        if (entry != NULL && entry->Object != 0)
            return (HANDLE)handle;
    }
    return NULL;
}

void NTAPI ExDestroyHandleTable(HANDLE_TABLE *Table)
{
    PVOID *top = top_table(Table);
    ULONG leaf, middle;
    for (leaf = 0; levels(Table) > 0 && leaf < Table->NextHandleNeedingPool; leaf += HANDLES_PER_LEAF)
        ExFreePool(*leaf_slot(Table, leaf));
    for (middle = 0; levels(Table) == 2 && middle < TOP_TABLES && top[middle] != NULL; middle++)
        ExFreePool(top[middle]);
    if (top != NULL)
        ExFreePool(top);
    ExDisableHandleTracing(Table);
    RemoveEntryList(&Table->HandleTableList);
    ExFreePool(Table);
}
