/* Words: the stages of the pre-tokenizer, each inside the pieces of the one before. */
#include "tokenizer_encoder.h"
#include "tokenizer_machine.h"
#include "tokenizer_split.h"
#include "tokenizer_tables.h"
#include "unicode.h"

/* ---- The last stage of tokenizers with a metaspace ---- */

static void encode_metaspace(s3lm_encoder *e, const uint8_t *stage, const uint8_t *text, uint32_t begin, uint32_t end,
                             bool at_start) {
    const s3lm_tokenizer *t = e->t;
    uint32_t scheme = s3lm_word(stage, 1), length, first = s3lm_utf8_read(text + begin, &length);
    bool split = s3lm_word(stage, 2) != 0, before = false;
    if (first != ' ' && first != t->metaspace) {
        bool continued = at_start && (e->flags & S3LM_ENCODE_CONTINUE);
        if (scheme == S3LM_METASPACE_ALWAYS) before = !continued;
        else if (scheme == S3LM_METASPACE_FIRST) before = at_start && !continued;
    }
    while (begin < end) {
        uint32_t stop = split ? s3lm_split_metaspace(t->metaspace, text, begin, end) : end;
        s3lm_encode_word(e, text + begin, stop - begin, true, before);
        before = false;
        begin = stop;
    }
}

/* ---- Stages ---- */

#define NOWHERE 0xFFFFFFFFu

/* A stage at work: what is left of its text, and where a space stands in place of another byte. */
typedef struct {
    uint32_t place, end, space;
    uint8_t replaced;
} stage_state;

/* Starts a stage on text[begin, end). spaces: the byte-level stage may put a space before it. */
static stage_state enter(const uint8_t *stage, uint8_t *text, uint32_t begin, uint32_t end, bool spaces) {
    stage_state s = {begin, end, NOWHERE, 0};
    if (s3lm_word(stage, 0) == S3LM_STAGE_BYTE_LEVEL && s3lm_word(stage, 1) && spaces && text[begin] != ' ') {
        s.space = s.place = begin - 1;
        s.replaced = text[s.space];
        text[s.space] = ' ';
    }
    return s;
}

/* The stage's next piece [*begin, s->place); false when none is left. bytes: a byte-level stage came before. */
static bool next_piece(const s3lm_tokenizer *t, const uint8_t *stage, const uint8_t *text, bool bytes, stage_state *s,
                       uint32_t *begin) {
    uint32_t kind = s3lm_word(stage, 0), a = s3lm_word(stage, 1), b = s3lm_word(stage, 2);
    if (s->place >= s->end) return false;
    *begin = s->place;
    if (kind == S3LM_STAGE_PATTERN) {
        s3lm_machine m = s3lm_machine_open(t->parts.at + (size_t)a * 4u);
        s3lm_subject subject = {text, bytes};
        return s3lm_machine_piece(&m, b, subject, &s->place, s->end, begin);
    }
    if (kind == S3LM_STAGE_SPLIT) s->place = s3lm_split_rule(a, text, s->place, s->end);
    else if (kind == S3LM_STAGE_DIGITS) s->place = s3lm_split_digits(a != 0, text, s->place, s->end);
    else if (kind == S3LM_STAGE_BYTE_LEVEL && b) s->place = s3lm_split_rule(S3LM_RULE_GPT2, text, s->place, s->end);
    else s->place = s->end;
    return true;
}

void s3lm_encode_words(s3lm_encoder *e, uint8_t *text, uint32_t begin, uint32_t end, bool at_start) {
    const s3lm_tokenizer *t = e->t;
    const uint8_t *first = t->stages.at;
    uint32_t stages = t->stages.count, depth = 0, bytes_from = stages;
    if (stages == 0) {
        s3lm_encode_word(e, text + begin, end - begin, false, false);
        return;
    }
    for (uint32_t i = 0; i < stages; i++)
        if (s3lm_word(first + (size_t)i * 12u, 0) == S3LM_STAGE_BYTE_LEVEL) bytes_from = i + 1;
    /* Count from the slack before the text, so that the position before its start is a number too. */
    text -= S3LM_SLACK;
    begin += S3LM_SLACK;
    end += S3LM_SLACK;
    bool continued = at_start && (e->flags & S3LM_ENCODE_CONTINUE);
    stage_state states[S3LM_TOKN_STAGES_LIMIT];
    states[0] = enter(first, text, begin, end, !continued);
    while (e->status == S3LM_TOKENIZER_OK) {
        const uint8_t *stage = first + (size_t)depth * 12u;
        stage_state *s = &states[depth];
        uint32_t from;
        if (!next_piece(t, stage, text, depth >= bytes_from, s, &from)) {
            if (s->space != NOWHERE) text[s->space] = s->replaced;
            if (depth-- == 0) break;
        } else if (s3lm_word(stage, 0) == S3LM_STAGE_METASPACE) {
            encode_metaspace(e, stage, text, from, s->place, at_start && from == begin);
        } else if (depth + 1 < stages) {
            depth++;
            states[depth] = enter(first + (size_t)depth * 12u, text, from, s->place, !(continued && from == begin));
        } else s3lm_encode_word(e, text + from, s->place - from, false, false);
    }
}
