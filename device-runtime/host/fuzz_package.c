/* Mutated packages, their checksums made right again so that the deep checks are reached. Whatever is accepted must
 * then run: a crash, an undefined operation or a read outside the package ends the program (sanitizers).
 *
 *   fuzz_package FIXTURES [ITERATIONS [SEED]]
 */
#include <inttypes.h>

#include "making_package.h"

/* Accepted packages that ask for more are not run; they could be, on a larger machine. */
#define MOST_STATE_BYTES (4u << 20)
#define MOST_MUTATIONS 4u

static uint64_t seed;

/* Numbers at which sizes and counts break. */
static uint32_t interesting(uint32_t old) {
    static const uint32_t values[] = {
        0,       1,       2,       3,       4,        7,        8,          15,         16,         17,        31,
        32,      33,      63,      64,      65,       127,      128,        255,        256,        257,       0xFFFF,
        0x10000, 0x10001, 1 << 20, 1 << 24, 1u << 30, 1u << 31, 0x7FFFFFFF, 0xFFFFFFC0, 0xFFFFFFFF, 0x3F800000};
    switch (random_below(&seed, 4)) {
    case 0:
        return old + random_below(&seed, 33) - 16u;
    case 1:
        return old ^ (1u << random_below(&seed, 32));
    case 2:
        return (uint32_t)random64(&seed);
    default:
        return values[random_below(&seed, sizeof values / sizeof values[0])];
    }
}

static void change_word(uint8_t *bytes, uint32_t length) {
    if (length >= 4u) {
        uint8_t *at = bytes + 4u * random_below(&seed, length / 4u);
        put_u32(at, interesting(s3lm_u32(at)));
    }
}

/* Two records or sections' words change places, or one is copied over the other. */
static void mix_records(uint8_t *bytes, uint32_t length, uint32_t size) {
    if (length < size) {
        return;
    }
    uint8_t *a = bytes + (size_t)size * random_below(&seed, length / size);
    uint8_t *b = bytes + (size_t)size * random_below(&seed, length / size);
    bool swap = random_below(&seed, 2) == 0;
    for (uint32_t i = 0; i < size; i++) {
        uint8_t kept = a[i];
        a[i] = b[i];
        if (swap) {
            b[i] = kept;
        }
    }
}

/* One mutation somewhere in the file, mostly where structure is. */
static void mutate(uint8_t *bytes, const uint8_t *original, size_t length) {
    static const uint32_t kinds[] = {S3LM_KIND_CONF, S3LM_KIND_STEP, S3LM_KIND_TDIR, S3LM_KIND_SAMP, S3LM_KIND_WGHT};
    uint32_t kind = kinds[random_below(&seed, 5)];
    uint8_t *entry = entry_of((uint8_t *)(uintptr_t)original, kind);
    uint32_t offset = s3lm_u32(entry + 8), size = s3lm_u32(entry + 12);
    switch (random_below(&seed, 8)) {
    case 0:
        change_word(bytes, S3LM_HEADER_BYTES);
        break;
    case 1:
        change_word(bytes + S3LM_HEADER_BYTES, S3LM_ENTRY_BYTES * s3lm_u32(original + 12));
        break;
    case 2:
        mix_records(bytes + offset, size, kind == S3LM_KIND_SAMP ? 4 : 64);
        break;
    case 3:
        mix_records(bytes + S3LM_HEADER_BYTES, S3LM_ENTRY_BYTES * s3lm_u32(original + 12), 4);
        break;
    case 4:
        bytes[random_below(&seed, (uint32_t)length)] = (uint8_t)random64(&seed);
        break;
    default:
        change_word(bytes + offset, size);
    }
}

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

/* The fixtures, and a package of each kind of block. */
#define ORIGINALS (FIXTURE_COUNT + MADE_BLOCKS)

static void fuzz(const char *folder, uint64_t iterations) {
    uint8_t *originals[ORIGINALS];
    size_t lengths[ORIGINALS];
    uint64_t accepted = 0, reached[S3LM_STATUS_COUNT] = {0};
    for (size_t i = 0; i < FIXTURE_COUNT; i++) {
        originals[i] = read_package(folder, fixture_names[i], &lengths[i]);
    }
    for (size_t i = 0; i < MADE_BLOCKS; i++) {
        made_shape shape = {.block = &made_blocks[i],
                            .layers = 2,
                            .hidden = 12,
                            .vocab = 9,
                            .context = 10,
                            .heads = 2,
                            .kv_heads = 1,
                            .head_dim = 4,
                            .width = 10,
                            .int8 = i % 2u == 0u};
        made_package made = make_package(&shape, i);
        lengths[FIXTURE_COUNT + i] = made.length;
        originals[FIXTURE_COUNT + i] = made.bytes;
        forget_values(&made);
    }
    for (uint64_t i = 0; i < iterations; i++) {
        size_t which = random_below(&seed, ORIGINALS);
        size_t length = lengths[which];
        uint8_t *bytes = host_allocate(length);
        memcpy(bytes, originals[which], length);
        uint32_t mutations = 1u + random_below(&seed, MOST_MUTATIONS);
        for (uint32_t m = 0; m < mutations; m++) {
            mutate(bytes, originals[which], length);
        }
        if (random_below(&seed, 32) != 0u) {
            seal(bytes, length);
        }
        s3lm_package package;
        s3lm_status status = s3lm_package_open(bytes, length, &package, NULL);
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
        free(originals[i]);
    }
}

int main(int argc, char **argv) {
    const char *folder = argc > 1 ? argv[1] : ".";
    uint64_t iterations = argc > 2 ? strtoull(argv[2], NULL, 10) : 20000u;
    seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 1u;
    RUN(fuzz, folder, iterations);
    return report();
}
