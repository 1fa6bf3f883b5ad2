/* What a core that has nothing to do fetches ahead: one data cache serves both cores, for PSRAM and flash. */
#ifndef ESP32S3_AHEAD_H
#define ESP32S3_AHEAD_H

#include "pie/products.h"

/* Whether it is of use for what lies at `base`. */
static inline bool ahead_is_of_use(const void *base) { return pie_is_cached(base); }

/* Tells the products what of a core's part, from a line's begin, needs no fetching. */
static inline void ahead_is_fetched(uint32_t core, uintptr_t begin, uintptr_t end) {
    s3lm_pie_fetched[core].begin = begin;
    s3lm_pie_fetched[core].end = end;
}

#endif
