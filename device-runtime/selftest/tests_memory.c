/* Tests of PSRAM, caches and the memory bus. */
#include "../boards/esp32s3/registers.h"
#include "../boards/esp32s3/rom.h"
#include "selftest.h"

#define SAMPLING_SETTINGS 14u
#define COUNTER_CLEAR 0x600C40C4u
#define FLASH_MISSES 0x600C40D0u
#define PSRAM_MISSES 0x600C40D4u
#define CACHE_BYTES 0x8000u
#define WAYS 4u
/* A hit takes a few cycles, a miss at least 80. */
#define MISS_CYCLES 50u

static void put_row(app_text *text, uint32_t passed) {
    for (uint32_t i = 0; i < SAMPLING_SETTINGS; i++) app_put(text, (passed >> i & 1u) != 0u ? "1" : "0");
}

/* The length of the longest run of ones. */
static uint32_t longest(uint32_t passed) {
    uint32_t most = 0;
    for (; passed != 0u; passed &= passed << 1) most++;
    return most;
}

void test_psram(const selftest *test) {
    static const char *const KINDS[] = {
        [APP_PSRAM_NONE] = "none", [APP_PSRAM_QUAD] = "quad", [APP_PSRAM_OCTAL] = "octal"};
    const psram_info *psram = &test->psram;
    char bytes[VALUE_BYTES];
    app_text text = app_text_in(bytes, sizeof bytes);
    app_put(&text, KINDS[psram->kind]);
    app_put(&text, ", ");
    app_put_number(&text, psram->bytes >> 20);
    app_put(&text, " MB, ");
    app_put_number(&text, psram->mhz);
    app_put(&text, " MHz, id ");
    app_put_hex(&text, psram->id, 16);
    if (psram->remark != NULL) {
        app_put(&text, "; ");
        app_put(&text, psram->remark);
    }
    report("psram", psram->remark == NULL ? VERDICT_OK : VERDICT_ODD, &text, "");
    if (psram->kind != APP_PSRAM_OCTAL || psram->mhz != 80u) return;
    text = app_text_in(bytes, sizeof bytes);
    put_row(&text, psram->passed);
    app_put(&text, ", takes ");
    app_put_number(&text, psram->setting);
    uint32_t run = longest(psram->passed);
    report("psram-sampling", run >= 3u && run <= 5u ? VERDICT_OK : VERDICT_ODD, &text, "a run of 3 to 5 ones");
}

/* ---- Memory, both cores at once ---- */

#define MOST_BYTES 0x100000u

typedef struct {
    uint32_t bytes; /* of each core */
    uint32_t round;
    bool write;
    uint32_t wrong[2];
} memory_job;

static uint32_t pattern(uint32_t address, uint32_t round) {
    uint32_t mixed = (address + 0x1F3Du * (round >> 1)) * 0x9E3779B1u;
    mixed ^= mixed >> 15;
    return (round & 1u) != 0u ? ~mixed : mixed;
}

static void run_memory(void *user, uint32_t worker, uint32_t begin, uint32_t end) {
    memory_job *job = (memory_job *)user;
    (void)worker;
    for (uint32_t unit = begin; unit < end; unit++) {
        volatile uint32_t *words = (volatile uint32_t *)(uintptr_t)(PSRAM_BEGIN + unit * job->bytes);
        for (uint32_t i = 0; i < job->bytes / 4u; i++) {
            uint32_t wanted = pattern((uint32_t)(uintptr_t)(words + i), job->round);
            if (job->write) words[i] = wanted;
            else if (words[i] != wanted) job->wrong[unit]++;
        }
    }
}

void test_memory(const selftest *test) {
    char bytes[VALUE_BYTES];
    app_text text = app_text_in(bytes, sizeof bytes);
    memory_job job = {.bytes = test->psram.bytes / 2u < MOST_BYTES ? test->psram.bytes / 2u : MOST_BYTES};
    if (job.bytes == 0u) return;
    for (job.round = 0; job.round < 4u; job.round++) {
        job.write = true;
        test->parallel(NULL, run_memory, &job, 2, 1);
        cache_write_back();
        job.write = false;
        test->parallel(NULL, run_memory, &job, 2, 1);
        watchdog_feed();
    }
    app_put_number(&text, job.wrong[0] + job.wrong[1]);
    app_put(&text, " wrong words in ");
    app_put_number(&text, job.bytes >> 10);
    app_put(&text, " KiB of each core, 4 times");
    report("psram-memory", job.wrong[0] + job.wrong[1] == 0u ? VERDICT_OK : VERDICT_BAD, &text, "0 wrong words");
}

/* ---- Caches ---- */

/* Where to read: PSRAM, or the flash when there is none. */
static uint32_t map_something(const selftest *test) {
    if (test->psram.bytes > 0u) return PSRAM_BEGIN;
    cache_map(EXTERNAL_BEGIN, MAP_FLASH, 0, 4);
    return EXTERNAL_BEGIN;
}

typedef struct {
    uint32_t counted, timed;
} misses;

/* Reads `count` words `stride` bytes apart, `rounds` times: misses by the chip's counter, and those that took long. */
static misses read_words(const selftest *test, uint32_t begin, uint32_t stride, uint32_t count, uint32_t rounds) {
    misses found = {0, 0};
    cache_write_back();
    register_write(COUNTER_CLEAR, 1);
    for (uint32_t round = 0; round < rounds; round++) {
        for (uint32_t i = 0; i < count; i++) {
            uint32_t from = cycle_count();
            (void)*(volatile uint32_t *)(uintptr_t)(begin + stride * i);
            memory_barrier();
            if (cycle_count() - from > MISS_CYCLES) found.timed++;
        }
    }
    found.counted = register_read(test->psram.bytes > 0u ? PSRAM_MISSES : FLASH_MISSES);
    return found;
}

static uint32_t ways_of(uint32_t fits[2], uint32_t most, const selftest *test, uint32_t begin) {
    for (uint32_t count = 1; count <= most; count++) {
        misses found = read_words(test, begin, CACHE_BYTES / WAYS, count, 4);
        if (found.counted == count) fits[0] = count;
        if (found.timed == count) fits[1] = count;
    }
    return fits[0];
}

void test_geometry(const selftest *test) {
    char bytes[VALUE_BYTES];
    app_text text = app_text_in(bytes, sizeof bytes);
    uint32_t begin = map_something(test);
    misses lines = read_words(test, begin, 4, 1024, 1);
    uint32_t fits[2] = {0, 0};
    (void)ways_of(fits, WAYS + 2u, test, begin);
    app_put_number(&text, lines.counted > 0u ? 4096u / lines.counted : 0u);
    app_put(&text, " bytes, ");
    app_put_number(&text, fits[0]);
    app_put(&text, " ways by counter; ");
    app_put_number(&text, lines.timed > 0u ? 4096u / lines.timed : 0u);
    app_put(&text, " bytes, ");
    app_put_number(&text, fits[1]);
    app_put(&text, " ways by time");
    bool by_counter = lines.counted == 4096u / DATA_LINE && fits[0] == WAYS;
    bool by_time = lines.timed == 4096u / DATA_LINE && fits[1] == WAYS;
    report("cache-geometry", by_counter || by_time ? VERDICT_OK : VERDICT_BAD, &text, "64 bytes, 4 ways");
}

#define SUSPEND_ROUNDS 500u

void test_suspending(const selftest *test) {
    char bytes[VALUE_BYTES];
    app_text text = app_text_in(bytes, sizeof bytes);
    uint32_t begin = map_something(test), busy = 0, wrong = 0;
    volatile uint32_t *words = (volatile uint32_t *)(uintptr_t)begin;
    uint32_t kept[16];
    for (uint32_t round = 0; round < SUSPEND_ROUNDS; round++) {
        for (uint32_t i = 0; i < 16u; i++) {
            if (test->psram.bytes > 0u) words[32u * i] = pattern(i, round);
            kept[i] = words[32u * i];
        }
        if (test->psram.bytes > 0u) cache_write_back();
        /* As cache_suspend, which waits; here it is seen whether there is anything to wait for. */
        uint32_t autoload = rom_cache_suspend_dcache();
        if ((register_read(EXTMEM_CACHE_STATE) >> 12 & 0xFFFu) != 1u) busy++;
        while ((register_read(EXTMEM_CACHE_STATE) >> 12 & 0xFFFu) != 1u) {
        }
        rom_cache_invalidate_dcache_all();
        rom_cache_resume_dcache(autoload);
        cache_map(EXTERNAL_BEGIN + 0x100000u, MAP_FLASH, round & 7u, 1);
        for (uint32_t i = 0; i < 16u; i++) {
            if (words[32u * i] != kept[i]) wrong++;
        }
    }
    app_put_number(&text, wrong);
    app_put(&text, " wrong words; not at rest at once in ");
    app_put_number(&text, busy);
    app_put(&text, " of 500 rounds");
    report("cache-suspend", wrong == 0u ? VERDICT_OK : VERDICT_BAD, &text, "0 wrong words");
}

/* ---- Bandwidth ---- */

#define STREAM_BYTES 0x20000u

void selftest_stream(uint32_t begin, uint32_t end);

/* KiB a second, read once in order. */
static uint32_t stream(uint32_t begin) {
    cache_write_back();
    uint32_t from = cycle_count();
    selftest_stream(begin, begin + STREAM_BYTES);
    return (uint32_t)app_ratio((uint64_t)STREAM_BYTES * CPU_HZ, 1, (uint64_t)(cycle_count() - from) * 1024u);
}

static void report_stream(const char *name, uint32_t kib, uint32_t expected_tenths) {
    char bytes[VALUE_BYTES], expected[EXPECTED_BYTES];
    app_text text = app_text_in(bytes, sizeof bytes), wanted = app_text_in(expected, sizeof expected - 1u);
    uint32_t tenths = kib * 10u / 1024u;
    app_put_fixed(&text, tenths, 1);
    app_put(&text, " MiB/s");
    bool is_near = true;
    if (expected_tenths > 0u) {
        app_put_fixed(&wanted, expected_tenths, 1);
        app_put(&wanted, " MiB/s");
        uint32_t far = tenths > expected_tenths ? tenths - expected_tenths : expected_tenths - tenths;
        is_near = far * 100u <= expected_tenths * 15u;
    }
    expected[wanted.length] = '\0';
    report(name, is_near ? VERDICT_OK : VERDICT_ODD, &text, expected);
}

void test_bandwidth(const selftest *test) {
    /* Octal PSRAM at 80 MHz, as two others measured it; flash, as one did. */
    static const struct {
        const char *name;
        uint32_t line, octal;
    } LINES[] = {{"psram-line-16", 16, 370}, {"psram-line-32", 32, 581}, {"psram-line-64", 64, 842}};
    bool is_known = test->psram.kind == APP_PSRAM_OCTAL && test->psram.mhz == 80u;
    for (uint32_t i = 0; i < 3u && test->psram.bytes > 0u; i++) {
        cache_write_back();
        cache_set_line(LINES[i].line);
        report_stream(LINES[i].name, stream(PSRAM_BEGIN), is_known ? LINES[i].octal : 0u);
    }
    cache_map(EXTERNAL_BEGIN, MAP_FLASH, 0, STREAM_BYTES / MMU_PAGE);
    report_stream("flash-line-64", stream(EXTERNAL_BEGIN), test->flash.quad ? 300u : 0u);
}
