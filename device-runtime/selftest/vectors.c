/* The vector unit against the model of its documentation: random states, one instruction, and a digest of what it left.
 * States, operands and digests are those of make_vector_cases.py. */
#include "selftest.h"

/* A row of vector_cases.s. */
typedef struct {
    const char *name;
    uint32_t digest, flags;
    const uint8_t *code;
} row;
#define VALUES_ONLY 1u
#define TAME 2u
#define CASES 12u
#define STATES 64u
#define CODE_STEP 8u

extern const row vector_rows[], vector_rows_end[];

/* vector_run.s has the offsets. */
typedef struct {
    uint32_t q[32], qacc[10], accx[2], sar_byte, fft_bit_width, ua_state[4];
    uint32_t a[3]; /* a4 to a6 */
    uint32_t f[16];
    uint32_t sar;
    uint32_t unused[2];
    uint32_t memory[128];
} vector_state;
_Static_assert(sizeof(vector_state) == 288 + 512, "vector_run.s");
#define DIGESTED_BEFORE_SAR 69u
#define MEMORY_WORDS 128u

void vector_run(vector_state *state, const uint8_t *code);

/* ---- splitmix64 ---- */

static uint32_t word(uint64_t *random) {
    *random += 0x9E3779B97F4A7C15u;
    uint64_t value = *random;
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9u;
    value = (value ^ value >> 27) * 0x94D049BB133111EBu;
    return (uint32_t)((value ^ value >> 31) >> 32);
}

static uint32_t below(uint64_t *random, uint32_t bound) { return (uint32_t)((uint64_t)word(random) * bound >> 32); }

static uint32_t edge(uint64_t *random) {
    static const uint32_t EDGES[] = {0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFF, 0x8000, 0x7FFF};
    uint32_t value;
    switch (below(random, 4)) {
    case 0:
        value = EDGES[below(random, 8)];
        return value + below(random, 3) - 1u;
    case 1:
        value = word(random);
        return value >> below(random, 32);
    case 2:
        value = word(random);
        return (uint32_t)((int32_t)value >> below(random, 32));
    default:
        return word(random);
    }
}

static uint64_t sum40(uint64_t *random) {
    uint64_t low;
    switch (below(random, 3)) {
    case 0:
        low = edge(random);
        return low | (uint64_t)(word(random) & 0xFFu) << 32;
    case 1:
        low = word(random) & 0x3FFFFu;
        return low | (uint64_t)(word(random) & 0x3FFFFu) << 20;
    default: {
        static const uint8_t HIGH[] = {0x00, 0x7F, 0x80, 0xFF};
        uint64_t high = HIGH[below(random, 4)];
        uint32_t distance = word(random) & 0xFFFFu;
        return high << 32 | (below(random, 2) == 0u ? distance : 0xFFFFFFFFu - distance);
    }
    }
}

/* ---- States ---- */

static uint64_t tame40(uint64_t sum) { return (uint64_t)((int64_t)(sum << 34) >> 34) & 0xFFFFFFFFFFu; }

static void prepare(vector_state *state, uint32_t seed, uint32_t flags) {
    uint64_t random = seed, piece;
    for (uint32_t i = 0; i < 28u; i++) state->q[i] = edge(&random);
    for (uint32_t i = 0; i < 4u; i++) {
        uint32_t low = below(&random, 32);
        state->q[28u + i] = low | below(&random, 32) << 16;
    }
    for (uint32_t i = 0; i < 10u; i++) state->qacc[i] = 0;
    for (uint32_t i = 0; i < 8u; i++) {
        piece = sum40(&random);
        if ((flags & TAME) != 0u) piece = tame40(piece);
        /* 40 bits from bit 40 * (i % 4) of this half's 160 on. */
        uint32_t bit = 40u * (i & 3u), *at = state->qacc + (i >> 2) * 5u + bit / 32u;
        uint64_t shifted = piece << bit % 32u;
        at[0] |= (uint32_t)shifted;
        at[1] |= (uint32_t)(shifted >> 32);
    }
    piece = sum40(&random);
    if ((flags & TAME) != 0u) piece = tame40(piece);
    state->accx[0] = (uint32_t)piece;
    state->accx[1] = (uint32_t)(piece >> 32);
    state->sar_byte = below(&random, 16);
    state->fft_bit_width = 3u + below(&random, 8);
    for (uint32_t i = 0; i < 4u; i++) state->ua_state[i] = edge(&random);
    /* Pins, which are left alone. */
    (void)word(&random);
    (void)word(&random);
    state->sar = below(&random, 40);
    if ((flags & TAME) != 0u) state->sar &= 31u;
    uint32_t addresses[8];
    for (uint32_t i = 0; i < 8u; i++) addresses[i] = (uint32_t)(uintptr_t)state->memory + 128u + below(&random, 128);
    for (uint32_t i = 0; i < 8u; i++) {
        uint32_t value = edge(&random);
        if (i < 3u) state->a[i] = value;
    }
    if ((flags & VALUES_ONLY) == 0u) state->a[0] = addresses[4];
    for (uint32_t i = 0; i < 16u; i++) state->f[i] = word(&random);
    for (uint32_t i = 0; i < MEMORY_WORDS; i++) state->memory[i] = edge(&random);
}

/* ---- Digests ---- */

#define DIGEST_BEGIN 0xCBF29CE484222325u

static uint64_t mix(uint64_t digest, uint32_t value) {
    digest = (digest ^ value) * 0x100000001B3u;
    return digest ^ digest >> 29;
}

static uint32_t close(uint64_t digest) { return (uint32_t)(digest ^ digest >> 32); }

static uint32_t digest_of(const vector_state *state) {
    const uint32_t *words = (const uint32_t *)state;
    uint64_t digest = DIGEST_BEGIN;
    for (uint32_t i = 0; i < DIGESTED_BEFORE_SAR; i++) digest = mix(digest, words[i]);
    for (uint32_t i = 0; i < MEMORY_WORDS; i++) digest = mix(digest, state->memory[i]);
    return close(digest);
}

static uint32_t run_row(vector_state *state, const row *row, uint32_t number) {
    uint64_t digest = DIGEST_BEGIN;
    for (uint32_t i = 0; i < CASES; i++) {
        prepare(state, STATES * number + i, row->flags);
        vector_run(state, row->code + CODE_STEP * i);
        /* Only the low byte of ACCX_1 is the sum's. */
        state->accx[1] &= 0xFFu;
        if ((row->flags & VALUES_ONLY) == 0u) state->a[0] -= (uint32_t)(uintptr_t)state->memory;
        digest = mix(digest, digest_of(state));
    }
    return close(digest);
}

static vector_state states[2] __attribute__((aligned(16)));

static void count(bool is_right, const char *name, uint32_t *rows, uint32_t *wrong, const char **names) {
    *rows += 1u;
    if (is_right) return;
    if (*wrong < VECTOR_NAMES) names[*wrong] = name;
    *wrong += 1u;
}

static void run_rows(void *job, uint32_t worker, uint32_t begin, uint32_t end) {
    (void)begin;
    (void)end;
    vector_counts *counts = (vector_counts *)job + worker;
    for (const row *at = vector_rows; at < vector_rows_end; at++) {
        bool is_right = run_row(&states[worker], at, (uint32_t)(at - vector_rows)) == at->digest;
        if ((at->flags & TAME) != 0u) {
            count(is_right, at->name, &counts->kernel_rows, &counts->kernel_wrong, counts->kernel_names);
        } else {
            count(is_right, at->name, &counts->other_rows, &counts->other_wrong, counts->other_names);
        }
    }
}

void vectors_run(const selftest *test, vector_counts counts[2]) {
    counts[0] = counts[1] = (vector_counts){0};
    test->parallel(NULL, run_rows, counts, test->cores, 1);
}
