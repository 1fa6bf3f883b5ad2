/* Mutated packages on boards of any memory: whatever the loader accepts must then run, inside the memory that it was
 * given, and whatever it refuses it must say. A crash, an undefined operation or a step outside ends the program
 * (sanitizers).
 *
 *   fuzz_loader FIXTURES CONSOLE_FIXTURES [ITERATIONS [SEED]]
 */
#include <inttypes.h>

#include "../app/loader.h"
#include "fake_board.h"
#include "mutating_package.h"

/* Far more than the fixtures need, so that some boards have enough of everything. */
#define MOST_SRAM (256u * 1024u)
#define MOST_PSRAM (128u * 1024u)

static app_model model;

/* Memory of just so many bytes, so that a step outside is found; often not where the engine wants it to begin. */
typedef struct {
    uint8_t *memory;
    app_span span;
} room;

static room room_of(uint32_t bytes) {
    uint32_t skip = random_below(&seed, 4) == 0u ? random_below(&seed, S3LM_ALIGNMENT) : 0u;
    uint8_t *memory = malloc((size_t)bytes + skip + 1u);
    if (!memory) {
        abort();
    }
    return (room){memory, {memory + skip, bytes}};
}

static uint32_t size_of_room(uint32_t most) { return random_below(&seed, 3) == 0u ? random_below(&seed, most) : most; }

/* Puts the tensors into any memories, checksums and all. */
static void place(uint8_t *bytes, size_t length) {
    const uint8_t *entry = entry_of(bytes, S3LM_KIND_TDIR);
    uint32_t count = s3lm_u32(entry + 12) / S3LM_TENSOR_BYTES;
    for (uint32_t i = 0; i < count; i++) {
        section_of(bytes, S3LM_KIND_TDIR)[S3LM_TENSOR_BYTES * i + S3LM_TENSOR_PLACEMENT_AT] =
            (uint8_t)random_below(&seed, S3LM_MEMORY_KINDS);
    }
    seal(bytes, length);
}

static bool is_inside(app_span left, app_span whole) {
    return left.bytes <= whole.bytes && left.begin >= whole.begin &&
           (size_t)(left.begin - whole.begin) <= whole.bytes - left.bytes;
}

static void run_loaded(const app_board *board) {
    uint32_t ids[3];
    for (uint32_t i = 0; i < 3u; i++) {
        ids[i] = random_below(&seed, model.package.config.vocab_size);
    }
    CHECK(is_inside(model.sram_left, board->sram) && is_inside(model.psram_left, board->psram),
          "what is left lies elsewhere");
    if (model.model.context >= 3u) {
        (void)s3lm_forward(&model.model, ids, 3, NULL, false);
    }
}

/* One board; whether it has a model afterwards. */
static app_load_status load_one(const original *from) {
    char text[400];
    original placed = {host_allocate(from->length), from->length};
    memcpy(placed.bytes, from->bytes, from->length);
    place(placed.bytes, placed.length);
    uint8_t *bytes = random_below(&seed, 4) == 0u ? placed.bytes : mutated(&placed);
    room sram = room_of(size_of_room(MOST_SRAM));
    room psram = room_of(random_below(&seed, 2) == 0u ? 0u : size_of_room(MOST_PSRAM));
    fake_start(bytes, from->length, psram.span.bytes == 0u ? APP_PSRAM_NONE : APP_PSRAM_OCTAL);
    fake.board.sram = sram.span;
    fake.board.psram = psram.span;
    fake.board.cores = 1u + random_below(&seed, 2);
    app_load_status status = app_load(&fake.board, &model);
    app_load_text(&model, text, 1u + random_below(&seed, sizeof text));
    if (status == APP_LOAD_OK) {
        run_loaded(&fake.board);
    }
    free(sram.memory);
    free(psram.memory);
    if (bytes != placed.bytes) {
        free(bytes);
    }
    free(placed.bytes);
    return status;
}

static void fuzz(const char *folder, const char *console_folder, uint64_t iterations) {
    original originals[ORIGINALS + 1u];
    uint64_t reached[APP_LOAD_TOKENIZER + 1] = {0};
    make_originals(folder, originals);
    originals[ORIGINALS].bytes = read_fixture(console_folder, "chat.s3lm", &originals[ORIGINALS].length);
    for (uint64_t i = 0; i < iterations; i++) {
        bool has_text = random_below(&seed, 4) == 0u;
        reached[load_one(&originals[has_text ? ORIGINALS : random_below(&seed, ORIGINALS)])]++;
    }
    printf("%" PRIu64 " boards, %" PRIu64 " with a model\n", iterations, reached[APP_LOAD_OK]);
    CHECK(iterations < 1000u ||
              (reached[APP_LOAD_OK] > 0u && reached[APP_LOAD_PACKAGE] > 0u && reached[APP_LOAD_SRAM] > 0u &&
               reached[APP_LOAD_PSRAM] > 0u && reached[APP_LOAD_TOKENIZER] > 0u),
          "not every refusal is reached");
    for (size_t i = 0; i <= ORIGINALS; i++) {
        free(originals[i].bytes);
    }
}

int main(int argc, char **argv) {
    uint64_t iterations = argc > 3 ? strtoull(argv[3], NULL, 10) : 5000u;
    seed = argc > 4 ? strtoull(argv[4], NULL, 10) : 1u;
    RUN(fuzz, argc > 1 ? argv[1] : ".", argc > 2 ? argv[2] : ".", iterations);
    return report();
}
