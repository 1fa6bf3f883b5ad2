/* Tests of the second core, the vector unit and the kernels' loops. */
#include "../boards/esp32s3/pie/pie.h"
#include "selftest.h"

/* ---- Second core ---- */

#define HAND_OFFS 20000u

static void count_units(void *user, uint32_t worker, uint32_t begin, uint32_t end) {
    ((volatile uint32_t *)user)[worker] += end - begin;
}

void test_second_core(const selftest *test) {
    char bytes[VALUE_BYTES];
    app_text text = app_text_in(bytes, sizeof bytes);
    uint32_t counts[2] = {0, 0};
    uint32_t from = cycle_count();
    for (uint32_t i = 0; i < HAND_OFFS; i++) test->parallel(NULL, count_units, counts, 2, 1);
    uint32_t cycles = (cycle_count() - from) / HAND_OFFS;
    app_put_number(&text, test->cores);
    app_put(&text, " cores, ");
    app_put_number(&text, counts[1]);
    app_put(&text, " of 20000 hand-offs, ");
    app_put_number(&text, cycles);
    app_put(&text, " cycles each");
    bool is_right = counts[0] + counts[1] == 2u * HAND_OFFS && (test->cores == 1u || counts[1] == HAND_OFFS);
    verdict verdict = test->cores == 2u ? VERDICT_OK : VERDICT_ODD;
    report("second-core", is_right ? verdict : VERDICT_BAD, &text, "2 cores, 20000 hand-offs");
}

/* ---- Vector unit ---- */

static void report_rows(const char *name, verdict wrong, const uint32_t counts[2][2],
                        const char *const *const names[2]) {
    char bytes[VALUE_BYTES];
    app_text text = app_text_in(bytes, sizeof bytes);
    uint32_t all = 0;
    for (uint32_t core = 0; core < 2u; core++) {
        if (counts[core][0] == 0u) continue;
        if (core > 0u) app_put(&text, "; ");
        app_put_number(&text, counts[core][0] - counts[core][1]);
        app_put(&text, " of ");
        app_put_number(&text, counts[core][0]);
        for (uint32_t i = 0; i < counts[core][1] && i < VECTOR_NAMES; i++) {
            app_put(&text, i == 0u ? ", not " : " ");
            app_put(&text, names[core][i]);
        }
        all += counts[core][1];
    }
    report(name, all == 0u ? VERDICT_OK : wrong, &text, "all of each core");
}

void test_vectors(const selftest *test) {
    vector_counts found[2];
    vectors_run(test, found);
    const uint32_t kernels[2][2] = {{found[0].kernel_rows, found[0].kernel_wrong},
                                    {found[1].kernel_rows, found[1].kernel_wrong}};
    const uint32_t others[2][2] = {{found[0].other_rows, found[0].other_wrong},
                                   {found[1].other_rows, found[1].other_wrong}};
    const char *const *const kernel_names[2] = {found[0].kernel_names, found[1].kernel_names};
    const char *const *const other_names[2] = {found[0].other_names, found[1].other_names};
    report_rows("vector-kernels", VERDICT_BAD, kernels, kernel_names);
    /* No kernel depends on these: bounds that no document is sure of are among them. */
    report_rows("vector-others", VERDICT_ODD, others, other_names);
}

/* ---- Kernels' loops, with and without the buffer for loops ---- */

#define CHUNKS 6u
#define COLUMNS (PIE_CHUNK * CHUNKS)
#define ROWS 32u
#define ROUNDS 4000u

static int8_t weights[(ROWS + 1u) * COLUMNS] __attribute__((aligned(16)));
static int8_t inputs[COLUMNS] __attribute__((aligned(16)));

typedef struct {
    uint32_t buffered;
    uint32_t cycles[2], wrong[2];
} loop_job;

static void buffer_loops(uint32_t on) { __asm__ volatile("wsr %0, memctl\n\tisync" ::"r"(on) : "memory"); }

static void run_loops(void *user, uint32_t worker, uint32_t begin, uint32_t end) {
    loop_job *job = (loop_job *)user;
    int64_t sums[ROWS], wanted[ROWS];
    (void)begin;
    (void)end;
    for (uint32_t row = 0; row < ROWS; row++) {
        wanted[row] = 0;
        for (uint32_t i = 0; i < COLUMNS; i++) wanted[row] += weights[row * COLUMNS + i] * inputs[i];
    }
    uint32_t was_on = loops_are_buffered() ? 1u : 0u;
    buffer_loops(job->buffered);
    uint32_t from = cycle_count();
    for (uint32_t round = 0; round < ROUNDS; round++) {
        s3lm_pie_dots_6(weights, inputs, sums, ROWS, COLUMNS);
        for (uint32_t row = 0; row < ROWS; row++) {
            /* ACCX has 40 bits, and is stored without its sign. */
            if (((uint64_t)(sums[row] ^ wanted[row]) & 0xFFFFFFFFFFu) != 0u) job->wrong[worker]++;
        }
    }
    job->cycles[worker] = (cycle_count() - from) / ROUNDS;
    buffer_loops(was_on);
}

void test_kernels(const selftest *test) {
    char bytes[VALUE_BYTES];
    uint32_t wrong = 0, cycles[2] = {0, 0};
    for (uint32_t i = 0; i < sizeof weights; i++) weights[i] = (int8_t)(i * 73u + (i >> 5) * 11u);
    for (uint32_t i = 0; i < sizeof inputs; i++) inputs[i] = (int8_t)(i * 29u + 5u);
    for (uint32_t buffered = 0; buffered < 2u; buffered++) {
        loop_job job = {.buffered = buffered};
        test->parallel(NULL, run_loops, &job, test->cores, 1);
        watchdog_feed();
        wrong += job.wrong[0] + job.wrong[1];
        cycles[buffered] = job.cycles[0];
    }
    app_text text = app_text_in(bytes, sizeof bytes);
    app_put_number(&text, wrong);
    app_put(&text, " wrong sums; ");
    app_put_number(&text, cycles[1]);
    app_put(&text, " cycles with the loop buffer, ");
    app_put_number(&text, cycles[0]);
    app_put(&text, " without");
    report("kernels", wrong == 0u ? VERDICT_OK : VERDICT_BAD, &text, "0 wrong sums");
}
