/* See tokenizer_map.h. */
#include "tokenizer_map.h"

#include "bytes.h"
#include "unicode.h"

enum { HEAD_WORDS = 5 };

/* What becomes of the characters of an entry: the high byte of its second word; the low three are its number. */
enum {
    BECOMES_TEXT = 0,           /* the text at this place */
    BECOMES_SHIFTED = 1,        /* the code point that is so much further, in two's complement */
    BECOMES_SHIFTED_BY_TWO = 2, /* the same for every second one, from the first on */
    BECOMES_SPACED = 3,         /* itself between two spaces */
    BECOMES_JAMO = 4            /* a Hangul syllable comes apart */
};

/* What a character is to its neighbours in a cluster: the second word of an entry of the clusters. */
enum { JOINS = 1, PREPENDS = 2, STANDS_ALONE = 4, PICTURE = 8 };

/* Bytes of the longest cluster that is mapped as one: the library's limit. */
#define CLUSTER_BYTES 5u

#define HANGUL 0xAC00u
#define HANGUL_COUNT 11172u

/* A part, opened. Entries have two words, the first of them code point << 11 | how many more follow it. */
typedef struct {
    const uint8_t *entries, *clusters, *keys, *texts;
    uint32_t entry_count, cluster_count, key_count, text_bytes;
} map;

static uint32_t word(const uint8_t *at, uint32_t index) {
    return s3lm_u32((const uint8_t *)__builtin_assume_aligned(at, 4) + (size_t)index * 4u);
}

static map open(const uint8_t *part) {
    map m = {part + HEAD_WORDS * 4u, NULL, NULL, NULL, word(part, 1), word(part, 2), word(part, 3), word(part, 4)};
    m.clusters = m.entries + (size_t)m.entry_count * 8u;
    m.keys = m.clusters + (size_t)m.cluster_count * 8u;
    m.texts = m.keys + (size_t)m.key_count * 8u;
    return m;
}

static uint32_t first_of(uint32_t entry) { return entry >> 11; }
static uint32_t last_of(uint32_t entry) { return (entry >> 11) + (entry & 0x7FFu); }

/* Index of the entry of a character, or `count`. */
static uint32_t find(const uint8_t *entries, uint32_t count, uint32_t c) {
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (last_of(word(entries, 2 * middle)) < c) low = middle + 1;
        else high = middle;
    }
    return low < count && first_of(word(entries, 2 * low)) <= c ? low : count;
}

static uint32_t class_of(const map *m, uint32_t c) {
    uint32_t index = find(m->clusters, m->cluster_count, c);
    return index < m->cluster_count ? word(m->clusters, 2 * index + 1) : 0;
}

/* A key of up to five bytes with its text's place in the low 24 bits. */
static uint64_t key_at(const map *m, uint32_t index) {
    return (uint64_t)word(m->keys, 2 * index + 1) << 32 | word(m->keys, 2 * index);
}

static uint64_t key_of(const uint8_t *text, uint32_t length) {
    uint64_t key = 0;
    for (uint32_t i = 0; i < length; i++) key |= (uint64_t)text[i] << (56 - 8 * i);
    return key;
}

/* The text of a cluster that is mapped as one, or NULL. A key counts that the cluster begins with. */
static const uint8_t *find_key(const map *m, const uint8_t *text, uint32_t length) {
    uint64_t wanted = key_of(text, length) | 0xFFFFFFu;
    uint32_t low = 0, high = m->key_count;
    while (low < high) { /* the first key behind it */
        uint32_t middle = (low + high) / 2;
        if (key_at(m, middle) <= wanted) low = middle + 1;
        else high = middle;
    }
    if (low == 0) return NULL;
    uint64_t key = key_at(m, low - 1);
    uint32_t shift = 24;
    while (!(key >> shift & 0xFFu)) shift += 8; /* a key has a byte at least, and none is zero */
    return key >> shift == wanted >> shift ? m->texts + (key & 0xFFFFFFu) : NULL;
}

/* End of the cluster that begins at `at`: of the rules for clusters (UAX 29) those that matter to short ones. */
static uint32_t cluster_end(const map *m, const uint8_t *text, uint32_t at, uint32_t length) {
    uint32_t step, c = s3lm_utf8_read(text + at, &step), end = at + step, class = class_of(m, c);
    bool picture = class & PICTURE, joiner = false;
    if (c == '\r') return end < length && text[end] == '\n' ? end + 1 : end;
    while (end < length && !(class & STANDS_ALONE)) {
        uint32_t next = s3lm_utf8_read(text + end, &step), other = class_of(m, next);
        bool whole = (other & JOINS) || ((class & PREPENDS) && !(other & STANDS_ALONE));
        /* A picture behind a joiner belongs to the picture before. */
        if (!whole && !(picture && joiner && (other & PICTURE))) break;
        joiner = next == 0x200D;
        class = other;
        end += step;
    }
    return end;
}

typedef struct {
    uint8_t *out;
    size_t made;
} sink;

static void put(sink *s, const uint8_t *text, uint32_t length) {
    if (s->out)
        for (uint32_t i = 0; i < length; i++) s->out[s->made + i] = text[i];
    s->made += length;
}

static void put_text(sink *s, const uint8_t *text) {
    uint32_t length = 0;
    while (text[length]) length++;
    put(s, text, length);
}

static void put_code_point(sink *s, uint32_t c) {
    uint8_t bytes[4];
    put(s, bytes, s3lm_utf8_write(c, bytes));
}

/* Leading consonant, vowel and, if it has one, trailing consonant of a syllable (Unicode, 3.12). */
static void put_jamo(sink *s, uint32_t c) {
    uint32_t index = c - HANGUL;
    put_code_point(s, 0x1100u + index / 588u);
    put_code_point(s, 0x1161u + index % 588u / 28u);
    if (index % 28u) put_code_point(s, 0x11A7u + index % 28u);
}

static void put_mapped(const map *m, sink *s, const uint8_t *text, uint32_t c, uint32_t bytes) {
    uint32_t index = find(m->entries, m->entry_count, c);
    if (index == m->entry_count) {
        put(s, text, bytes);
        return;
    }
    uint32_t first = first_of(word(m->entries, 2 * index)), second = word(m->entries, 2 * index + 1);
    uint32_t number = second & 0xFFFFFFu, shifted = (c + (number ^ 0x800000u) - 0x800000u);
    switch (second >> 24) {
    case BECOMES_TEXT:
        put_text(s, m->texts + number);
        break;
    case BECOMES_SHIFTED:
        put_code_point(s, shifted);
        break;
    case BECOMES_SHIFTED_BY_TWO:
        put_code_point(s, (c - first) & 1u ? c : shifted);
        break;
    case BECOMES_SPACED:
        put(s, (const uint8_t *)" ", 1);
        put(s, text, bytes);
        put(s, (const uint8_t *)" ", 1);
        break;
    default:
        put_jamo(s, c);
    }
}

size_t s3lm_map_apply(const uint8_t *part, const uint8_t *text, uint32_t length, uint8_t *out) {
    map m = open(part);
    sink s = {out, 0};
    for (uint32_t at = 0; at < length;) {
        uint32_t step, c = s3lm_utf8_read(text + at, &step), end = at + step;
        if (m.cluster_count) end = cluster_end(&m, text, at, length);
        if (end - at > step && end - at <= CLUSTER_BYTES) {
            /* What its first character becomes stands for all of it, as in the library. */
            bool alone = find(m.entries, m.entry_count, c) < m.entry_count;
            const uint8_t *whole = alone ? NULL : find_key(&m, text + at, end - at);
            if (alone) put_mapped(&m, &s, text + at, c, step);
            else if (whole) put_text(&s, whole);
            if (alone || whole) {
                at = end;
                continue;
            }
        }
        for (; at < end; at += step) {
            c = s3lm_utf8_read(text + at, &step);
            put_mapped(&m, &s, text + at, c, step);
        }
    }
    return s.made;
}

/* ---- Checks ---- */

/* A text is UTF-8 up to its zero, which is there. Its length, or -1. */
static int32_t text_length(const map *m, uint32_t place) {
    uint32_t at = place;
    while (at < m->text_bytes && m->texts[at]) {
        int step = s3lm_utf8_step(m->texts + at, m->text_bytes - at);
        if (step <= 0) return -1;
        at += (uint32_t)step;
    }
    return at < m->text_bytes ? (int32_t)(at - place) : -1;
}

static uint32_t utf8_length(uint32_t c) { return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4; }

static bool is_scalar(uint32_t c) { return c < 0x110000u && !(c >= 0xD800u && c < 0xE000u); }

static void grow(uint32_t *growth, uint32_t made, uint32_t of) {
    uint32_t times = s3lm_groups(made, of);
    if (times > *growth) *growth = times;
}

static bool check_entry(const map *m, uint32_t entry, uint32_t second, uint32_t *growth) {
    uint32_t first = first_of(entry), last = last_of(entry), number = second & 0xFFFFFFu;
    uint32_t by = (number ^ 0x800000u) - 0x800000u;
    if (!is_scalar(first) || !is_scalar(last) || (first < 0xD800u && last > 0xDFFFu)) return false;
    switch (second >> 24) {
    case BECOMES_TEXT: {
        int32_t length = text_length(m, number);
        if (length < 0) return false;
        grow(growth, (uint32_t)length, utf8_length(first));
        return true;
    }
    case BECOMES_SHIFTED:
    case BECOMES_SHIFTED_BY_TWO:
        if (!is_scalar(first + by) || !is_scalar(last + by)) return false;
        if (first + by < 0xD800u && last + by > 0xDFFFu) return false;
        grow(growth, utf8_length(last + by), utf8_length(first));
        return true;
    case BECOMES_SPACED:
        grow(growth, utf8_length(first) + 2, utf8_length(first));
        return number == 0;
    case BECOMES_JAMO:
        grow(growth, 9, 3);
        return number == 0 && first >= HANGUL && last < HANGUL + HANGUL_COUNT;
    default:
        return false;
    }
}

static bool check_entries(const map *m, uint32_t *growth) {
    for (uint32_t i = 0; i < m->entry_count; i++) {
        uint32_t entry = word(m->entries, 2 * i);
        if (i && last_of(word(m->entries, 2 * i - 2)) >= first_of(entry)) return false;
        if (!check_entry(m, entry, word(m->entries, 2 * i + 1), growth)) return false;
    }
    for (uint32_t i = 0; i < m->cluster_count; i++) {
        if (i && last_of(word(m->clusters, 2 * i - 2)) >= first_of(word(m->clusters, 2 * i))) return false;
        if (word(m->clusters, 2 * i + 1) > (JOINS | PREPENDS | STANDS_ALONE | PICTURE)) return false;
    }
    return true;
}

static bool check_keys(const map *m, uint32_t *growth) {
    if (m->key_count && !m->cluster_count) return false;
    for (uint32_t i = 0; i < m->key_count; i++) {
        uint64_t key = key_at(m, i);
        uint32_t bytes = 0;
        while (bytes < CLUSTER_BYTES && (key >> (56 - 8 * bytes) & 0xFFu)) bytes++;
        /* Zeros stand behind the key alone, and keys ascend. */
        if (bytes == 0 || (bytes < CLUSTER_BYTES && (key >> 24 & (((uint64_t)1 << (40 - 8 * bytes)) - 1u))))
            return false;
        if (i && key_at(m, i - 1) >> 24 >= key >> 24) return false;
        int32_t length = text_length(m, (uint32_t)key & 0xFFFFFFu);
        if (length < 0) return false;
        grow(growth, (uint32_t)length, bytes);
    }
    return true;
}

bool s3lm_map_check(const uint8_t *part, uint32_t words, uint32_t *growth) {
    if (words < HEAD_WORDS) return false;
    uint64_t need = HEAD_WORDS;
    for (uint32_t i = 1; i < 4; i++) need += (uint64_t)word(part, i) * 2u;
    need += s3lm_groups(word(part, 4), 4);
    if (need != words) return false;
    map m = open(part);
    *growth = 1;
    return check_entries(&m, growth) && check_keys(&m, growth);
}
