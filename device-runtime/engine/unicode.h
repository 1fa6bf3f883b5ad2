/*
 * Characters: UTF-8 in and out, and the classes that splitting text into words needs.
 * Pure functions without state; any core may call them.
 */
#ifndef S3LM_UNICODE_H
#define S3LM_UNICODE_H

#include <stddef.h>
#include <stdint.h>

/* Classes of a code point, or-ed. The tokenizers library has three Unicode versions inside, hence two of numbers. */
enum {
    S3LM_LETTER = 1,  /* \p{L} in its regular expressions */
    S3LM_NUMBER = 2,  /* \p{N} in its regular expressions */
    S3LM_NUMERIC = 4, /* what its Digits pre-tokenizer splits at */
    S3LM_SPACE = 8,   /* \s */
    S3LM_WORD = 16    /* \w around added tokens */
};

/* Class bits of a code point. */
uint32_t s3lm_char_class(uint32_t code_point);

/*
 * Kind of a code point up to U+10FFFF, below S3LM_KINDS: code points of one kind are alike to every part of the
 * library. What each kind is, src/tokenizer/regex/kinds.ts says.
 */
uint32_t s3lm_char_kind(uint32_t code_point);

/* Room for kinds in tables that a package brings. */
#define S3LM_KINDS 64u

/* What stands for bytes that are not UTF-8. */
#define S3LM_REPLACEMENT 0xFFFDu

/*
 * Looks at the first character of `length` bytes.
 * Returns its length 1..4; minus the length of the maximal part that can begin no character (it becomes one U+FFFD);
 * or 0 when the bytes end inside a character that is right so far.
 */
int s3lm_utf8_step(const uint8_t *bytes, size_t length);

/* Code point at the start of text that is known to be UTF-8; *length receives its bytes. */
uint32_t s3lm_utf8_read(const uint8_t *text, uint32_t *length);

/* Writes a code point (1 to 4 bytes) and returns their number. */
uint32_t s3lm_utf8_write(uint32_t code_point, uint8_t out[4]);

#endif
