/* Ids to text, at once or as they come. */
#include "tokenizer.h"
#include "tokenizer_tables.h"
#include "unicode.h"

void s3lm_decoder_start(s3lm_decoder *d, const s3lm_tokenizer *t, bool skip_special) {
    d->tokenizer = t;
    d->strip_left = t->decoder == S3LM_DECODE_PIECES ? t->strip_count : 0;
    d->held_count = 0;
    d->held_fallback = false;
    d->first = true;
    d->space = false;
    d->skip_special = skip_special;
}

size_t s3lm_decoder_room(const s3lm_tokenizer *t) { return t->room; }

/* Writes one character unless it is to be stripped from the start; returns the bytes written. */
static size_t put(s3lm_decoder *d, const uint8_t *text, uint32_t length, uint8_t *out) {
    if (d->strip_left) {
        uint32_t read;
        if (s3lm_utf8_read(text, &read) == d->tokenizer->strip_character) {
            d->strip_left--;
            return 0;
        }
        d->strip_left = 0;
    }
    for (uint32_t i = 0; i < length; i++) out[i] = text[i];
    return length;
}

static size_t put_replacement(s3lm_decoder *d, uint8_t *out) {
    uint8_t text[4];
    return put(d, text, s3lm_utf8_write(S3LM_REPLACEMENT, text), out);
}

/* Gives up `bytes` of the held bytes: one U+FFFD for all in a byte-level text, one for each from byte fallback. */
static size_t give_up(s3lm_decoder *d, uint32_t bytes, uint8_t *out) {
    size_t made = put_replacement(d, out);
    if (d->held_fallback)
        for (uint32_t i = 1; i < bytes; i++) made += put_replacement(d, out + made);
    d->held_count = (uint8_t)(d->held_count - bytes);
    for (uint32_t i = 0; i < d->held_count; i++) d->held[i] = d->held[i + bytes];
    return made;
}

/* Adds one byte to the held ones and writes what became certain. */
static size_t push_byte(s3lm_decoder *d, uint8_t byte, uint8_t *out) {
    size_t made = 0;
    d->held[d->held_count++] = byte;
    while (d->held_count) {
        int step = s3lm_utf8_step(d->held, d->held_count);
        if (step == 0) break;
        if (step < 0) made += give_up(d, (uint32_t)-step, out + made);
        else {
            made += put(d, d->held, (uint32_t)step, out + made);
            d->held_count = 0; /* a whole character is never followed: bytes come one by one */
        }
    }
    return made;
}

static size_t flush(s3lm_decoder *d, uint8_t *out) { return d->held_count ? give_up(d, d->held_count, out) : 0; }

size_t s3lm_decoder_finish(s3lm_decoder *d, uint8_t *out) {
    d->space = false; /* there is none behind the last word */
    return flush(d, out);
}

/* Whether an id adds text at all. */
static bool counts(const s3lm_tokenizer *t, uint32_t id, bool skip_special) {
    if (id >= t->vocab_size) return false;
    uint32_t flags = s3lm_token_flags(t, id);
    return !(flags & S3LM_TOKEN_ABSENT) && !(skip_special && (flags & S3LM_TOKEN_SPECIAL));
}

static uint8_t hexadecimal(uint8_t digit) { return (uint8_t)(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10); }

/* The byte that a token of byte fallback stands for: it is spelled <0xNN>, or its text. */
static uint8_t raw_byte(const s3lm_tokenizer *t, const uint8_t *text) {
    if (!(t->flags & S3LM_TOKN_SPELLED)) return text[0];
    return (uint8_t)(hexadecimal(text[3]) << 4 | hexadecimal(text[4]));
}

/* What stands between words: a space before each token that begins one, or behind each that ends one. The prefix of
 * tokens that continue a word is no text; returns its length. */
static uint32_t between(s3lm_decoder *d, const uint8_t *text, uint32_t length, uint32_t flags, bool first, uint8_t *out,
                        size_t *made) {
    const s3lm_tokenizer *t = d->tokenizer;
    uint32_t same = 0;
    if (d->space) out[(*made)++] = ' ';
    d->space = t->decoder == S3LM_DECODE_ENDS && (flags & S3LM_TOKEN_END);
    if (t->decoder != S3LM_DECODE_WORDS || first) return 0;
    while (same < t->continuing.count && same < length && text[same] == t->continuing.at[same]) same++;
    if (same && same == t->continuing.count) return same;
    if (!(flags & S3LM_TOKEN_GLUED)) out[(*made)++] = ' ';
    return 0;
}

size_t s3lm_decoder_push(s3lm_decoder *d, uint32_t id, uint8_t *out) {
    const s3lm_tokenizer *t = d->tokenizer;
    uint32_t length;
    size_t made = 0;
    if (!counts(t, id, d->skip_special)) return 0;
    const uint8_t *text = s3lm_token_bytes(t, id, &length);
    bool first = d->first, byte = (s3lm_token_flags(t, id) & S3LM_TOKEN_BYTE) != 0;
    d->first = false;
    if (t->decoder == S3LM_DECODE_BYTES || byte) {
        d->held_fallback = byte;
        if (byte) return push_byte(d, raw_byte(t, text), out);
        for (uint32_t i = 0; i < length; i++) made += push_byte(d, text[i], out + made);
        return made;
    }
    made = flush(d, out);
    for (uint32_t at = between(d, text, length, s3lm_token_flags(t, id), first, out, &made), step; at < length;
         at += step) {
        uint32_t c = s3lm_utf8_read(text + at, &step);
        if (t->decoder == S3LM_DECODE_METASPACE && c == t->metaspace) {
            if (!(first && t->strip_count)) out[made++] = ' ';
        } else if (t->metaspace && c == t->metaspace && (t->flags & S3LM_TOKN_SPELLED) &&
                   t->decoder == S3LM_DECODE_PIECES) {
            made += put(d, (const uint8_t *)" ", 1, out + made);
        } else made += put(d, text + at, step, out + made);
    }
    return made;
}

/* Where the text goes: counted, and kept as far as there is room. */
typedef struct {
    uint8_t *out;
    size_t capacity, length;
} sink;

static void keep(sink *s, const uint8_t *text, size_t length) {
    for (size_t i = 0; i < length; i++, s->length++)
        if (s->length < s->capacity) s->out[s->length] = text[i];
}

/* Length in ids of the run of byte tokens at `at`, and whether its bytes are UTF-8. Ids without text do not end it. */
static size_t byte_run(const s3lm_tokenizer *t, const uint32_t *ids, size_t count, size_t at, bool skip_special,
                       bool *good) {
    uint8_t held[4];
    uint32_t have = 0;
    size_t begin = at;
    *good = true;
    for (; at < count; at++) {
        uint32_t length;
        if (!counts(t, ids[at], skip_special)) continue;
        if (!(s3lm_token_flags(t, ids[at]) & S3LM_TOKEN_BYTE)) break;
        if (!*good) continue;
        held[have++] = raw_byte(t, s3lm_token_bytes(t, ids[at], &length));
        int step = s3lm_utf8_step(held, have);
        if (step < 0) *good = false;
        if (step > 0) have = 0;
    }
    if (have) *good = false;
    return at - begin;
}

size_t s3lm_decode(const s3lm_tokenizer *t, const uint32_t *ids, size_t count, bool skip_special, uint8_t *out,
                   size_t capacity) {
    sink s = {out, capacity, 0};
    s3lm_decoder d;
    uint8_t piece[S3LM_TOKN_PIECE_LIMIT];
    s3lm_decoder_start(&d, t, skip_special);
    for (size_t at = 0; at < count;) {
        if (!counts(t, ids[at], skip_special)) {
            at++;
            continue;
        }
        bool good = true;
        size_t run = 1;
        if (s3lm_token_flags(t, ids[at]) & S3LM_TOKEN_BYTE) run = byte_run(t, ids, count, at, skip_special, &good);
        for (size_t end = at + run; at < end; at++) {
            if (good) keep(&s, piece, s3lm_decoder_push(&d, ids[at], piece));
            else if (counts(t, ids[at], skip_special)) keep(&s, piece, put_replacement(&d, piece));
        }
    }
    keep(&s, piece, s3lm_decoder_finish(&d, piece));
    return s.length;
}
