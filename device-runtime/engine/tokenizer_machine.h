/* Regular expressions as tables (docs/tokenizer-tables.md, "Machines"): what src/tokenizer/regex/ compiles. Pure
 * functions; any core may call them. */
#ifndef S3LM_TOKENIZER_MACHINE_H
#define S3LM_TOKENIZER_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

/* One part of a TOKN section, opened. */
typedef struct {
    const uint8_t *ascii, *intervals, *maps, *steps;
    uint32_t interval_count, columns;
} s3lm_machine;

/* Checks a part of `words` words, its head included. */
bool s3lm_machine_check(const uint8_t *part, uint32_t words);

/* Opens a part that was checked. */
s3lm_machine s3lm_machine_open(const uint8_t *part);

/* Text to match in: UTF-8, or bytes that each count as their character of the byte-level alphabet. */
typedef struct {
    const uint8_t *at;
    bool bytes;
} s3lm_subject;

/* End of the match that begins at text[begin], or `begin` when none does. */
uint32_t s3lm_machine_match(const s3lm_machine *machine, s3lm_subject text, uint32_t begin, uint32_t end);

/* End of the match, or of the stretch without one, that begins at text[begin], begin < end; *match says which. */
uint32_t s3lm_machine_next(const s3lm_machine *machine, s3lm_subject text, uint32_t begin, uint32_t end, bool *match);

/*
 * The next piece that splitting text[*place, end) by a machine gives (S3LM_PIECES_*): [*begin, *place) afterwards.
 * False when none is left.
 */
bool s3lm_machine_piece(const s3lm_machine *machine, uint32_t pieces, s3lm_subject text, uint32_t *place, uint32_t end,
                        uint32_t *begin);

#endif
