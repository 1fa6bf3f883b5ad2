/* Mutated packages, their checksums made right again so that the deep checks are reached. Whatever is accepted must
 * then run: a crash, an undefined operation or a read outside the package ends the program (sanitizers).
 *
 *   fuzz_package FIXTURES [ITERATIONS [SEED]]
 */
#include <inttypes.h>

#include "mutating_package.h"

/* Accepted packages that ask for more are not run; they could be, on a larger machine. */
#define MOST_STATE_BYTES (4u << 20)

/* Reads a few tokens and generates a few; the answers do not matter. */
static void run(const s3lm_package *package) {
    static s3lm_generation generation;
    s3lm_options options = {.max_batch = 1u + random_below(&seed, 3),
                            .context = package->config.context < 9u ? 0u : 9u};
    size_t need = s3lm_state_bytes(package, &options);
    if (need == 0u || need > MOST_STATE_BYTES) {
        return;
    }
    void *memory = host_allocate(need);
    s3lm_model model;
    if (memory && s3lm_init(&model, package, &options, memory, need) == S3LM_OK) {
        uint32_t prompt[3];
        for (uint32_t i = 0; i < 3u; i++) {
            prompt[i] = random_below(&seed, package->config.vocab_size);
        }
        s3lm_generation_options wanted = {.sampling = package->sampling, .seed = seed, .full = S3LM_FULL_SLIDE};
        wanted.sampling.do_sample = random_below(&seed, 2) == 0;
        if (s3lm_generation_begin(&generation, &model, &wanted, prompt, 3) == S3LM_OK) {
            for (uint32_t i = 0; i < 12u && generation.reason == S3LM_RUNNING; i++) {
                s3lm_event event = s3lm_generation_step(&generation);
                CHECK(event.kind != S3LM_EVENT_TOKEN || event.id < package->config.vocab_size, "id %u", event.id);
            }
        }
    }
    free(memory);
}

static void fuzz(const char *folder, uint64_t iterations) {
    original originals[ORIGINALS];
    uint64_t accepted = 0, reached[S3LM_STATUS_COUNT] = {0};
    make_originals(folder, originals);
    for (uint64_t i = 0; i < iterations; i++) {
        const original *from = &originals[random_below(&seed, ORIGINALS)];
        uint8_t *bytes = mutated(from);
        s3lm_package package;
        s3lm_status status = s3lm_package_open(bytes, from->length, &package, NULL);
        reached[status]++;
        if (status == S3LM_OK) {
            accepted++;
            run(&package);
        }
        free(bytes);
    }
    printf("%" PRIu64 " mutated packages, %" PRIu64 " accepted and run\n", iterations, accepted);
    /* The mutations must keep reaching the last checks, or this proves little. */
    CHECK(iterations < 1000u || (reached[S3LM_ERR_TENSOR_NUMBER] + reached[S3LM_ERR_TENSOR_CODE] > 0u &&
                                 reached[S3LM_ERR_TENSOR_PLACE] > 0u && accepted > 0u),
          "the deep checks are not reached");
    for (size_t i = 0; i < ORIGINALS; i++) {
        free(originals[i].bytes);
    }
}

int main(int argc, char **argv) {
    const char *folder = argc > 1 ? argv[1] : ".";
    uint64_t iterations = argc > 2 ? strtoull(argv[2], NULL, 10) : 20000u;
    seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 1u;
    RUN(fuzz, folder, iterations);
    return report();
}
