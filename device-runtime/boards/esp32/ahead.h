/* What a core that has nothing to do fetches ahead. Each core has a cache of its own; but with both on, each of them
 * serves one half of the PSRAM for both cores, so that what one core has fetched of it is there for the other, too. */
#ifndef ESP32_AHEAD_H
#define ESP32_AHEAD_H

#include "board.h"

/* Whether it is of use for what lies at `base`. */
static inline bool ahead_is_of_use(const void *base) {
    return (uintptr_t)base >= PSRAM_BEGIN && (uintptr_t)base < EXTERNAL_END;
}

/* What of each core's part needs no fetching any more; nobody asks, as products read what they need. */
static struct {
    uintptr_t begin, end;
} ahead_fetched[2];

#endif
