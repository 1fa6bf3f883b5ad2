/* How fast one core reads memory in order: the limit of everything that must read all weights for each token.
 *
 *   bandwidth BYTES    prints bytes per second of reading a buffer of BYTES over and over
 *
 * A buffer that fits a cache is read from that cache, as weights of that size would be.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECONDS 0.3
/* Independent sums, so that additions do not wait for each other: four vectors of 64 bytes. */
#define LANES 32

static double now(void) {
    struct timespec t;
    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
    size_t words = argc == 2 ? strtoull(argv[1], NULL, 10) / (LANES * sizeof(uint64_t)) * LANES : 0;
    uint64_t *buffer = words > 0 ? aligned_alloc(LANES * sizeof(uint64_t), words * sizeof(uint64_t)) : NULL;
    if (!buffer) {
        fprintf(stderr, "usage: bandwidth BYTES (at least %zu)\n", LANES * sizeof(uint64_t));
        return 2;
    }
    memset(buffer, 1, words * sizeof(uint64_t));
    uint64_t sums[LANES] = {0};
    double bytes = 0;
    double elapsed;
    double begin = now();
    do {
        /* Small buffers are read often enough between two looks at the clock. */
        size_t repeats = 1 + ((size_t)1 << 24) / (words * sizeof(uint64_t));
        for (size_t repeat = 0; repeat < repeats; repeat++) {
            for (size_t i = 0; i < words; i += LANES) {
                for (size_t lane = 0; lane < LANES; lane++) {
                    sums[lane] += buffer[i + lane];
                }
            }
            /* Without this the compiler could read once and multiply. */
            __asm__ volatile("" : : "r"(buffer) : "memory");
        }
        bytes += (double)(repeats * words * sizeof(uint64_t));
        elapsed = now() - begin;
    } while (elapsed < SECONDS);
    uint64_t total = 0;
    for (size_t lane = 0; lane < LANES; lane++) {
        total += sums[lane];
    }
    printf("%.0f %u\n", bytes / elapsed, (unsigned)(total & 1u));
    free(buffer);
    return 0;
}
