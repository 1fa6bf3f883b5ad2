/* Kinds of characters: see unicode.h. */
#include "unicode.h"

#include "unicode_tables.h"

uint32_t s3lm_char_kind(uint32_t c) {
    if (c < 0x80u) return s3lm_ascii_kinds[c];
    /* The last block that begins at or before c. */
    uint32_t low = 0, high = S3LM_KIND_BLOCKS;
    while (high - low > 1) {
        uint32_t middle = (low + high) / 2;
        if (s3lm_kind_firsts[middle] <= c) low = middle;
        else high = middle;
    }
    const uint8_t *run = s3lm_kind_runs + s3lm_kind_places[low];
    uint32_t left = c - s3lm_kind_firsts[low]; /* code points from the start of the run */
    for (uint32_t i = 1;; i++) {
        uint32_t kind = *run & 63u, spelled = *run >> 6, length = spelled + 1u;
        if (spelled == 2) length = 3u + run[1];
        else if (spelled == 3) length = 259u + (run[1] | (uint32_t)run[2] << 8);
        if (left < length || i == S3LM_KIND_BLOCK_RUNS) {
            if (kind != S3LM_KIND_TURNS) return kind;
            return left & 1u ? S3LM_KIND_LOWER : S3LM_KIND_UPPER;
        }
        left -= length;
        run += spelled < 2 ? 1 : spelled;
    }
}

uint32_t s3lm_char_class(uint32_t c) { return s3lm_kind_classes[s3lm_char_kind(c)]; }
