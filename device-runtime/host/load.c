/* Files and memory for the host programs. */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../engine/s3lm.h"

void *host_allocate(size_t bytes) {
    size_t rounded = (bytes + S3LM_ALIGNMENT - 1u) & ~(size_t)(S3LM_ALIGNMENT - 1u);
    void *memory = aligned_alloc(S3LM_ALIGNMENT, rounded ? rounded : S3LM_ALIGNMENT);
    if (memory) {
        memset(memory, 0, rounded);
    }
    return memory;
}

uint8_t *host_read(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        return NULL;
    }
    uint8_t *bytes = NULL;
    if (fseek(file, 0, SEEK_END) == 0) {
        long size = ftell(file);
        rewind(file);
        bytes = size < 0 ? NULL : host_allocate((size_t)size);
        if (bytes && fread(bytes, 1, (size_t)size, file) != (size_t)size) {
            free(bytes);
            bytes = NULL;
        }
        *length = size < 0 ? 0 : (size_t)size;
    }
    fclose(file);
    return bytes;
}
