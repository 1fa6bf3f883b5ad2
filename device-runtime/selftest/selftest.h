/* The self-test: an image of its own that settles on a real board what no emulator can. It shares the board's start-up;
 * all of it runs on the first core, and nothing of it uses memory that the start-up or the mask ROM lies in. */
#ifndef SELFTEST_H
#define SELFTEST_H

#include "../app/app_format.h"
#include "../boards/esp32s3/board.h"

/* Good; works, but not as expected; wrong. */
typedef enum { VERDICT_OK, VERDICT_ODD, VERDICT_BAD } verdict;

#define VALUE_BYTES 96u
#define EXPECTED_BYTES 48u

/* What the tests look at. */
typedef struct {
    flash_info flash;
    psram_info psram;
    core_voltage voltage;
    uint32_t cores;
    void (*parallel)(void *user, app_work work, void *job, uint32_t units, uint32_t multiple);
    /* Microseconds since reset at the first C function, and what the steps of the start-up took. */
    uint32_t began, clock_micros, flash_micros, psram_micros, core_micros;
    const char *mapped_fault; /* what is wrong with what stays in flash, or NULL */
    bool frames_before;       /* the USB host spoke before the PLL was started */
    uint32_t watchdog_counts, resets[2];
} selftest;

/* ---- report.c ---- */

/* A line on both ports, kept for the report. Texts are printable ASCII without quotes and backslashes. */
void report(const char *name, verdict verdict, const app_text *value, const char *expected);
/* The last line of text and the line of JSON; `identity` is what stands between braces before the results. */
void report_end(const char *identity);

/* ---- tests_*.c ---- */

void test_resets(const selftest *test);
void test_start(const selftest *test);
void test_clock(const selftest *test);
void test_usb(const selftest *test);
void test_flash(const selftest *test);
void test_psram(const selftest *test);
void test_memory(const selftest *test);
void test_geometry(const selftest *test);
void test_suspending(const selftest *test);
void test_flash_code(const selftest *test);
void test_bandwidth(const selftest *test);
void test_second_core(const selftest *test);
void test_kernels(const selftest *test);
void test_vectors(const selftest *test);

/* ---- flash_code.c: the only code of the self-test that lies in flash ---- */

#define FLASH_CODE_STEPS 512u
/* For i from 0 on, FLASH_CODE_STEPS times: sum = (sum ^ i) * 3. */
uint32_t flash_code_sum(uint32_t sum);

/* Counts of the real-time clock domain's slow oscillator, which go on through resets; and how many come in a second. */
uint32_t slow_counts(void);
uint32_t slow_hz(void);

/* ---- vectors.c ---- */

#define VECTOR_NAMES 4u
typedef struct {
    uint32_t kernel_rows, kernel_wrong, other_rows, other_wrong;
    const char *kernel_names[VECTOR_NAMES], *other_names[VECTOR_NAMES]; /* of the first that are wrong */
} vector_counts;
/* Every instruction on each core at once; job[core] gets the outcome. */
void vectors_run(const selftest *test, vector_counts counts[2]);

#endif
