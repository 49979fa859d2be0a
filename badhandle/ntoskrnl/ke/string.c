/* The two block operations that the compiler may call. */
#include "ke/ke.h"

void *memcpy(void *target, const void *source, unsigned int length)
{
    void *result = target;
    __asm__ volatile("rep movsb" : "+D"(target), "+S"(source), "+c"(length) : : "memory");
    return result;
}

void *memset(void *target, int value, unsigned int length)
{
    void *result = target;
    __asm__ volatile("rep stosb" : "+D"(target), "+c"(length) : "a"(value) : "memory");
    return result;
}
