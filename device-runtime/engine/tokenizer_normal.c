/* Normalization: what happens to text before it is cut into words. Each step measures what it makes, writes it behind
 * the text, and moves it to the text's place. */
#include "tokenizer_encoder.h"
#include "tokenizer_forms.h"
#include "tokenizer_machine.h"
#include "tokenizer_map.h"
#include "tokenizer_tables.h"

static bool matches(const uint8_t *text, uint32_t length, const uint8_t *pattern, uint32_t pattern_length) {
    if (length < pattern_length) return false;
    for (uint32_t i = 0; i < pattern_length; i++)
        if (text[i] != pattern[i]) return false;
    return true;
}

/* Both replacements: length of the result, which goes to `out` unless NULL. */
static size_t replace(const s3lm_tokenizer *t, const s3lm_normal_op *op, const uint8_t *text, uint32_t length,
                      uint8_t *out) {
    size_t made = 0;
    s3lm_subject subject = {text, false};
    s3lm_machine machine;
    bool literal = op->kind == S3LM_NORMAL_REPLACE;
    if (!literal) machine = s3lm_machine_open(t->parts.at + (size_t)op->part * 4u);
    for (uint32_t at = 0, end; at < length; at = end) {
        bool match;
        if (literal) {
            match = matches(text + at, length - at, op->pattern, op->pattern_length);
            end = at + (match ? op->pattern_length : 1);
        } else end = s3lm_machine_next(&machine, subject, at, length, &match);
        uint32_t bytes = match ? op->content_length : end - at;
        if (out) s3lm_copy(out + made, match ? op->content : text + at, bytes);
        made += bytes;
    }
    return made;
}

/* A text that begins so gets another beginning. */
static size_t replace_start(const s3lm_normal_op *op, const uint8_t *text, uint32_t length, uint8_t *out) {
    bool match = matches(text, length, op->pattern, op->pattern_length);
    uint32_t from = match ? op->pattern_length : 0, content = match ? op->content_length : 0;
    if (out) {
        s3lm_copy(out, op->content, content);
        s3lm_copy(out + content, text + from, length - from);
    }
    return (size_t)content + length - from;
}

/* What stays between the matches at both ends. */
static size_t trim(const s3lm_tokenizer *t, const s3lm_normal_op *op, const uint8_t *text, uint32_t length,
                   uint8_t *out) {
    s3lm_machine machine = s3lm_machine_open(t->parts.at + (size_t)op->part * 4u);
    s3lm_subject subject = {text, false};
    uint32_t begin = 0, keep, end;
    if (op->pattern_length & S3LM_TRIM_LEFT)
        while (begin < length && (end = s3lm_machine_match(&machine, subject, begin, length)) > begin) begin = end;
    keep = begin;
    for (uint32_t at = begin; at < length; at = end) {
        bool match;
        end = s3lm_machine_next(&machine, subject, at, length, &match);
        if (!match || !(op->pattern_length & S3LM_TRIM_RIGHT)) keep = end;
    }
    if (out) s3lm_copy(out, text + begin, keep - begin);
    return keep - begin;
}

static size_t prepend(const s3lm_normal_op *op, const uint8_t *text, uint32_t length, uint8_t *out) {
    if (out) {
        s3lm_copy(out, op->content, op->content_length);
        s3lm_copy(out + op->content_length, text, length);
    }
    return (size_t)op->content_length + length;
}

/* A normal form: it is made behind the text too, and shrinks there while it is composed. */
static uint32_t normal_form(s3lm_encoder *e, const s3lm_form *form, uint8_t *text, uint32_t length) {
    uint8_t *out = text + length;
    size_t room = (size_t)(e->end - out);
    if (s3lm_form_inert(form, text, length)) return length;
    size_t made = s3lm_form_decompose(form, text, length, NULL);
    if (made > S3LM_TOKN_NORMAL_LIMIT) e->status = S3LM_TOKENIZER_TOO_LONG;
    else if (made > room) e->status = S3LM_TOKENIZER_SCRATCH;
    if (e->status != S3LM_TOKENIZER_OK) return length;
    s3lm_form_decompose(form, text, length, out);
    if (!s3lm_form_order(form, out, made, out + made, room - made)) {
        e->status = S3LM_TOKENIZER_SCRATCH;
        return length;
    }
    made = s3lm_form_compose(form, out, made);
    s3lm_copy(text, out, made);
    return (uint32_t)made;
}

uint32_t s3lm_normalize_text(s3lm_encoder *e, uint8_t *text, uint32_t length, bool prepends) {
    const s3lm_tokenizer *t = e->t;
    for (uint32_t i = 0; i < t->normalizer.count && length > 0; i++) {
        s3lm_normal_op op = s3lm_normal_at(t, i);
        uint8_t *out = text + length;
        size_t room = (size_t)(e->end - out), made = 0;
        if (op.kind == S3LM_NORMAL_PREPEND && !prepends) continue;
        if (op.kind == S3LM_NORMAL_FORM) {
            s3lm_form form = s3lm_form_open(t->parts.at + (size_t)op.part * 4u);
            length = normal_form(e, &form, text, length);
            if (e->status != S3LM_TOKENIZER_OK) return length;
            continue;
        }
        for (int writes = 0; writes < 2; writes++) {
            const uint8_t *part = t->parts.at + (size_t)op.part * 4u; /* of steps that have one */
            if (op.kind == S3LM_NORMAL_PREPEND) made = prepend(&op, text, length, writes ? out : NULL);
            else if (op.kind == S3LM_NORMAL_REPLACE_START) made = replace_start(&op, text, length, writes ? out : NULL);
            else if (op.kind == S3LM_NORMAL_TRIM) made = trim(t, &op, text, length, writes ? out : NULL);
            else if (op.kind == S3LM_NORMAL_MAP) made = s3lm_map_apply(part, text, length, writes ? out : NULL);
            else made = replace(t, &op, text, length, writes ? out : NULL);
            if (made > S3LM_TOKN_NORMAL_LIMIT) e->status = S3LM_TOKENIZER_TOO_LONG;
            else if (made > room) e->status = S3LM_TOKENIZER_SCRATCH;
            if (e->status != S3LM_TOKENIZER_OK) return length;
        }
        s3lm_copy(text, out, made);
        length = (uint32_t)made;
    }
    return length;
}
