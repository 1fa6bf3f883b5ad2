/* An ESP-IDF made of files, memory and threads. */
#ifndef FAKES_H
#define FAKES_H

#include <stddef.h>
#include <stdint.h>

/* What the partition "model" holds, and what the heaps have left, in bytes. */
typedef struct {
    uint8_t *partition;
    uint32_t partition_bytes;
    size_t internal, psram;
} fake_chip;

extern fake_chip chip;

/* The file as a partition holds it: whole pages, erased behind its end. Ends the program when it cannot be read. */
void fake_partition(const char *path);

/* So much later is it for esp_timer_get_time. */
void fake_pass(int64_t us);

/* Pieces of memory and mappings that nobody gave back. */
int fake_left(void);

#endif
