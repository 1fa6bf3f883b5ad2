/* The section GRAM as the engine reads it: limits, and where fields stand. Generated from src/schema/grammar.ts by
 * `npm run schema`; docs/grammars.md explains it. */
#ifndef GRAMMAR_FORMAT_H
#define GRAMMAR_FORMAT_H

#define GRAMMAR_VERSION 1u
#define GRAMMAR_MAX_STATES 16384u
#define GRAMMAR_MAX_ARCS 1000000u
#define GRAMMAR_MAX_MASKS 4096u
#define GRAMMAR_MAX_BYTES 1048576u
/* "None" in states and masks. */
#define GRAMMAR_NO_STATE 65535u

enum {
    GRAMMAR_HEADER_VERSION_AT = 0,
    GRAMMAR_HEADER_STATES_AT = 2,
    GRAMMAR_HEADER_VOCAB_SIZE_AT = 4,
    GRAMMAR_HEADER_ARCS_AT = 8,
    GRAMMAR_HEADER_MASKS_AT = 12,
    GRAMMAR_HEADER_BYTES = 32
};
enum {
    GRAMMAR_STATE_FIRST_ARC_AT = 0,
    GRAMMAR_STATE_ARCS_AT = 4,
    GRAMMAR_STATE_MASK_AT = 8,
    GRAMMAR_STATE_MASK_TO_AT = 10,
    GRAMMAR_STATE_FINAL_AT = 12,
    GRAMMAR_STATE_LEAST_AT = 14,
    GRAMMAR_STATE_BYTES = 16
};
#endif
