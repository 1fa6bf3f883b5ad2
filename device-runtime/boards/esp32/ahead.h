/* What a core that has nothing to do fetches ahead. For flash each core has a cache of its own, and fetches its own
 * part; with both on, each of them serves one half of the PSRAM for both cores. */
#ifndef ESP32_AHEAD_H
#define ESP32_AHEAD_H

#include "board.h"

/* Whether it is of use for what lies at `base`. */
static inline bool ahead_is_of_use(const void *base) {
    return (uintptr_t)base >= EXTERNAL_BEGIN && (uintptr_t)base < EXTERNAL_END;
}

/* Whether what one core has fetched is there for the other, too. */
static inline bool ahead_is_shared(uintptr_t at) { return at >= PSRAM_BEGIN; }

/* Half of a cache, so that all of them stay there until they are read. */
#define AHEAD_BYTES {16384u, 16384u}

/* What of each core's part needs no fetching any more; nobody asks, as products read what they need. */
static struct {
    uintptr_t begin, end;
} ahead_fetched[2];

#endif
