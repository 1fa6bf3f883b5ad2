/* Tests of what the start-up did: resets, times, clock, voltage, USB, flash. */
#include "../boards/esp32s3/registers.h"
#include "../boards/esp32s3/rom.h"
#include "../engine/s3lm.h"
#include "selftest.h"

#define RTC_CNTL_TIME_UPDATE 0x6000800Cu
#define RTC_CNTL_TIME_LOW 0x60008010u
#define TIME_UPDATE BIT(31)
/* The registers follow the slow clock, whose cycle is 7 us. */
#define TIME_MICROS 30u

#define MEASURE_MICROS 20000u
#define SLOW_USUAL_HZ 136000u
#define WATCHDOG_MS 500u

uint32_t slow_counts(void) {
    register_set(RTC_CNTL_TIME_UPDATE, TIME_UPDATE);
    wait_micros(TIME_MICROS);
    return register_read(RTC_CNTL_TIME_LOW);
}

uint32_t slow_hz(void) {
    uint32_t first = slow_counts();
    uint64_t from = time_micros();
    wait_micros(MEASURE_MICROS);
    uint32_t counts = slow_counts() - first;
    uint32_t micros = (uint32_t)(time_micros() - from);
    return (uint32_t)app_ratio(counts, 1000000u, micros);
}

static bool within(uint64_t value, uint64_t wanted, uint32_t permille) {
    uint64_t far = value > wanted ? value - wanted : wanted - value;
    return far * 1000u <= wanted * permille;
}

void test_resets(const selftest *test) {
    char bytes[VALUE_BYTES];
    app_text text = app_text_in(bytes, sizeof bytes);
    uint32_t hz = slow_hz(), ms = (uint32_t)app_ratio(test->watchdog_counts, 1000u, hz);
    app_put(&text, reset_text(test->resets[0]));
    app_put(&text, " after ");
    app_put_number(&text, ms);
    app_put(&text, " ms");
    verdict verdict = within(ms, WATCHDOG_MS, 100) ? VERDICT_OK : VERDICT_ODD;
    report("reset-watchdog", reset_was_watchdog(test->resets[0]) ? verdict : VERDICT_BAD, &text,
           "watchdog after 500 ms");
    text = app_text_in(bytes, sizeof bytes);
    app_put(&text, reset_text(test->resets[1]));
    report("reset-software", test->resets[1] == RESET_SOFTWARE ? VERDICT_OK : VERDICT_BAD, &text, "software");
    text = app_text_in(bytes, sizeof bytes);
    app_put_number(&text, hz);
    app_put(&text, " Hz");
    report("slow-clock", within(hz, SLOW_USUAL_HZ, 300) ? VERDICT_OK : VERDICT_ODD, &text, "136000 Hz");
}

void test_start(const selftest *test) {
    char bytes[VALUE_BYTES];
    app_text text = app_text_in(bytes, sizeof bytes);
    app_put(&text, "mask ROM ");
    app_put_number(&text, test->began);
    app_put(&text, ", PLL ");
    app_put_number(&text, test->clock_micros);
    app_put(&text, ", flash ");
    app_put_number(&text, test->flash_micros);
    app_put(&text, ", PSRAM ");
    app_put_number(&text, test->psram_micros);
    app_put(&text, ", second core ");
    app_put_number(&text, test->core_micros);
    app_put(&text, " us");
    report("start", VERDICT_OK, &text, "");
}

void test_clock(const selftest *test) {
    char bytes[VALUE_BYTES];
    app_text text = app_text_in(bytes, sizeof bytes);
    uint64_t before = time_micros(), from;
    do {
        from = time_micros();
    } while (from == before);
    uint32_t cycles = cycle_count();
    while (time_micros() < from + MEASURE_MICROS) {
    }
    cycles = cycle_count() - cycles;
    uint64_t khz = app_ratio(cycles, 1000u, MEASURE_MICROS);
    app_put_fixed(&text, khz, 3);
    app_put(&text, " MHz");
    report("clock", within(khz, 240000u, 1) ? VERDICT_OK : VERDICT_BAD, &text, "240 MHz");

    text = app_text_in(bytes, sizeof bytes);
    uint32_t rtc = rom_regi2c_read_mask(0x6D, 1, 4, 4, 0), digital = rom_regi2c_read_mask(0x6D, 1, 6, 4, 0);
    app_put(&text, "RTC ");
    app_put_number(&text, rtc);
    app_put(&text, ", digital ");
    app_put_number(&text, digital);
    app_put(&text, test->voltage.measured ? ", as measured" : ", for any chip");
    char expected[EXPECTED_BYTES];
    app_text wanted = app_text_in(expected, sizeof expected - 1u);
    app_put_number(&wanted, test->voltage.rtc);
    app_put(&wanted, " and ");
    app_put_number(&wanted, test->voltage.digital);
    expected[wanted.length] = '\0';
    bool is_kept = rtc == test->voltage.rtc && digital == test->voltage.digital;
    report("voltage", is_kept ? VERDICT_OK : VERDICT_BAD, &text, expected);
}

void test_usb(const selftest *test) {
    char bytes[VALUE_BYTES];
    app_text text = app_text_in(bytes, sizeof bytes);
    uint32_t first = register_read(USB_FRAME_NUMBER);
    wait_micros(10000);
    uint32_t frames = (register_read(USB_FRAME_NUMBER) - first) & 0x7FFu;
    uint32_t raw = register_read(USB_INT_RAW);
    app_put_number(&text, frames);
    app_put(&text, " frames in 10 ms, ");
    app_put(&text, test->frames_before ? "some" : "none");
    app_put(&text, " before the PLL; bus reset: ");
    app_put(&text, (raw & USB_BUS_RESET) != 0u ? "yes" : "no");
    /* Without a host nothing can be said. */
    bool is_good = frames >= 9u && frames <= 11u;
    report("usb", is_good || (frames == 0u && !test->frames_before) ? VERDICT_OK : VERDICT_ODD, &text,
           "10 frames, or none without a host");
}

/* ---- Flash ---- */

#define FLASH_BYTES 0x40000u
#define ROUNDS 4u
#define READ_STATUS 0x05u
#define READ_STATUS2 0x35u

static uint32_t status(uint32_t command) {
    spi_transaction transaction = {.command = command, .in_bits = 8};
    return (uint32_t)spi_run(&transaction);
}

static uint32_t read_crc(uint32_t *micros) {
    cache_map(EXTERNAL_BEGIN, MAP_FLASH, 0, FLASH_BYTES / MMU_PAGE);
    uint64_t from = time_micros();
    uint32_t crc = s3lm_crc32(0, (const uint8_t *)(uintptr_t)EXTERNAL_BEGIN, FLASH_BYTES);
    *micros = (uint32_t)(time_micros() - from);
    return crc;
}

void test_flash(const selftest *test) {
    char bytes[VALUE_BYTES];
    app_text text = app_text_in(bytes, sizeof bytes);
    app_put(&text, "id ");
    app_put_hex(&text, test->flash.id, 6);
    app_put(&text, ", ");
    app_put_number(&text, test->flash.bytes >> 20);
    app_put(&text, " MB, status ");
    app_put_hex(&text, status(READ_STATUS), 2);
    app_put(&text, " ");
    app_put_hex(&text, status(READ_STATUS2), 2);
    report("flash", test->flash.remark == NULL ? VERDICT_OK : VERDICT_ODD, &text, "");

    text = app_text_in(bytes, sizeof bytes);
    uint32_t fast = 0, slow = 0, differences = 0;
    uint32_t wanted = read_crc(&fast);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        if (read_crc(&fast) != wanted) differences++;
        watchdog_feed();
    }
    app_put(&text, test->flash.quad ? "QIO" : "DIO");
    if (test->flash.quad) {
        flash_set_lines(false);
        if (read_crc(&slow) != wanted) differences++;
        flash_set_lines(true);
    }
    app_put(&text, ", ");
    app_put_number(&text, differences);
    app_put(&text, " differences in 256 KiB; ");
    app_put_number(&text, fast);
    app_put(&text, " us, two lines ");
    app_put_number(&text, slow);
    app_put(&text, " us");
    verdict verdict = test->flash.quad ? VERDICT_OK : VERDICT_ODD;
    report("flash-mode", differences == 0u ? verdict : VERDICT_BAD, &text, "QIO, 0 differences");
}
