/* Unicode's normal forms (Unicode Standard Annex #15) from the tables of a package (docs/tokenizer-tables.md, "Normal
 * forms"). Pure functions; any core may call them. */
#ifndef S3LM_TOKENIZER_FORMS_H
#define S3LM_TOKENIZER_FORMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One part of a TOKN section, opened. */
typedef struct {
    bool composes, compatible;
    uint32_t mark_count, second_count, step_count, composition_count, compatible_count, pool_bytes;
    const uint8_t *marks, *seconds, *keys, *firsts, *compositions, *compatible_keys, *places, *pool;
} s3lm_form;

/* Checks a part of `words` words, its head included. */
bool s3lm_form_check(const uint8_t *part, uint32_t words);

/* Opens a part that was checked. */
s3lm_form s3lm_form_open(const uint8_t *part);

/* Bytes that a form makes of one byte of UTF-8, at most. */
static inline uint32_t s3lm_form_growth(const s3lm_form *form) { return form->compatible ? 11 : 3; }

/* Whether a text has only characters that no normal form of this kind changes or moves; it may be normalized all the
 * same when the answer is false. */
bool s3lm_form_inert(const s3lm_form *form, const uint8_t *text, uint32_t length);

/* The whole decomposition of UTF-8, not yet in order. Returns its length; writes it to `out` unless NULL. */
size_t s3lm_form_decompose(const s3lm_form *form, const uint8_t *text, uint32_t length, uint8_t *out);

/*
 * Puts the marks of decomposed text into their order, in place. A run of marks of any length: one that is out of order
 * is sorted class by class, in `room` bytes at `scratch`. False when these are too few.
 */
bool s3lm_form_order(const s3lm_form *form, uint8_t *text, size_t length, uint8_t *scratch, size_t room);

/* Composes ordered text in place, if the form does. Returns the new length, which is no larger. */
size_t s3lm_form_compose(const s3lm_form *form, uint8_t *text, size_t length);

#endif
