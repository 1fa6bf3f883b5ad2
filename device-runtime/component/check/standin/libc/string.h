/* Of the C library, for compilers that come without one. */
#ifndef STANDIN_STRING_H
#define STANDIN_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t length);
void *memset(void *to, int value, size_t length);
int memcmp(const void *one, const void *other, size_t length);
void *memchr(const void *in, int wanted, size_t length);
int strcmp(const char *one, const char *other);
size_t strlen(const char *text);

#endif
