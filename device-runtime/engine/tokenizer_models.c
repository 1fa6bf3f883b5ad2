/* Checks of the models beside BPE: see tokenizer_models.h. */
#include "tokenizer_models.h"

#include "tokenizer_tables.h"

/* Bytes of the prefix of tokens that continue a word; everybody's is ##. */
#define CONTINUING_LIMIT 64u

/* -10: the library takes so much from the lowest score for an unknown character. */
#define UNKNOWN_PENALTY 0xC024000000000000u

s3lm_table *s3lm_model_table(s3lm_tokenizer *t, uint32_t *size, uint32_t *most) {
    switch (s3lm_model(t)) {
    case S3LM_MODEL_UNIGRAM:
        *size = t->flags & S3LM_TOKN_WIDE_SCORES ? 8 : 4;
        *most = S3LM_TOKN_VOCAB_LIMIT;
        return &t->scores;
    case S3LM_MODEL_WORDPIECE:
        *size = 1;
        *most = CONTINUING_LIMIT;
        return &t->continuing;
    case S3LM_MODEL_WORDLEVEL:
        *most = 0;
        return &t->merges;
    default:
        return &t->merges;
    }
}

static bool check_scores(s3lm_tokenizer *t) {
    if (t->scores.count == 0 || t->scores.count > t->vocab_size) return false;
    for (uint32_t i = 0; i < t->lookup.count; i++)
        if (s3lm_small_id(t, t->lookup.at, i) >= t->scores.count) return false;
    s3lm_float64 lowest = 0;
    for (uint32_t id = 0; id < t->scores.count; id++) {
        s3lm_float64 score = s3lm_unigram_score(t, id);
        if (!s3lm_float64_is_moderate(score)) return false;
        if (id == 0 || s3lm_float64_greater(lowest, score)) lowest = score;
    }
    t->unknown_score = s3lm_float64_add(lowest, UNKNOWN_PENALTY);
    return true;
}

bool s3lm_check_model(s3lm_tokenizer *t) {
    uint32_t model = s3lm_model(t);
    t->unknown_score = 0;
    if ((t->flags & S3LM_TOKN_WIDE_SCORES) && model != S3LM_MODEL_UNIGRAM) return false;
    if (t->decoder == S3LM_DECODE_WORDS && !(t->flags & S3LM_TOKN_SPELLED)) return false;
    if (model == S3LM_MODEL_BPE) return true;
    if (!(t->flags & S3LM_TOKN_SPELLED) || (t->flags & S3LM_TOKN_BYTE_LEVEL)) return false;
    if (t->unk_id == S3LM_NO_ID || t->decoder == S3LM_DECODE_BYTES || t->characters.count) return false;
    return model != S3LM_MODEL_UNIGRAM || check_scores(t);
}
