/* Pre-tokenization: cutting text into the words inside which merging happens. Pure functions; any core may call them.
 */
#ifndef S3LM_TOKENIZER_SPLIT_H
#define S3LM_TOKENIZER_SPLIT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * End of the first piece that a splitting rule (S3LM_RULE_*) makes of text[begin, end), begin < end, UTF-8.
 * The rules are the regular expressions of docs/tokenizer-tables.md, written out by hand.
 */
uint32_t s3lm_split_rule(uint32_t rule, const uint8_t *text, uint32_t begin, uint32_t end);

/* The same for the Digits pre-tokenizer. */
uint32_t s3lm_split_digits(bool each, const uint8_t *text, uint32_t begin, uint32_t end);

/* The same for a metaspace: every piece but the first begins with one. A space counts as the metaspace. */
uint32_t s3lm_split_metaspace(uint32_t metaspace, const uint8_t *text, uint32_t begin, uint32_t end);

#endif
