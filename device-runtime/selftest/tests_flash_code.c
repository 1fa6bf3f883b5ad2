/* Whether code runs from flash while the memory bus serves PSRAM too: on some boards instructions were seen to come in
 * wrongly then (ESP-IDF issue 18806). */
#include "../boards/esp32s3/rom.h"
#include "selftest.h"

#define ROUNDS 64u
#define TOUCHED_BYTES 0x10000u

/* From the link script: the code as instructions see it, and where data see its first word. */
extern const uint32_t _mapped_code_begin[], _mapped_code_end[];
extern const uint32_t _mapped_end[];

/* Every line of the data cache comes from PSRAM and goes back. */
static void touch_psram(const selftest *test, uint32_t round) {
    volatile uint32_t *words = (volatile uint32_t *)(uintptr_t)PSRAM_BEGIN;
    for (uint32_t i = 0; test->psram.bytes > 0u && i < TOUCHED_BYTES / 4u; i += DATA_LINE / 4u) words[i] = round;
    cache_write_back();
}

static uint32_t wrong_words(void) {
    const volatile uint32_t *code = _mapped_code_begin, *seen = _mapped_end;
    uint32_t words = (uint32_t)(_mapped_code_end - _mapped_code_begin), wrong = 0;
    for (uint32_t i = 0; i < words; i++) wrong += code[i] != seen[i];
    return wrong;
}

static uint32_t expected_sum(uint32_t sum) {
    for (uint32_t i = 0; i < FLASH_CODE_STEPS; i++) sum = (sum ^ i) * 3u;
    return sum;
}

void test_flash_code(const selftest *test) {
    char bytes[VALUE_BYTES];
    app_text text = app_text_in(bytes, sizeof bytes);
    uint32_t words = 0, sums = 0, round = 0;
    if (test->mapped_fault != NULL) {
        app_put(&text, "the checksum is wrong when the board starts; ");
        words = wrong_words();
    }
    for (; words == 0u && test->mapped_fault == NULL && round < ROUNDS; round++) {
        touch_psram(test, round);
        rom_cache_invalidate_icache_all();
        words = wrong_words();
        rom_cache_invalidate_icache_all();
        /* What is not right is not run. */
        if (words == 0u) sums += flash_code_sum(round) != expected_sum(round);
        watchdog_feed();
    }
    app_put_number(&text, words);
    app_put(&text, " wrong words, ");
    app_put_number(&text, sums);
    app_put(&text, " wrong sums in ");
    app_put_number(&text, round);
    app_put(&text, " rounds");
    report("flash-code", test->mapped_fault == NULL && words + sums == 0u ? VERDICT_OK : VERDICT_BAD, &text,
           "0 wrong words, 0 wrong sums");
}
