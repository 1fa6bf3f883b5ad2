/* External RAM: which kind there is, how fast it runs without mistakes, and that it does. A wrong setting can stop the
 * memory bus for good, without any exception. So the watchdog is set short for the attempt, and a word that survives
 * its reset says what was being tried: after such a reset the next attempt is a slower one. */
#include "board.h"
#include "registers.h"

/* EFUSE_RD_MAC_4 4:3 and EFUSE_RD_MAC_5 bit 19: what Espressif put into the package; 0 also for chips beside it. */
#define CAP_LOW_SHIFT 3u
#define CAP_LOW_MASK 3u
#define CAP_HIGH_SHIFT 19u
#define CAP_8_MB 1u
#define CAP_2_MB 2u
#define CAP_16_MB 3u

/* RTC_CNTL_STORE3: what is being tried, or what was found to be the limit, in MHz. */
#define TRYING 0x95A70000u
#define LIMIT 0x95A80000u
#define MARK_MASK 0xFFFFFF00u
#define FAST_MHZ 80u
#define SLOW_MHZ 40u
#define ATTEMPT_MS 1000u

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

static void try_octal(uint32_t reset, psram_info *psram) {
    uint32_t kept = register_read(RTC_CNTL_STORE3), limit = FAST_MHZ;
    if ((kept & MARK_MASK) == TRYING && reset_was_watchdog(reset)) {
        limit = (kept & ~MARK_MASK) == FAST_MHZ ? SLOW_MHZ : 0u;
        psram->remark = "The last attempt to start the PSRAM stopped the memory bus.";
    } else if ((kept & MARK_MASK) == LIMIT) {
        limit = kept & ~MARK_MASK;
        psram->remark = "The PSRAM failed at full speed since the board was powered.";
    }
    uint32_t mhz = limit;
    for (; mhz >= SLOW_MHZ; mhz -= FAST_MHZ - SLOW_MHZ) {
        register_write(RTC_CNTL_STORE3, TRYING | mhz);
        uint32_t bytes = psram_octal_start(mhz, psram);
        if (bytes == 0u) {
            /* No such chip: nothing to be careful about. */
            register_write(RTC_CNTL_STORE3, 0);
            return;
        }
        if (is_sound(psram, &bytes)) {
            psram->kind = APP_PSRAM_OCTAL;
            psram->bytes = bytes;
            psram->mhz = mhz;
            break;
        }
        psram->remark = mhz == FAST_MHZ ? "The PSRAM failed its test at 80 MHz." : "The PSRAM failed its test.";
    }
    register_write(RTC_CNTL_STORE3, mhz == FAST_MHZ ? 0u : LIMIT | (mhz >= SLOW_MHZ ? mhz : 0u));
}

static void try_quad(psram_info *psram) {
    uint32_t bytes = psram_quad_start(psram);
    if (bytes == 0u) return;
    if (!is_sound(psram, &bytes)) {
        psram->remark = "The PSRAM failed its test.";
        return;
    }
    psram->kind = APP_PSRAM_QUAD;
    psram->bytes = bytes;
    psram->mhz = FAST_MHZ;
}

void psram_start(uint32_t reset, psram_info *psram) {
    *psram = (psram_info){.kind = APP_PSRAM_NONE};
    uint32_t capacity = (register_read(EFUSE_RD_MAC_4) >> CAP_LOW_SHIFT & CAP_LOW_MASK) |
                        (register_read(EFUSE_RD_MAC_5) >> CAP_HIGH_SHIFT & 1u) << 2;
    bool is_octal = capacity == CAP_8_MB || capacity == CAP_16_MB;
    bool is_quad = capacity == CAP_2_MB;
    watchdog_limit(ATTEMPT_MS);
    /* Quad chips use only the flash's pads, so asking for one disturbs nothing that a board may have wired. */
    if (!is_octal) try_quad(psram);
    if (!is_quad && psram->kind == APP_PSRAM_NONE) try_octal(reset, psram);
    watchdog_limit(WATCHDOG_RUNNING_MS);
    if (psram->kind == APP_PSRAM_NONE && (is_octal || is_quad) && psram->remark == NULL) {
        psram->remark = "The PSRAM that this chip should have does not answer.";
    }
}
