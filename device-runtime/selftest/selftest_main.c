/* The self-test from the first C function on: it lets the chip be reset twice, by the watchdog and by itself, brings
 * the board up as the firmware does, runs one test after the other, and repeats the report for whoever looks later. A
 * test that ends in a reset is left out the next time, and said to be wrong. */
#include "../boards/esp32s3/registers.h"
#include "selftest.h"

/* RTC_CNTL_STORE0, STORE1, STORE4, STORE5 survive all resets but power-on. */
#define STORE_PLACE 0x60008050u
#define STORE_ARMED 0x60008054u
#define STORE_LEFT_OUT 0x600080C0u
#define STORE_RESETS 0x600080C4u
#define PLACE_MARK 0x5E1F7E00u
#define MARK_MASK 0xFFFFFF00u
/* Places: the reset that is awaited, then test n at PLACE_TEST + n. */
#define PLACE_WATCHDOG 1u
#define PLACE_SOFTWARE 2u
#define PLACE_TEST 16u

#define WATCHDOG_MS 500u
#define REPEAT_MICROS 10000000u
#define FEED_MICROS 100000u
#define IDENTITY_BYTES 160u

static const struct {
    const char *name;
    void (*run)(const selftest *test);
} TESTS[] = {
    {"resets", test_resets},
    {"start", test_start},
    {"clock", test_clock},
    {"usb", test_usb},
    {"flash", test_flash},
    {"psram", test_psram},
    {"flash-code", test_flash_code},
    {"second-core", test_second_core},
    {"cache-geometry", test_geometry},
    {"cache-suspend", test_suspending},
    {"vector", test_vectors},
    {"kernels", test_kernels},
    {"psram-memory", test_memory},
    {"bandwidth", test_bandwidth},
};
#define TEST_COUNT (sizeof TESTS / sizeof TESTS[0])

static void place(uint32_t value) { register_write(STORE_PLACE, PLACE_MARK | value); }

/* The two resets, one after the other; comes back when both were. */
static void resets_on_purpose(uint32_t reset) {
    uint32_t kept = register_read(STORE_PLACE);
    uint32_t at = (kept & MARK_MASK) == PLACE_MARK ? kept & ~MARK_MASK : 0u;
    if (at == 0u) {
        register_write(STORE_LEFT_OUT, 0);
        register_write(STORE_ARMED, slow_counts());
        place(PLACE_WATCHDOG);
        watchdog_limit(WATCHDOG_MS);
        for (;;) {
        }
    }
    if (at == PLACE_WATCHDOG) {
        /* When the reset was: now, without what passed since. */
        uint32_t since = (uint32_t)((uint64_t)slow_hz() * (uint32_t)time_micros() / 1000000u);
        uint32_t counts = slow_counts() - since - register_read(STORE_ARMED);
        register_write(STORE_ARMED, counts);
        register_write(STORE_RESETS, reset);
        place(PLACE_SOFTWARE);
        reset_chip();
    }
    if (at == PLACE_SOFTWARE) register_write(STORE_RESETS, register_read(STORE_RESETS) | reset << 8);
    if (at >= PLACE_TEST) register_set(STORE_LEFT_OUT, BIT((at - PLACE_TEST) & 31u));
}

static bool host_speaks(void) {
    uint32_t first = register_read(USB_FRAME_NUMBER);
    wait_micros(2500);
    return register_read(USB_FRAME_NUMBER) != first;
}

static uint32_t micros_since(uint32_t *from) {
    uint32_t now = (uint32_t)time_micros(), since = now - *from;
    *from = now;
    return since;
}

static void start_up(selftest *test, uint32_t reset) {
    uint32_t from = (uint32_t)time_micros();
    const char *fault = clock_start();
    test->clock_micros = micros_since(&from);
    if (fault != NULL) say_and_stay(fault);
    test->voltage = voltage_240_mhz();
    random_start();
    panic_start();
    cache_start();
    from = (uint32_t)time_micros();
    fault = flash_start(&test->flash);
    test->flash_micros = micros_since(&from);
    if (fault != NULL) say_and_stay(fault);
    psram_start(reset, &test->psram);
    test->psram_micros = micros_since(&from);
    test->mapped_fault = mapped_start();
    from = (uint32_t)time_micros();
    bool both = second_core_start_up();
    test->core_micros = micros_since(&from);
    test->cores = both ? 2u : 1u;
    test->parallel = both ? second_core_parallel : first_core_alone;
}

static void put_identity(app_text *text, const selftest *test) {
    uint32_t low = register_read(EFUSE_RD_MAC_0), high = register_read(EFUSE_RD_MAC_1);
    uint32_t third = register_read(EFUSE_RD_MAC_3), fifth = register_read(EFUSE_RD_MAC_5);
    app_put(text, "\"firmware\":\"" FIRMWARE_VERSION "\",\"mac\":\"");
    for (uint32_t i = 0; i < 6u; i++) {
        if (i > 0u) app_put(text, ":");
        app_put_hex(text, (i < 2u ? high >> (8u - 8u * i) : low >> (40u - 8u * i)) & 0xFFu, 2);
    }
    app_put(text, "\",\"revision\":\"");
    app_put_number(text, fifth >> 24 & 3u);
    app_put(text, ".");
    app_put_number(text, (third >> 18 & 7u) | (fifth >> 23 & 1u) << 3);
    app_put(text, "\",\"efuse\":\"");
    app_put_number(text, register_read(EFUSE_RD_SYS_PART1_4) & 3u);
    app_put(text, ".");
    app_put_number(text, third >> 24 & 7u);
    app_put(text, "\",\"cores\":");
    app_put_number(text, test->cores);
}

/* start.s comes here on the first core, in the state in which the mask ROM left everything else. */
_Noreturn void board_main(void);
_Noreturn void board_main(void) {
    static selftest test;
    watchdog_start();
    time_start();
    test.began = (uint32_t)time_micros();
    uint32_t reset = reset_code();
    stack_mark();
    uart0_start();
    usb_start();
    resets_on_purpose(reset);
    say_greeting();
    say("self-test; it takes some seconds\r\n");
    test.watchdog_counts = register_read(STORE_ARMED);
    test.resets[0] = register_read(STORE_RESETS) & 0xFFu;
    test.resets[1] = register_read(STORE_RESETS) >> 8 & 0xFFu;
    test.frames_before = host_speaks();
    start_up(&test, reset);

    for (uint32_t i = 0; i < TEST_COUNT; i++) {
        if ((register_read(STORE_LEFT_OUT) >> i & 1u) != 0u) {
            char bytes[VALUE_BYTES];
            app_text text = app_text_in(bytes, sizeof bytes);
            app_put(&text, "the board was reset in the middle of it: ");
            app_put(&text, reset_text(reset));
            report(TESTS[i].name, VERDICT_BAD, &text, "");
            continue;
        }
        place(PLACE_TEST + i);
        TESTS[i].run(&test);
        stack_check();
    }
    /* The next reset begins anew. */
    register_write(STORE_PLACE, 0);
    panic_forget();
    char bytes[IDENTITY_BYTES];
    app_text identity = app_text_in(bytes, sizeof bytes - 1u);
    put_identity(&identity, &test);
    bytes[identity.length] = '\0';
    for (;;) {
        report_end(bytes);
        uint64_t end = time_micros() + REPEAT_MICROS;
        while (time_micros() < end) {
            watchdog_feed();
            wait_micros(FEED_MICROS);
        }
    }
}
