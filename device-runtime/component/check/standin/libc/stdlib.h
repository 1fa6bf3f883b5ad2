/* Of the C library, for compilers that come without one. */
#ifndef STANDIN_STDLIB_H
#define STANDIN_STDLIB_H

#include <stddef.h>

void *malloc(size_t size);
void free(void *memory);
_Noreturn void exit(int code);

#endif
