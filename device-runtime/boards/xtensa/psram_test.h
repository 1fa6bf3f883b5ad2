/* Whether external RAM keeps what is written, and how much of it there is. For the psram.c of each chip, which includes
 * it once, behind board.h. */
#ifndef XTENSA_PSRAM_TEST_H
#define XTENSA_PSRAM_TEST_H

/* Twice the data cache, so that everything goes to the chip and comes back. */
#define TEST_BYTES 0x10000u
#define TEST_WORDS (TEST_BYTES / 4u)
#define STEP_BYTES 0x100000u

static volatile uint32_t *word_of(uint32_t offset) { return (volatile uint32_t *)(uintptr_t)(PSRAM_BEGIN + offset); }

/* Each word its own, each bit both ways over the patterns, neighbours with many differences. */
static uint32_t pattern(uint32_t address, uint32_t round) {
    uint32_t mixed = address * 0x9E3779B1u;
    mixed ^= mixed >> 15;
    return (round & 1u) != 0u ? ~mixed : mixed;
}

static bool test_block(uint32_t offset) {
    for (uint32_t round = 0; round < 2u; round++) {
        for (uint32_t i = 0; i < TEST_WORDS; i++) *word_of(offset + 4u * i) = pattern(offset + 4u * i, round);
        cache_write_back();
        for (uint32_t i = 0; i < TEST_WORDS; i++) {
            if (*word_of(offset + 4u * i) != pattern(offset + 4u * i, round)) return false;
        }
    }
    return true;
}

/* How much of a chip that claims `bytes` is there: a smaller one shows its lower bytes again, or nothing. Written from
 * the top down, each word before the next, so that the lower of two places that are one wins. */
static uint32_t real_size(uint32_t bytes) {
    for (uint32_t at = bytes; at > 0u; at -= STEP_BYTES) {
        *word_of(at - STEP_BYTES) = pattern(at - STEP_BYTES, 1);
        cache_write_back();
    }
    uint32_t right = 0;
    while (right < bytes && *word_of(right) == pattern(right, 1)) right += STEP_BYTES;
    while (bytes > right) bytes /= 2u;
    return bytes;
}

/* Maps the chip, finds how much of it there is, and tests its first and its last pages. */
static bool is_sound(psram_info *psram, uint32_t *bytes) {
    if (*bytes > EXTERNAL_END - PSRAM_BEGIN) *bytes = EXTERNAL_END - PSRAM_BEGIN;
    cache_map(PSRAM_BEGIN, MAP_PSRAM, 0, *bytes / MMU_PAGE);
    if (!test_block(0)) return false;
    uint32_t size = real_size(*bytes);
    if (size < STEP_BYTES || !test_block(size - TEST_BYTES)) return false;
    if (size != *bytes) psram->remark = "The PSRAM is smaller than it says.";
    *bytes = size;
    return true;
}

#endif
