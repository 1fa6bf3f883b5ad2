/* The second core: brought up once, then it waits in a loop for its half of a step. The hand-off is two words in SRAM
 * that one core writes and the other reads, so that a step of a few microseconds is worth splitting. A core
 * that has nothing to do fetches what both will read in the work after, as the memory bus would be idle. */
#include "ahead.h"
#include "board.h"
#include "registers.h"

/* Bytes of each core's part that are fetched ahead. */
static const size_t ahead_bytes[2] = AHEAD_BYTES;

/* What the cores will read first, each its part: from a line's begin. */
typedef struct {
    uintptr_t begin[2], end[2];
} parts_ahead;

/* Each word is written by one core only, so no lock is needed: `done` and `second_at` by the second, the others by the
 * first, before `order` changes, but for `first_at`. */
static struct {
    app_work work;
    void *job;
    uint32_t begin, end;
    parts_ahead ahead; /* of the work after this one */
    volatile uint32_t order;
    volatile uint32_t done;
    /* How far each core has fetched the first one's part. */
    volatile uintptr_t first_at, second_at;
} hand_off __attribute__((aligned(64)));

/* What was foretold and not yet handed on. First core. */
static parts_ahead foretold;

volatile uint32_t second_core_is_up;

/* Fetches a line. */
static inline uintptr_t fetch_line(uintptr_t at) {
    (void)*(const volatile uint32_t *)at;
    return at + DATA_LINE;
}

/* start.s calls it on the second core. */
_Noreturn void second_core_main(void);
_Noreturn void second_core_main(void) {
    panic_start();
    second_core_is_up = 1;
    memory_barrier();
    parts_ahead ahead = {0};
    uintptr_t first = 0, second = 0;
    uint32_t seen = 0;
    for (;;) {
        while ((first < ahead.end[0] || second < ahead.end[1]) && hand_off.order == seen) {
            if (first < ahead.end[0]) {
                first = fetch_line(first);
                hand_off.second_at = first;
            } else {
                second = fetch_line(second);
            }
        }
        uint32_t order = hand_off.order;
        if (order == seen) continue;
        /* What the order means was written before it. */
        memory_barrier();
        ahead_fetched[1].begin = ahead.begin[1];
        ahead_fetched[1].end = second;
        ahead = hand_off.ahead;
        hand_off.work(hand_off.job, 1, hand_off.begin, hand_off.end);
        first = ahead_is_shared(ahead.begin[0]) ? hand_off.first_at : ahead.end[0];
        second = ahead.begin[1];
        hand_off.second_at = first;
        memory_barrier();
        seen = order;
        hand_off.done = order;
    }
}

void first_core_alone(void *user, app_work work, void *job, uint32_t units, uint32_t multiple) {
    (void)user;
    (void)multiple;
    work(job, 0, 0, units);
}

/* The first unit of the second core, which has none when it is `units`. The odd part is the first one's, which begins a
 * little earlier. */
static uint32_t border_of(uint32_t units, uint32_t multiple) {
    uint32_t parts = (units + multiple - 1u) / multiple;
    return parts < 2u ? units : (parts - parts / 2u) * multiple;
}

void second_core_expect(const void *base, size_t unit_bytes, uint32_t units, uint32_t multiple, size_t most) {
    uint32_t border = border_of(units, multiple);
    size_t bytes[2] = {border * unit_bytes, (units - border) * unit_bytes};
    uintptr_t begin = (uintptr_t)base;
    foretold = (parts_ahead){0};
    for (uint32_t part = 0; part < 2u && ahead_is_of_use(base); part++) {
        size_t wanted = most < ahead_bytes[part] ? most : ahead_bytes[part];
        foretold.begin[part] = begin & ~(uintptr_t)(DATA_LINE - 1u);
        foretold.end[part] = begin + (bytes[part] < wanted ? bytes[part] : wanted);
        begin += bytes[part];
    }
}

void second_core_parallel(void *user, app_work work, void *job, uint32_t units, uint32_t multiple) {
    uint32_t border = border_of(units, multiple);
    if (border == units) {
        first_core_alone(user, work, job, units, multiple);
        return;
    }
    uintptr_t at = hand_off.second_at;
    ahead_fetched[0].begin = hand_off.ahead.begin[0];
    ahead_fetched[0].end = at > hand_off.first_at ? at : hand_off.first_at;
    hand_off.work = work;
    hand_off.job = job;
    hand_off.begin = border;
    hand_off.end = units;
    hand_off.ahead = foretold;
    hand_off.first_at = foretold.begin[0];
    foretold = (parts_ahead){0};
    uint32_t order = hand_off.order + 1u;
    memory_barrier();
    hand_off.order = order;
    work(job, 0, 0, border);
    while (hand_off.first_at < hand_off.ahead.end[0] && hand_off.done != order) {
        hand_off.first_at = fetch_line(hand_off.first_at);
    }
    while (hand_off.done != order) {
    }
    /* Nothing that the other core wrote is read before this. */
    memory_barrier();
}
