/*
 * The two pools: first fit over the blocks in address order; neighbouring free blocks are merged.
 *
 * NT's pools keep lists by size. Allocations here are small and long-lived, and first fit packs them in the order
 * of allocation, so addresses depend only on the boot sequence and on where the machine places the start of a pool.
 */
#include "ex/ex.h"
#include "ke/ke.h"

/* Before every block, in use or free. */
typedef struct POOL_HEADER {
    ULONG Length; /* of the block with this header, a multiple of 8 */
    ULONG Tag;    /* four characters, 0: the block is free */
} POOL_HEADER;

#define POOL_GRANULARITY 8

typedef struct POOL {
    UCHAR *Start, *End;
    POOL_HEADER *FirstFree; /* no free block begins below it, so searches start here */
} POOL;

static POOL pools[2];

static void initialize_pool(POOL *pool, ULONG start, ULONG end)
{
    pool->Start = (UCHAR *)start;
    pool->End = (UCHAR *)end;
    pool->FirstFree = (POOL_HEADER *)start;
    pool->FirstFree->Length = end - start;
    pool->FirstFree->Tag = 0;
}

void NTAPI ExInitializePools(ULONG NonPagedStart, ULONG NonPagedEnd, ULONG PagedStart, ULONG PagedEnd)
{
    initialize_pool(&pools[NonPagedPool], NonPagedStart, NonPagedEnd);
    initialize_pool(&pools[PagedPool], PagedStart, PagedEnd);
}

static POOL_HEADER *next_block(POOL_HEADER *block)
{
    return (POOL_HEADER *)((UCHAR *)block + block->Length);
}

/* Merges the free blocks that follow `block` into it, and returns whether it is then long enough. */
static BOOLEAN fits(POOL_HEADER *block, UCHAR *end, ULONG length)
{
    while ((UCHAR *)next_block(block) < end && next_block(block)->Tag == 0)
        block->Length += next_block(block)->Length;
    return block->Length >= length;
}

/* Shortens a free block to `length`; the rest becomes another free block. */
static void split(POOL_HEADER *block, ULONG length)
{
    if (block->Length > length) {
        POOL_HEADER *rest = (POOL_HEADER *)((UCHAR *)block + length);
        rest->Length = block->Length - length;
        rest->Tag = 0;
        block->Length = length;
    }
}

PVOID NTAPI ExAllocatePool(POOL_TYPE Type, ULONG Length, ULONG Tag)
{
    POOL *pool = &pools[Type];
    POOL_HEADER *block, *first_free = NULL;
    ULONG length = (Length + sizeof(POOL_HEADER) + POOL_GRANULARITY - 1) & ~(ULONG)(POOL_GRANULARITY - 1);
    if (length < Length)
        return NULL;
    for (block = pool->FirstFree; (UCHAR *)block < pool->End; block = next_block(block)) {
        if (block->Tag != 0)
            continue;
        if (first_free == NULL)
            first_free = block;
        if (fits(block, pool->End, length)) {
            split(block, length);
            block->Tag = Tag;
            pool->FirstFree = block == first_free ? next_block(block) : first_free;
            memset(block + 1, 0, block->Length - sizeof *block);
            return block + 1;
        }
    }
    return NULL;
}

void NTAPI ExFreePool(PVOID Block)
{
    POOL_HEADER *block = (POOL_HEADER *)Block - 1;
    ULONG type;
    block->Tag = 0;
    for (type = 0; type < 2; type++) {
        POOL *pool = &pools[type];
        if ((UCHAR *)block >= pool->Start && (UCHAR *)block < pool->End && block < pool->FirstFree)
            pool->FirstFree = block;
    }
}
