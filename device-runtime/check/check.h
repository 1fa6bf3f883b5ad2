/* What the check programs need of what they run on: files, memory, output. They have no C library. */
#ifndef S3LM_CHECK_H
#define S3LM_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The program itself, called by the start of each system; its result is the exit code. */
int check_main(int count, char **arguments);

/* ---- Of the system: ../xtensa/check/linux.c, semihosting.c ---- */

/* Text to one of the two streams. False when it cannot be written. */
typedef enum { CHECK_OUTPUT, CHECK_ERRORS } check_stream;
bool check_write(check_stream stream, const char *text, uint32_t length);

_Noreturn void check_exit(int code);

/* `bytes` of zeroed memory aligned to 64, for the rest of the program's life; NULL when there is none. */
void *check_allocate(size_t bytes);

/* A whole file in memory aligned to 64; NULL when it cannot be read. */
uint8_t *check_read(const char *path, size_t *length);

/* ---- The same on all of them: check.c ---- */

/* Text on the standard output, buffered; the process ends with code 3 when it cannot be written. */
void check_print(const char *text);
/* Decimal. */
void check_print_number(uint32_t number);
/* Hexadecimal, `digits` of them. */
void check_print_hex(uint64_t number, uint32_t digits);
/* Writes what is still in the buffer. */
void check_flush(void);

/* One line on the standard error. `what` may be NULL. */
void check_complain(const char *message, const char *what);

/* A whole unsigned number in base 10 or 16, up to `most`. False for anything else. */
bool check_parse(const char *text, uint32_t base, uint64_t most, uint64_t *number);
bool check_equal(const char *a, const char *b);
size_t check_length(const char *text);

#endif
