/* External RAM: which kind there is, how fast it runs without mistakes, and that it does. A wrong setting can stop the
 * memory bus for good, without any exception. So the watchdog is set short for the attempt, and a word that survives
 * its reset says what was being tried: after such a reset the next attempt is a slower one. */
#include "board.h"
#include "registers.h"

#include "../xtensa/psram_test.h"

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
