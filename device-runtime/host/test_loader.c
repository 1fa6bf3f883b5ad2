/* Loading a package on a board: every placement gives the same logits, and every failure a sentence that says what to
 * do. */
#include "../app/loader.h"
#include "fake_board.h"
#include "testing_package.h"

#define TOKENS 6u

static const char *folder, *console_folder;
static app_model model;
static char sentence[400];

static const uint32_t ids[TOKENS] = {1, 5, 3, 2, 7, 4};

static app_load_status load_board(void) {
    app_load_status status = app_load(&fake.board, &model);
    memset(sentence, '#', sizeof sentence);
    app_load_text(&model, sentence, sizeof sentence);
    CHECK(strlen(sentence) < sizeof sentence && strlen(sentence) > 15u, "the sentence: %s", sentence);
    return status;
}

static bool within(const void *at, app_span span) {
    return (const uint8_t *)at >= span.begin && (const uint8_t *)at < span.begin + span.bytes;
}

static float *logits_of(s3lm_model *m) {
    float *logits = host_allocate((size_t)TOKENS * m->package->config.vocab_size * 4u);
    s3lm_status status = s3lm_forward(m, ids, TOKENS, logits, true);
    CHECK(status == S3LM_OK, "forward: %s", s3lm_status_text(status));
    return logits;
}

/* Of every matrix that may be parted the first 16 rows stay, the rest goes to the next memory. Gives how many were. */
static uint32_t part_matrices(const s3lm_package *package, uint8_t *directory) {
    uint32_t parted = 0;
    bool has_head = false;
    for (uint32_t i = 0; i < package->tensor_count; i++) {
        has_head = has_head || s3lm_package_tensor(package, i).role == S3LM_ROLE_HEAD;
    }
    for (uint32_t i = 0; i < package->tensor_count; i++) {
        s3lm_tensor tensor = s3lm_package_tensor(package, i);
        uint8_t *record = directory + S3LM_TENSOR_BYTES * i;
        bool multiplied =
            s3lm_role_of(tensor.role)->shape == S3LM_SHAPE_MATRIX || (tensor.role == S3LM_ROLE_EMBEDDING && !has_head);
        if (multiplied && S3LM_HOLDS_CODES(tensor.encoding) && tensor.encoding != S3LM_INT8_TENSOR &&
            tensor.rows > 16u) {
            record[S3LM_TENSOR_PLACED_ROWS_AT] = 16;
            record[S3LM_TENSOR_REST_PLACEMENT_AT] = (uint8_t)((record[S3LM_TENSOR_PLACEMENT_AT] + 1u) % 3u);
            parted++;
        }
    }
    return parted;
}

static size_t stored(const s3lm_tensor *tensor, uint32_t rows) {
    s3lm_tensor part = *tensor;
    part.rows = rows;
    size_t bytes = ((size_t)rows * part.row_bytes + 63u) / 64u * 64u;
    for (uint32_t table = 0; table < S3LM_MAX_TABLES; table++) {
        bytes += (s3lm_table_bytes(&part, table) + 63u) / 64u * 64u;
    }
    return bytes;
}

static void lies_in(const s3lm_tensor *tensor, uint32_t memory, app_span flash) {
    app_span span = memory == 2u ? fake.board.sram : memory == 1u ? fake.board.psram : flash;
    CHECK(within(tensor->data, span) && (!tensor->tables[0] || within(tensor->tables[0], span)),
          "a tensor lies elsewhere");
    CHECK((uintptr_t)tensor->data % S3LM_ROW_ALIGNMENT == 0u, "a tensor is unaligned");
}

/* `placed` gives each tensor its memory; `parts`: matrices lie in that and in the next one. */
static void loads_with(const char *name, uint32_t (*placed)(uint32_t tensor), app_psram_kind psram, bool parts) {
    loaded plain;
    load(&plain, folder, name, NULL);
    float *expected = logits_of(&plain.model);
    size_t length;
    uint8_t *bytes = read_package(folder, name, &length);
    uint8_t *directory = section_of(bytes, S3LM_KIND_TDIR);
    for (uint32_t i = 0; i < plain.package.tensor_count; i++) {
        directory[S3LM_TENSOR_BYTES * i + S3LM_TENSOR_PLACEMENT_AT] = (uint8_t)placed(i);
    }
    uint32_t parted = parts ? part_matrices(&plain.package, directory) : 0u;
    CHECK(!parts || parted > 0u || strcmp(name, "floats") == 0 || strcmp(name, "tensors") == 0, "%s: no parts", name);
    seal(bytes, length);
    fake_start(bytes, length, psram);
    app_load_status status = load_board();
    CHECK(status == APP_LOAD_OK, "%s: %s", name, sentence);
    if (status == APP_LOAD_OK) {
        app_span flash = {bytes, length};
        size_t weights = 0;
        for (uint32_t i = 0; i < plain.package.tensor_count; i++) {
            const s3lm_tensor *tensor = s3lm_model_tensor(&model.model, i);
            lies_in(tensor, placed(i), flash);
            weights += stored(tensor, s3lm_placed_rows(tensor));
            if (tensor->rest) {
                lies_in(tensor->rest, (placed(i) + 1u) % 3u, flash);
                weights += stored(tensor->rest, tensor->rest->rows);
                parted--;
            }
        }
        CHECK(parted == 0u, "%s: %u tensors are not parted", name, parted);
        size_t counted = 0;
        for (uint32_t memory = 0; memory < S3LM_MEMORY_KINDS; memory++) {
            counted += model.weights[memory];
        }
        CHECK(counted == weights, "%s: weights counted", name);
        CHECK(within(model.model.x, fake.board.sram), "working memory outside the SRAM");
        CHECK(model.model.options.workers == 2u && fake.split > 0u, "one core idles");
        app_span left = model.sram_left;
        size_t used =
            model.sram_scratch + model.weights[S3LM_MEMORY_SRAM] + (model.cache_in_sram ? model.cache_bytes : 0u);
        CHECK(left.bytes == fake.board.sram.bytes - used && left.begin == fake.board.sram.begin + used, "SRAM left");
        float *actual = logits_of(&model.model);
        CHECK(memcmp(expected, actual, (size_t)TOKENS * plain.package.config.vocab_size * 4u) == 0, "%s: logits", name);
        free(actual);
    }
    free(expected);
    free(bytes);
    unload(&plain);
}

static uint32_t flash(uint32_t tensor) { return tensor * 0u; }
static uint32_t sram(uint32_t tensor) { return tensor * 0u + 2u; }
static uint32_t in_turn(uint32_t tensor) { return tensor % 3u; }

static void every_placement_gives_the_same_logits(void) {
    for (uint32_t i = 0; i < FIXTURE_COUNT; i++) {
        loads_with(fixture_names[i], flash, APP_PSRAM_NONE, false);
        CHECK(model.cache_in_sram && model.weights[S3LM_MEMORY_SRAM] == 0u, "cache outside");
        loads_with(fixture_names[i], sram, APP_PSRAM_OCTAL, false);
        loads_with(fixture_names[i], in_turn, APP_PSRAM_QUAD, false);
        loads_with(fixture_names[i], in_turn, APP_PSRAM_OCTAL, true);
        loads_with(fixture_names[i], sram, APP_PSRAM_OCTAL, true);
    }
}

static void one_core_loads_too(void) {
    size_t length;
    uint8_t *bytes = read_package(folder, "rows", &length);
    fake_start(bytes, length, APP_PSRAM_NONE);
    fake.board.cores = 1;
    CHECK(load_board() == APP_LOAD_OK && fake.split == 0u && model.model.options.workers == 1u, "%s", sentence);
    free(bytes);
}

/* Loading fails with a status and these words. */
static void fails(app_load_status status, const char *words) {
    app_load_status actual = load_board();
    CHECK(actual == status && model.status == status, "status %d instead of %d: %s", actual, status, sentence);
    CHECK(strstr(sentence, words) != NULL, "\"%s\" is not in: %s", words, sentence);
    for (size_t capacity = 0; capacity < 40u; capacity++) {
        char small[40];
        memset(small, '#', sizeof small);
        app_load_text(&model, small, capacity);
        CHECK(capacity == 0u || (memchr(small, 0, capacity) && memcmp(small, sentence, capacity - 1u) == 0),
              "cut to %zu", capacity);
        CHECK(capacity == sizeof small || small[capacity] == '#', "written behind %zu bytes", capacity);
    }
}

static void flash_without_a_usable_package_is_explained(void) {
    fake_start(NULL, 0, APP_PSRAM_NONE);
    fails(APP_LOAD_NO_PARTITION, "no model partition");
    fake.board.model_fault = NULL;
    fails(APP_LOAD_NO_PARTITION, "no partition for a model");
    size_t length;
    uint8_t *bytes = read_package(folder, "rows", &length);
    uint8_t *other = host_allocate(length + 4096u);
    memset(other, 0xFF, length + 4096u);
    fake_start(other, length, APP_PSRAM_NONE);
    fails(APP_LOAD_EMPTY, "no model on this board yet");
    memset(other, 0, length);
    fails(APP_LOAD_PACKAGE, "not a model package");
    memset(other, 0xFF, length + 4096u);
    memcpy(other, bytes, length);
    fake_start(other, length + 4096u, APP_PSRAM_NONE);
    CHECK(load_board() == APP_LOAD_OK, "a partition larger than the package: %s", sentence);
    fake_start(other, length - 64u, APP_PSRAM_NONE);
    fails(APP_LOAD_PACKAGE, "cut short");
    fake_start(other, 32, APP_PSRAM_NONE);
    fails(APP_LOAD_PACKAGE, "cut short");
    other[4] = S3LM_VERSION - 1u;
    fake_start(other, length, APP_PSRAM_NONE);
    fails(APP_LOAD_PACKAGE, "made by an older version of the converter. Convert the model again");
    other[4] = S3LM_VERSION + 1u;
    fake_start(other, length, APP_PSRAM_NONE);
    fails(APP_LOAD_PACKAGE, "made by a newer version of the converter. Use a newer engine");
    free(other);
    free(bytes);
}

static void damage_is_found_wherever_it_is(void) {
    size_t length;
    uint8_t *bytes = read_package(folder, "rows", &length);
    uint8_t *weights = section_of(bytes, S3LM_KIND_WGHT);
    uint32_t weight_bytes = s3lm_u32(entry_of(bytes, S3LM_KIND_WGHT) + 12);
    fake_start(bytes, length, APP_PSRAM_OCTAL);
    for (uint32_t at = 0; at < weight_bytes; at += weight_bytes / 37u) {
        weights[at] ^= 0x10;
        fails(APP_LOAD_PACKAGE, "(WGHT, crc32");
        weights[at] ^= 0x10;
    }
    bytes[length - 1u] ^= 1u;
    fails(APP_LOAD_PACKAGE, "must be zero");
    bytes[length - 1u] ^= 1u;
    /* Sealed again, so that only the number itself is wrong: the first, a middle and the last code of a matrix. */
    const uint8_t *record = record_of(bytes, S3LM_ROLE_QKV, 1);
    uint32_t data = s3lm_u32(record + 24), cols = s3lm_u32(record + 12), rows = s3lm_u32(record + 8);
    uint32_t stride = s3lm_u32(record + 16);
    const uint32_t places[] = {0, stride * (rows / 2u) + 1u, stride * (rows - 1u) + cols - 1u};
    for (uint32_t i = 0; i < 3u; i++) {
        uint8_t before = weights[data + places[i]];
        weights[data + places[i]] = 0x80;
        seal(bytes, length);
        fails(APP_LOAD_PACKAGE, "code that the format forbids");
        weights[data + places[i]] = before;
    }
    uint8_t *scales = weights + s3lm_u32(record + 32);
    uint32_t scale = s3lm_u32(scales + 4u * (rows - 1u));
    put_u32(scales + 4u * (rows - 1u), scale | 0x80000000u);
    seal(bytes, length);
    fails(APP_LOAD_PACKAGE, "scale is negative");
    put_u32(scales + 4u * (rows - 1u), 0x7FC00000u);
    seal(bytes, length);
    fails(APP_LOAD_PACKAGE, "not finite");
    put_u32(scales + 4u * (rows - 1u), scale);
    seal(bytes, length);
    CHECK(load_board() == APP_LOAD_OK, "%s", sentence);
    free(bytes);
}

static void too_little_memory_is_said_with_numbers(void) {
    size_t length;
    uint8_t *bytes = read_package(folder, "rows", &length);
    fake_start(bytes, length, APP_PSRAM_NONE);
    CHECK(load_board() == APP_LOAD_OK, "%s", sentence);
    size_t scratch = model.sram_scratch, cache = model.cache_bytes;
    /* Just enough, and one line less. */
    fake.board.sram.bytes = scratch + cache;
    CHECK(load_board() == APP_LOAD_OK && model.sram_left.bytes == 0u, "%s", sentence);
    fake.board.sram.bytes -= 64u;
    fails(APP_LOAD_SRAM, "KB of internal memory. Convert it again for this board");
    CHECK(model.needed == scratch + cache && model.available == scratch + cache - 64u, "numbers");
    fake.board.sram.bytes = scratch - 64u;
    fails(APP_LOAD_SRAM, "of internal memory");
    CHECK(model.needed == scratch, "scratch alone");
    fake.board.sram.bytes = 0;
    fails(APP_LOAD_SRAM, "the board has 0 KB of internal memory");
    /* With PSRAM the cache goes there as soon as the console would starve. */
    fake_start(bytes, length, APP_PSRAM_OCTAL);
    fake.board.sram.bytes = scratch + cache;
    CHECK(load_board() == APP_LOAD_OK && !model.cache_in_sram && model.sram_left.bytes == cache, "%s", sentence);
    CHECK(within(model.model.steps[1].attention->keys, fake.board.psram), "the cache lies elsewhere");
    fake.board.sram.bytes = scratch;
    fake.board.psram.bytes = cache - 64u;
    fails(APP_LOAD_PSRAM, "of PSRAM");
    /* Weights for a PSRAM that is not there, or smaller than planned. */
    uint8_t *record = record_of(bytes, S3LM_ROLE_EMBEDDING, S3LM_GLOBAL);
    record[S3LM_TENSOR_PLACEMENT_AT] = S3LM_MEMORY_PSRAM;
    seal(bytes, length);
    fake_start(bytes, length, APP_PSRAM_NONE);
    fails(APP_LOAD_PSRAM, "the board has 0 KB of PSRAM");
    fake_start(bytes, length, APP_PSRAM_OCTAL);
    fake.board.psram.bytes = 128;
    fails(APP_LOAD_PSRAM, "of PSRAM");
    /* Spans that begin in the middle of a line. */
    record[S3LM_TENSOR_PLACEMENT_AT] = S3LM_MEMORY_SRAM;
    seal(bytes, length);
    fake_start(bytes, length, APP_PSRAM_OCTAL);
    fake.board.sram.begin += 4;
    fake.board.sram.bytes -= 4;
    CHECK(load_board() == APP_LOAD_OK, "%s", sentence);
    CHECK((uintptr_t)s3lm_model_tensor(&model.model, 0)->data % S3LM_ALIGNMENT == 0u, "unaligned");
    free(bytes);
}

static void a_broken_tokenizer_is_explained(void) {
    size_t length;
    uint8_t *bytes = read_fixture(console_folder, "chat.s3lm", &length);
    fake_start(bytes, length, APP_PSRAM_OCTAL);
    CHECK(load_board() == APP_LOAD_OK && model.has_tokenizer, "%s", sentence);
    uint8_t *section = section_of(bytes, S3LM_KIND_TOKN);
    section[0] ^= 0xFFu;
    seal(bytes, length);
    fails(APP_LOAD_TOKENIZER, "tokenizer cannot be used");
    section[0] ^= 0xFFu;
    uint8_t *chat = entry_of(bytes, S3LM_KIND_CHAT);
    if (chat) {
        bytes[s3lm_u32(chat + 8)] ^= 0xFFu;
        seal(bytes, length);
        fails(APP_LOAD_TOKENIZER, "tokenizer cannot be used");
    }
    free(bytes);
}

static void joined_checksums_are_those_of_the_whole(void) {
    uint8_t bytes[1000];
    uint64_t seed = 3;
    for (uint32_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)random64(&seed);
    }
    uint32_t whole = s3lm_crc32(0, bytes, sizeof bytes);
    for (uint32_t cut = 0; cut <= sizeof bytes; cut++) {
        uint32_t joined = s3lm_crc32_join(s3lm_crc32(0, bytes, cut), s3lm_crc32(0, bytes + cut, sizeof bytes - cut),
                                          sizeof bytes - cut);
        CHECK(joined == whole, "cut at %u", cut);
    }
}

int main(int argc, char **argv) {
    if (argc < 3) {
        printf("usage: %s ENGINE-FIXTURES CONSOLE-FIXTURES\n", argv[0]);
        return 2;
    }
    folder = argv[1];
    console_folder = argv[2];
    RUN(every_placement_gives_the_same_logits);
    RUN(one_core_loads_too);
    RUN(flash_without_a_usable_package_is_explained);
    RUN(damage_is_found_wherever_it_is);
    RUN(too_little_memory_is_said_with_numbers);
    RUN(a_broken_tokenizer_is_explained);
    RUN(joined_checksums_are_those_of_the_whole);
    return report();
}
