/* Maps of characters (docs/tokenizer-tables.md, "Maps"): what normalizers do to one character, or to a short cluster of
 * them, whatever stands around. Pure functions; any core may call them. */
#ifndef S3LM_TOKENIZER_MAP_H
#define S3LM_TOKENIZER_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Checks a part of `words` words, its head included. *growth: bytes that one byte becomes, at most. */
bool s3lm_map_check(const uint8_t *part, uint32_t words, uint32_t *growth);

/* Maps text of `length` bytes, UTF-8, by a part that was checked. Length of the result, which goes to `out` unless
 * NULL. */
size_t s3lm_map_apply(const uint8_t *part, const uint8_t *text, uint32_t length, uint8_t *out);

#endif
