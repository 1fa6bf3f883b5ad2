/* The tokenizer natively, under sanitizers: the corpus once more, and broken sections and texts without end.
 *
 *   native check SECTION CORPUS EXPECTED     ids of every line (files as test/fixtures/tokenizers/make.py has them)
 *   native fuzz COUNT SEED SECTION...        COUNT mutated TOKN sections; those that still open encode and decode
 *   native sums COUNT SEED                   sums and comparisons of 64-bit floats are the machine's
 *   native fuzz-chat COUNT SEED TOKN CHAT... COUNT mutated CHAT sections
 *
 * Every buffer is allocated to the byte, so that the sanitizer sees each access outside. */
#include "../../device-runtime/engine/chat.h"
#include "../../device-runtime/engine/float64.h"
#include "../../device-runtime/engine/tokenizer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    uint8_t *bytes;
    size_t length;
} file;

static void *take(size_t bytes) {
    void *memory = malloc(bytes ? bytes : 1);
    if (!memory) abort();
    return memory;
}

static file read_file(const char *name) {
    FILE *in = fopen(name, "rb");
    if (!in) {
        fprintf(stderr, "cannot open %s\n", name);
        exit(2);
    }
    fseek(in, 0, SEEK_END);
    file f = {NULL, (size_t)ftell(in)};
    rewind(in);
    f.bytes = take(f.length);
    if (fread(f.bytes, 1, f.length, in) != f.length) exit(2);
    fclose(in);
    return f;
}

static uint32_t word(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int check(const char *section_name, const char *corpus_name, const char *expected_name) {
    file section = read_file(section_name), corpus = read_file(corpus_name), expected = read_file(expected_name);
    s3lm_tokenizer t;
    if (s3lm_tokenizer_open(section.bytes, section.length, &t) != S3LM_TOKENIZER_OK) return 1;
    const uint8_t *line = corpus.bytes + 12, *want = expected.bytes;
    uint32_t lines = word(corpus.bytes);
    for (uint32_t i = 0; i < lines; i++) {
        size_t length = word(line), ids_wanted = (size_t)(want[0] | want[1] << 8), count = 0;
        uint8_t *text = take(length);
        memcpy(text, line + 4, length);
        size_t scratch_bytes = s3lm_encode_scratch_bytes(&t, length);
        void *scratch = take(scratch_bytes);
        uint32_t *ids = take(ids_wanted * 4);
        s3lm_tokenizer_status status =
            s3lm_encode(&t, text, length, S3LM_ENCODE_ADD_SPECIAL, scratch, scratch_bytes, ids, ids_wanted, &count);
        int same = status == S3LM_TOKENIZER_OK && count == ids_wanted;
        for (size_t k = 0; same && k < count; k++) same = ids[k] == (uint32_t)(want[2 + 2 * k] | want[3 + 2 * k] << 8);
        if (!same) {
            fprintf(stderr, "line %u differs\n", i);
            return 1;
        }
        /* With one id less room, and with every amount of scratch that is too little, it says so. */
        if (ids_wanted && s3lm_encode(&t, text, length, S3LM_ENCODE_ADD_SPECIAL, scratch, scratch_bytes, ids,
                                      ids_wanted - 1, &count) != S3LM_TOKENIZER_TOO_MANY)
            return 1;
        free(scratch);
        for (size_t less = 0; less < 200 && less < scratch_bytes; less += 8) {
            scratch = take(less);
            status = s3lm_encode(&t, text, length, S3LM_ENCODE_ADD_SPECIAL, scratch, less, ids, ids_wanted, &count);
            free(scratch);
            if (status != S3LM_TOKENIZER_OK && status != S3LM_TOKENIZER_SCRATCH) return 1;
        }
        size_t need = s3lm_decode(&t, ids, ids_wanted, false, NULL, 0);
        uint8_t *out = take(need);
        if (s3lm_decode(&t, ids, ids_wanted, false, out, need) != need) return 1;
        free(out);
        free(ids);
        free(text);
        line += 4 + length;
        want += 2 + 2 * ids_wanted + 4;
    }
    free(section.bytes);
    free(corpus.bytes);
    free(expected.bytes);
    return 0;
}

/* splitmix64 (Sebastiano Vigna, public domain). */
static uint64_t random_state;
static uint32_t random_below(uint32_t limit) {
    uint64_t z = random_state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return limit ? (uint32_t)((z ^ z >> 31) % limit) : 0;
}

static const char *const PIECES[] = {"the ",
                                     " ",
                                     "  ",
                                     "\n",
                                     "a",
                                     "abcab",
                                     "'s",
                                     "42",
                                     "\xC3\xA9",
                                     "\xE6\x97\xA5",
                                     "\xF0\x9F\x99\x82",
                                     "<s>",
                                     "</s>",
                                     "wort1",
                                     "<|t",
                                     "\xE2\x96\x81",
                                     "\xFF",
                                     "\xF0\x9F",
                                     "\xE2\x80\x8D",
                                     "x",
                                     "\t",
                                     "=",
                                     "\r\n",
                                     "CamelCase",
                                     "e\xCC\x81\xCC\xA3",
                                     "\xC2\xBD",
                                     "!?"};

static size_t random_text(uint8_t *out, size_t most) {
    size_t length = 0, parts = random_below(12);
    for (size_t i = 0; i < parts; i++) {
        uint8_t one[1] = {(uint8_t)random_below(256)};
        const uint8_t *piece = one;
        size_t bytes = 1;
        if (random_below(4)) {
            piece = (const uint8_t *)PIECES[random_below(sizeof PIECES / sizeof *PIECES)];
            bytes = strlen((const char *)piece);
        }
        if (length + bytes > most) break;
        memcpy(out + length, piece, bytes);
        length += bytes;
    }
    return length;
}

/* A few changed bytes, words or lengths; mostly in the header and the small tables behind the big ones. */
static file mutate(const file *from, size_t header) {
    file f = {NULL, from->length};
    uint32_t kind = random_below(20);
    if (kind == 0) f.length = random_below((uint32_t)from->length + 1);
    if (kind == 1) f.length = from->length + random_below(9);
    f.bytes = take(f.length);
    memset(f.bytes, 0, f.length);
    memcpy(f.bytes, from->bytes, f.length < from->length ? f.length : from->length);
    uint32_t changes = 1 + random_below(4);
    for (uint32_t i = 0; i < changes && f.length >= 4; i++) {
        size_t at = random_below((uint32_t)f.length - 3);
        if (random_below(3) == 0) at = random_below((uint32_t)(header < f.length ? header : f.length) - 3);
        else if (random_below(2)) at = f.length - 4 - random_below((uint32_t)(f.length / 8));
        switch (random_below(6)) {
        case 0:
            f.bytes[at] ^= (uint8_t)(1u << random_below(8));
            break;
        case 1:
            f.bytes[at] = (uint8_t)random_below(256);
            break;
        case 2:
            f.bytes[at & ~(size_t)3] = (uint8_t)random_below(8);
            break;
        case 3:
            memset(f.bytes + (at & ~(size_t)3), random_below(2) ? 0xFF : 0, 4);
            break;
        case 4:
            memcpy(f.bytes + (at & ~(size_t)3), f.bytes + (random_below((uint32_t)f.length - 3) & ~3u), 4);
            break;
        default:
            f.bytes[at & ~(size_t)3]++;
            break;
        }
    }
    return f;
}

static void use(const s3lm_tokenizer *t) {
    uint8_t text[96];
    size_t length = random_text(text, sizeof text), count = 0, capacity = random_below(80);
    uint8_t *exact = take(length);
    memcpy(exact, text, length);
    size_t scratch_bytes = s3lm_encode_scratch_bytes(t, length);
    if (random_below(8) == 0) scratch_bytes = random_below((uint32_t)scratch_bytes) & ~7u;
    void *scratch = take(scratch_bytes);
    uint32_t *ids = take(capacity * 4);
    s3lm_encode(t, exact, length, random_below(8), scratch, scratch_bytes, ids, capacity, &count);
    for (size_t i = 0; i < count; i++)
        if (ids[i] >= t->vocab_size) abort();
    if (random_below(2))
        for (count = 0; count < capacity; count++) ids[count] = random_below(t->vocab_size + 2);
    bool skip = random_below(2);
    size_t need = s3lm_decode(t, ids, count, skip, NULL, 0);
    uint8_t *out = take(need), *room = take(s3lm_decoder_room(t));
    if (s3lm_decode(t, ids, count, skip, out, need) != need) abort();
    s3lm_decoder d;
    s3lm_decoder_start(&d, t, skip);
    for (size_t i = 0; i < count; i++)
        if (s3lm_decoder_push(&d, ids[i], room) > s3lm_decoder_room(t)) abort();
    s3lm_decoder_finish(&d, room);
    free(room);
    free(out);
    free(ids);
    free(scratch);
    free(exact);
}

static int fuzz(long count, int files, char **names) {
    file sections[64];
    long opened = 0;
    if (files > 64) files = 64;
    for (int i = 0; i < files; i++) sections[i] = read_file(names[i]);
    for (long i = 0; i < count; i++) {
        const file *from = &sections[random_below((uint32_t)files)];
        file f = mutate(from, 160);
        s3lm_tokenizer t;
        if (s3lm_tokenizer_open(f.bytes, f.length, &t) == S3LM_TOKENIZER_OK) {
            opened++;
            for (int k = 0; k < 3; k++) use(&t);
        }
        free(f.bytes);
    }
    for (int i = 0; i < files; i++) free(sections[i].bytes);
    printf("%ld sections, %ld of them opened\n", count, opened);
    return opened ? 0 : 1;
}

/* Of every size that scores have, of 24 bits or 53, near each other and far apart, and exact opposites. */
static int sums(long count) {
    for (long i = 0; i < count; i++) {
        double a = -50.0 * random_below(1u << 30) / (1u << 30), b = -50.0 * random_below(1u << 30) / 3.0;
        if (random_below(2)) a /= 7;
        for (uint32_t k = random_below(60); k > 0; k--) b /= 2;
        if (random_below(3) == 0) a = (float)a;
        if (random_below(3) == 0) b = (float)b;
        if (random_below(5) == 0) b = -b;
        if (random_below(50) == 0) b = random_below(2) ? -a : 0;
        double sum = a + b;
        uint64_t x, y, z;
        memcpy(&x, &a, 8);
        memcpy(&y, &b, 8);
        memcpy(&z, &sum, 8);
        if (s3lm_float64_add(x, y) != z || s3lm_float64_greater(x, y) != (a > b)) {
            fprintf(stderr, "%a + %a\n", a, b);
            return 1;
        }
        float single = (float)b;
        uint32_t bits;
        double wide = single;
        memcpy(&bits, &single, 4);
        memcpy(&z, &wide, 8);
        if (s3lm_float64_of_float(bits) != z) return 1;
    }
    return 0;
}

static int fuzz_chat(long count, const char *tokenizer_name, int files, char **names) {
    file section = read_file(tokenizer_name), chats[32];
    s3lm_tokenizer t;
    long opened = 0;
    if (files > 32) files = 32;
    if (s3lm_tokenizer_open(section.bytes, section.length, &t) != S3LM_TOKENIZER_OK) return 1;
    for (int i = 0; i < files; i++) chats[i] = read_file(names[i]);
    for (long i = 0; i < count; i++) {
        file f = mutate(&chats[random_below((uint32_t)files)], 48);
        s3lm_chat chat;
        if (s3lm_chat_open(f.bytes, f.length, &chat) == S3LM_TOKENIZER_OK) {
            uint8_t user[40], system[40];
            s3lm_turn turn = {.first = random_below(2), .user = user, .user_bytes = random_text(user, sizeof user)};
            if (random_below(2)) turn.system = system, turn.system_bytes = random_text(system, sizeof system);
            size_t bytes = s3lm_chat_scratch_bytes(&chat, &t, turn.user_bytes + turn.system_bytes), made = 0;
            if (random_below(8) == 0) bytes = random_below((uint32_t)bytes) & ~7u;
            void *scratch = take(bytes);
            uint32_t ids[300];
            s3lm_chat_encode(&chat, &t, &turn, scratch, bytes, ids, 300, &made);
            free(scratch);
            opened++;
        }
        free(f.bytes);
    }
    for (int i = 0; i < files; i++) free(chats[i].bytes);
    free(section.bytes);
    printf("%ld chat sections, %ld of them opened\n", count, opened);
    return opened ? 0 : 1;
}

int main(int argc, char **argv) {
    if (argc == 5 && !strcmp(argv[1], "check")) return check(argv[2], argv[3], argv[4]);
    if (argc > 3) random_state = strtoull(argv[3], NULL, 10);
    if (argc == 4 && !strcmp(argv[1], "sums")) return sums(atol(argv[2]));
    if (argc > 4 && !strcmp(argv[1], "fuzz")) return fuzz(atol(argv[2]), argc - 4, argv + 4);
    if (argc > 5 && !strcmp(argv[1], "fuzz-chat")) return fuzz_chat(atol(argv[2]), argv[4], argc - 5, argv + 5);
    fprintf(stderr, "usage: see the head of test/tokenizer/native.c\n");
    return 2;
}
