/* What a core that has nothing to do fetches ahead: one data cache serves both cores, for PSRAM and flash. */
#ifndef ESP32S3_AHEAD_H
#define ESP32S3_AHEAD_H

#include "pie/products.h"

/* Whether it is of use for what lies at `base`. */
static inline bool ahead_is_of_use(const void *base) { return pie_is_cached(base); }

/* Whether what one core has fetched is there for the other, too. */
static inline bool ahead_is_shared(uintptr_t at) {
    (void)at;
    return true;
}

/* All of them stay in the data cache until they are read. One core has more of them, so that it computes while the
 * other one keeps the bus busy from the beginning. */
#define AHEAD_BYTES {16384u, 4096u}

/* What of each core's part needs no fetching any more, for the products. */
#define ahead_fetched s3lm_pie_fetched

#endif
