/* One word to ids by its longest tokens (WordPiece), or as a whole (WordLevel), as the tokenizers library does it. */
#include "tokenizer_lookup.h"
#include "tokenizer_models.h"
#include "tokenizer_tables.h"

/* Longest token at text[at]; behind the word's start it has the continuing prefix before it. Its end, or `at`. */
static uint32_t longest(const s3lm_tokenizer *t, const uint8_t *text, uint32_t at, uint32_t length, uint32_t *id) {
    s3lm_prefix prefix = s3lm_prefix_start(t);
    uint32_t end = at, found;
    if (at > 0)
        for (uint32_t i = 0; i < t->continuing.count; i++)
            if (!s3lm_prefix_step(t, &prefix, t->continuing.at[i], &found)) return at;
    for (uint32_t i = at; i < length && s3lm_prefix_step(t, &prefix, text[i], &found); i++) {
        if (found == S3LM_NO_ID) continue;
        end = i + 1;
        *id = found;
    }
    return end;
}

void s3lm_encode_wordpiece(s3lm_encoder *e, const uint8_t *text, uint32_t length) {
    const s3lm_tokenizer *t = e->t;
    size_t before = e->count;
    uint32_t characters = 0;
    for (uint32_t i = 0; i < length; i++) characters += (text[i] & 0xC0) != 0x80;
    bool known = characters <= t->word_limit;
    for (uint32_t at = 0; known && at < length;) {
        uint32_t id = 0, end = longest(t, text, at, length, &id);
        known = end > at;
        if (known) s3lm_emit(e, id);
        at = end;
    }
    if (known) return;
    /* A word that is not made of tokens to its end is unknown as a whole. */
    e->count = before;
    e->status = S3LM_TOKENIZER_OK;
    s3lm_emit(e, t->unk_id);
}

void s3lm_encode_wordlevel(s3lm_encoder *e, const uint8_t *text, uint32_t length) {
    uint32_t id = s3lm_find_token(e->t, text, length);
    s3lm_emit(e, id == S3LM_NO_ID ? e->t->unk_id : id);
}
