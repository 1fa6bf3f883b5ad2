/* Of the C library, for compilers that come without one. */
#ifndef STANDIN_STDIO_H
#define STANDIN_STDIO_H

#include <stddef.h>

typedef struct standin_file FILE;
extern FILE *stdout;
#define EOF (-1)

int getchar(void);
int fflush(FILE *file);
size_t fwrite(const void *from, size_t size, size_t count, FILE *file);
__attribute__((format(printf, 1, 2))) int printf(const char *format, ...);
__attribute__((format(printf, 2, 3))) int sprintf(char *to, const char *format, ...);
__attribute__((format(printf, 3, 4))) int snprintf(char *to, size_t capacity, const char *format, ...);

#endif
