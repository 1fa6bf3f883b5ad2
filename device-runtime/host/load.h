/* Files and memory for the host programs. */
#ifndef S3LM_HOST_LOAD_H
#define S3LM_HOST_LOAD_H

#include <stddef.h>
#include <stdint.h>

/* `bytes` of zeroed memory at a multiple of S3LM_ALIGNMENT, released with free(); NULL when there is none. */
void *host_allocate(size_t bytes);

/* A whole file in such memory; NULL when it cannot be read (errno says why). */
uint8_t *host_read(const char *path, size_t *length);

#endif
