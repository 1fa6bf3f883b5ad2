/* Normal forms: see tokenizer_forms.h. */
#include "tokenizer_forms.h"

#include "tokenizer_encoder.h"
#include "tokenizer_tables.h"
#include "unicode.h"

#define HEAD_WORDS 5u
#define COMPOSES 1u
#define COMPATIBLE 2u

/* A key has a code point and, above its 21 bits, the number of the second character or the length of a text. */
#define POINT_BITS 21u
#define POINT_MASK ((1u << POINT_BITS) - 1u)
#define NO_SECOND 0x7FFu

/* Steps from a character to its whole decomposition: Unicode has at most three. */
#define MOST_STEPS 4u
/* Bytes of a compatibility decomposition: U+FDFA has 33. */
#define MOST_BYTES 64u

#define NONE 0xFFFFFFFFu

/* Hangul syllables are composed by rule (The Unicode Standard, section 3.12). */
enum { S_BASE = 0xAC00, L_BASE = 0x1100, V_BASE = 0x1161, T_BASE = 0x11A7, L_COUNT = 19, V_COUNT = 21, T_COUNT = 28 };
#define S_COUNT (L_COUNT * V_COUNT * T_COUNT)

static uint32_t half_at(const uint8_t *at, uint32_t index) {
    return s3lm_u16((const uint8_t *)__builtin_assume_aligned(at, 2) + (size_t)index * 2u);
}

s3lm_form s3lm_form_open(const uint8_t *part) {
    uint32_t flags = s3lm_word(part, 1), steps = s3lm_word(part, 2), made = s3lm_word(part, 3);
    s3lm_form f;
    f.composes = flags & COMPOSES;
    f.compatible = flags & COMPATIBLE;
    f.mark_count = flags >> 16;
    f.step_count = steps & 0xFFFFu;
    f.second_count = steps >> 16;
    f.composition_count = made & 0xFFFFu;
    f.compatible_count = made >> 16;
    f.pool_bytes = s3lm_word(part, 4);
    f.marks = part + HEAD_WORDS * 4u;
    f.seconds = f.marks + (size_t)f.mark_count * 4u;
    f.keys = f.seconds + (size_t)f.second_count * 4u;
    f.firsts = f.keys + (size_t)f.step_count * 4u;
    f.compositions = f.firsts + (size_t)f.step_count * 4u;
    f.compatible_keys = f.compositions + (size_t)((f.composition_count + 1u) / 2u) * 4u;
    f.places = f.compatible_keys + (size_t)f.compatible_count * 4u;
    f.pool = f.places + (size_t)((f.compatible_count + 1u) / 2u) * 4u;
    return f;
}

static bool is_scalar(uint32_t c) { return c < 0xD800 || (c > 0xDFFF && c <= 0x10FFFF); }

static uint32_t width(uint32_t c) { return c < 0x80u ? 1 : c < 0x800u ? 2 : c < 0x10000u ? 3 : 4; }

/* First character, then number of the second, of a step. */
static uint64_t pair_at(const s3lm_form *f, uint32_t step) {
    return (uint64_t)s3lm_word(f->firsts, step) << 32 | s3lm_word(f->keys, step) >> POINT_BITS;
}

static bool check_steps(const s3lm_form *f) {
    for (uint32_t i = 0; i < f->mark_count; i++)
        if (i && s3lm_word(f->marks, i) >> 8 <= s3lm_word(f->marks, i - 1) >> 8) return false;
    for (uint32_t i = 0; i < f->second_count; i++) {
        uint32_t c = s3lm_word(f->seconds, i);
        if (!is_scalar(c) || (i && c <= s3lm_word(f->seconds, i - 1))) return false;
    }
    for (uint32_t i = 0; i < f->step_count; i++) {
        uint32_t key = s3lm_word(f->keys, i), second = key >> POINT_BITS;
        if (!is_scalar(key & POINT_MASK) || !is_scalar(s3lm_word(f->firsts, i))) return false;
        if (second != NO_SECOND && second >= f->second_count) return false;
        if (i && (key & POINT_MASK) <= (s3lm_word(f->keys, i - 1) & POINT_MASK)) return false;
    }
    for (uint32_t i = 0; i < f->composition_count; i++) {
        uint32_t step = half_at(f->compositions, i);
        if (step >= f->step_count || (i && pair_at(f, step) <= pair_at(f, half_at(f->compositions, i - 1))))
            return false;
        uint32_t key = s3lm_word(f->keys, step), second = key >> POINT_BITS;
        if (second == NO_SECOND) return false;
        /* Composing is done in place, so it must not make text longer. */
        if (width(key & POINT_MASK) > width(s3lm_word(f->firsts, step)) + width(s3lm_word(f->seconds, second)))
            return false;
    }
    return true;
}

bool s3lm_form_check(const uint8_t *part, uint32_t words) {
    if (words < HEAD_WORDS) return false;
    s3lm_form f = s3lm_form_open(part);
    if (s3lm_word(part, 1) & 0xFFFCu || f.pool_bytes > S3LM_TOKN_PARTS_LIMIT) return false;
    uint64_t tables = (uint64_t)f.mark_count + f.second_count + 2ull * f.step_count + (f.composition_count + 1u) / 2u +
                      f.compatible_count + (f.compatible_count + 1u) / 2u + (f.pool_bytes + 3u) / 4u;
    if (tables != words - HEAD_WORDS || f.second_count >= NO_SECOND || !check_steps(&f)) return false;
    for (uint32_t i = 0; i < f.compatible_count; i++) {
        uint32_t key = s3lm_word(f.compatible_keys, i), length = key >> POINT_BITS, place = half_at(f.places, i);
        if (i && (key & POINT_MASK) <= (s3lm_word(f.compatible_keys, i - 1) & POINT_MASK)) return false;
        if (length == 0 || length > MOST_BYTES || place > f.pool_bytes || length > f.pool_bytes - place) return false;
        for (uint32_t at = 0; at < length;) {
            int step = s3lm_utf8_step(f.pool + place + at, length - at);
            if (step <= 0) return false;
            at += (uint32_t)step;
        }
    }
    return true;
}

/* Place of a code point among ascending keys, or NONE. */
static uint32_t find(const uint8_t *keys, uint32_t count, uint32_t c) {
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = (low + high) / 2, point = s3lm_word(keys, middle) & POINT_MASK;
        if (point == c) return middle;
        if (point < c) low = middle + 1;
        else high = middle;
    }
    return NONE;
}

/* Combining class: that of the last run of marks that begins at or before c. */
static uint32_t mark_class(const s3lm_form *f, uint32_t c) {
    uint32_t low = 0, high = f->mark_count; /* runs before `low` begin at or before c */
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (s3lm_word(f->marks, middle) >> 8 <= c) low = middle + 1;
        else high = middle;
    }
    return low ? s3lm_word(f->marks, low - 1) & 0xFFu : 0;
}

/* ---- Decomposition ---- */

static size_t put(uint32_t c, uint8_t *out, size_t at) {
    if (out) s3lm_utf8_write(c, out + at);
    return at + width(c);
}

static size_t decompose_one(const s3lm_form *f, uint32_t c, uint8_t *out) {
    if (c - S_BASE < S_COUNT) {
        uint32_t s = c - S_BASE, t = s % T_COUNT;
        size_t made = put(L_BASE + s / (V_COUNT * T_COUNT), out, 0);
        made = put(V_BASE + s / T_COUNT % V_COUNT, out, made);
        return t ? put(T_BASE + t, out, made) : made;
    }
    uint32_t place = find(f->compatible_keys, f->compatible_count, c);
    if (place != NONE) {
        uint32_t length = s3lm_word(f->compatible_keys, place) >> POINT_BITS;
        if (out) s3lm_copy(out, f->pool + half_at(f->places, place), length);
        return length;
    }
    uint32_t seconds[MOST_STEPS], count = 0;
    for (uint32_t steps = 0; steps < MOST_STEPS; steps++) {
        uint32_t step = find(f->keys, f->step_count, c);
        if (step == NONE) break;
        uint32_t second = s3lm_word(f->keys, step) >> POINT_BITS;
        if (second != NO_SECOND) seconds[count++] = s3lm_word(f->seconds, second);
        c = s3lm_word(f->firsts, step);
    }
    size_t made = put(c, out, 0);
    while (count) made = put(seconds[--count], out, made);
    return made;
}

bool s3lm_form_inert(const s3lm_form *f, const uint8_t *text, uint32_t length) {
    /* Below U+0300 nothing is a mark; canonical decompositions begin at U+00C0, and composing undoes those; others
     * begin at U+00A0. */
    uint8_t lead = f->compatible ? 0xC2 : f->composes ? 0xCC : 0xC3;
    for (uint32_t at = 0; at < length; at++)
        if (text[at] >= lead) return false;
    return true;
}

size_t s3lm_form_decompose(const s3lm_form *f, const uint8_t *text, uint32_t length, uint8_t *out) {
    size_t made = 0;
    for (uint32_t at = 0, bytes; at < length; at += bytes) {
        uint32_t c = s3lm_utf8_read(text + at, &bytes);
        if (c < 0x80) made = put(c, out, made);
        else made += decompose_one(f, c, out ? out + made : NULL);
    }
    return made;
}

/* ---- Order ---- */

/* Sorts a run of marks by class, those of one class left in their order. */
static void sort_run(const s3lm_form *f, uint8_t *run, size_t length, uint8_t *scratch) {
    size_t made = 0;
    for (uint32_t done = 0, next; made < length; done = next) {
        next = 256;
        for (size_t at = 0; at < length;) { /* the lowest class above the last one */
            uint32_t bytes, value = mark_class(f, s3lm_utf8_read(run + at, &bytes));
            if (value > done && value < next) next = value;
            at += bytes;
        }
        for (size_t at = 0; at < length;) {
            uint32_t bytes;
            if (mark_class(f, s3lm_utf8_read(run + at, &bytes)) == next) {
                s3lm_copy(scratch + made, run + at, bytes);
                made += bytes;
            }
            at += bytes;
        }
    }
    s3lm_copy(run, scratch, length);
}

bool s3lm_form_order(const s3lm_form *f, uint8_t *text, size_t length, uint8_t *scratch, size_t room) {
    size_t begin = 0;
    uint32_t last = 0;
    bool sorted = true;
    for (size_t at = 0; at <= length;) {
        uint32_t bytes = 1, value = 0;
        if (at < length && text[at] >= 0x80) value = mark_class(f, s3lm_utf8_read(text + at, &bytes));
        if (value == 0) { /* the run ends */
            if (!sorted) {
                if (room < at - begin) return false;
                sort_run(f, text + begin, at - begin, scratch);
            }
            begin = at + bytes;
            sorted = true;
        } else if (value < last) sorted = false;
        last = value;
        at += bytes;
    }
    return true;
}

/* ---- Composition ---- */

/* What two characters compose to, or NONE. */
static uint32_t composed(const s3lm_form *f, uint32_t first, uint32_t second) {
    if (first - L_BASE < L_COUNT && second - V_BASE < V_COUNT)
        return S_BASE + ((first - L_BASE) * V_COUNT + (second - V_BASE)) * T_COUNT;
    if (first - S_BASE < S_COUNT && (first - S_BASE) % T_COUNT == 0 && second - (T_BASE + 1u) < T_COUNT - 1u)
        return first + (second - T_BASE);
    uint32_t number = find(f->seconds, f->second_count, second);
    if (number == NONE) return NONE;
    uint64_t pair = (uint64_t)first << 32 | number;
    uint32_t low = 0, high = f->composition_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2, step = half_at(f->compositions, middle);
        uint64_t there = pair_at(f, step);
        if (there == pair) return s3lm_word(f->keys, step) & POINT_MASK;
        if (there < pair) low = middle + 1;
        else high = middle;
    }
    return NONE;
}

size_t s3lm_form_compose(const s3lm_form *f, uint8_t *text, size_t length) {
    size_t starter = 0, starter_end = 0, made = 0; /* the character that others may join; none while both are 0 */
    uint32_t last = 0;                             /* class of the character before */
    if (!f->composes) return length;
    for (size_t at = 0; at < length;) {
        uint32_t bytes, old, c = s3lm_utf8_read(text + at, &bytes);
        uint32_t value = c < 0x80 ? 0 : mark_class(f, c), whole = NONE;
        /* It is not kept from the starter: nothing stands between, or only marks of lower classes. */
        if (starter_end && (made == starter_end || (last != 0 && last < value)))
            whole = composed(f, s3lm_utf8_read(text + starter, &old), c);
        at += bytes;
        if (whole != NONE) { /* the marks between move by what the starter grows or shrinks */
            uint32_t wide = width(whole), kept = (uint32_t)(made - starter_end);
            if (wide > old)
                for (uint32_t i = kept; i > 0; i--) text[starter + wide + i - 1] = text[starter_end + i - 1];
            else s3lm_copy(text + starter + wide, text + starter_end, kept);
            s3lm_utf8_write(whole, text + starter);
            starter_end = starter + wide;
            made = starter_end + kept;
            continue;
        }
        if (value == 0) {
            starter = made;
            starter_end = made + bytes;
        }
        s3lm_copy(text + made, text + at - bytes, bytes);
        made += bytes;
        last = value;
    }
    return made;
}
