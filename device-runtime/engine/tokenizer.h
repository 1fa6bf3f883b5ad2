/*
 * Text to token ids and back, from the TOKN section of a model package (docs/tokenizer-tables.md).
 * The result is identical to the `tokenizers` library (0.23) reading the tokenizer.json that the section was made from.
 *
 * Nothing here allocates or keeps state outside what the caller hands in; every function may run on either core, and
 * several at once over one s3lm_tokenizer, because an opened tokenizer is never written.
 */
#ifndef S3LM_TOKENIZER_H
#define S3LM_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What can go wrong; s3lm_tokenizer_status_text() says it in a sentence. */
typedef enum {
    S3LM_TOKENIZER_OK = 0,
    S3LM_TOKENIZER_BAD_SECTION = 1, /* the section breaks a rule of docs/tokenizer-tables.md */
    S3LM_TOKENIZER_BAD_VERSION = 2, /* a layout that this engine does not know */
    S3LM_TOKENIZER_SCRATCH = 3,     /* the scratch memory is too small for this text */
    S3LM_TOKENIZER_TOO_MANY = 4,    /* more ids than the caller has room for */
    S3LM_TOKENIZER_TOO_LONG = 5,    /* the text is longer than S3LM_TEXT_LIMIT */
    S3LM_TOKENIZER_NO_TURN = 6      /* the chat pieces have no later turn, or no system text of the caller's own */
} s3lm_tokenizer_status;

/* Longest text in bytes for one call. A position must fit the 24 bits it has in the merge queue, after the growth
 * that normalization allows; a book chapter is far below this. */
#define S3LM_TEXT_LIMIT (1u << 20)

/* Stands for "no id". */
#define S3LM_NO_ID 0xFFFFFFFFu

/* One array of the section. */
typedef struct {
    const uint8_t *at;
    uint32_t count;
} s3lm_table;

/* A checked view of a TOKN section; points into the section, which must outlive it. */
typedef struct {
    uint32_t flags;
    uint32_t vocab_size; /* ids are below this */
    uint32_t unk_id;     /* or S3LM_NO_ID, as the two below */
    uint32_t bos_id;     /* begin and end of text, from the tokenizer's configuration */
    uint32_t eos_id;
    uint32_t decoder;
    uint32_t strip_character; /* code point that the decoder removes from the start of the text, */
    uint32_t strip_count;     /* at most so many times */
    uint32_t metaspace;       /* code point that stands for a space */
    uint32_t word_limit;      /* characters of the longest word that WordPiece looks at */
    uint64_t unknown_score;   /* Unigram: of an unknown character */
    uint32_t room;            /* most bytes of text that one id adds */
    uint32_t normal_growth;   /* bytes that normalization makes of one byte, at most, */
    uint32_t normal_extra;    /* and bytes that it adds to a text */
    s3lm_table tokens, bytes, byte_ids, characters, lookup, merges, raw_added, normal_added;
    s3lm_table scores, continuing; /* in the merges' place: scores of Unigram, the prefix of WordPiece */
    s3lm_table normalizer, stages, prefix, suffix, strings, parts;
    uint32_t raw_first[8], normal_first[8]; /* bit sets: first bytes of the added tokens */
} s3lm_tokenizer;

/*
 * Checks a whole TOKN section and opens it.
 * section: `length` bytes, aligned to 4 or better. Reads nothing outside them, whatever they hold.
 */
s3lm_tokenizer_status s3lm_tokenizer_open(const uint8_t *section, size_t length, s3lm_tokenizer *out);

/* A plain sentence about a status. */
const char *s3lm_tokenizer_status_text(s3lm_tokenizer_status status);

/* Options of s3lm_encode, to be or-ed. */
enum {
    S3LM_ENCODE_ADD_SPECIAL = 1,     /* add what the post-processor adds: the begin token, for most models */
    S3LM_ENCODE_SPECIAL_AS_TEXT = 2, /* text that spells a special token stays text */
    S3LM_ENCODE_CONTINUE = 4         /* the text continues an earlier one: no space is put before its first word */
};

/*
 * Scratch memory that is enough for every text of `text_bytes` bytes. It is a worst case (one word without end);
 * s3lm_encode needs only what the text at hand takes, and answers S3LM_TOKENIZER_SCRATCH when that is missing, so a
 * board may hand in less. 0 when text_bytes is above S3LM_TEXT_LIMIT.
 */
size_t s3lm_encode_scratch_bytes(const s3lm_tokenizer *tokenizer, size_t text_bytes);

/*
 * Ids of a text.
 * text: UTF-8; each maximal invalid part counts as one U+FFFD, as Rust's from_utf8_lossy and Python's
 * errors="replace" have it. flags: S3LM_ENCODE_*. scratch: aligned to 8. ids: room for `capacity` ids.
 * On success *count is the number of ids; on S3LM_TOKENIZER_TOO_MANY the first `capacity` ids are valid.
 */
s3lm_tokenizer_status s3lm_encode(const s3lm_tokenizer *tokenizer, const uint8_t *text, size_t text_bytes,
                                  uint32_t flags, void *scratch, size_t scratch_bytes, uint32_t *ids, size_t capacity,
                                  size_t *count);

/*
 * Text of a sequence of ids. Writes at most `capacity` bytes and returns the length of the whole text, so a call with
 * capacity 0 measures. Unknown ids are skipped, as the library skips them. The text is valid UTF-8 when it fits.
 */
size_t s3lm_decode(const s3lm_tokenizer *tokenizer, const uint32_t *ids, size_t count, bool skip_special, uint8_t *out,
                   size_t capacity);

/* Text of a growing sequence; holds back the bytes of an incomplete character. */
typedef struct {
    const s3lm_tokenizer *tokenizer;
    uint32_t strip_left; /* characters that may still be stripped from the start */
    uint8_t held[4];     /* an incomplete character */
    uint8_t held_count;
    bool held_fallback; /* the held bytes came from byte-fallback tokens */
    bool first;         /* no token was seen */
    bool space;         /* a word has ended: a space follows if anything does */
    bool skip_special;
} s3lm_decoder;

/* Starts a new text. */
void s3lm_decoder_start(s3lm_decoder *decoder, const s3lm_tokenizer *tokenizer, bool skip_special);

/* Room that one call of s3lm_decoder_push or _finish can need at most. */
size_t s3lm_decoder_room(const s3lm_tokenizer *tokenizer);

/*
 * The bytes that one more id makes certain: whole characters only. out: s3lm_decoder_room() bytes. Returns their
 * number. Joined, and ended by s3lm_decoder_finish, they equal s3lm_decode, with one exception that no stream can
 * avoid: in a run of byte-fallback tokens that is not UTF-8 the library replaces every byte of the run, also the good
 * characters before the fault, while the stream has already given those.
 */
size_t s3lm_decoder_push(s3lm_decoder *decoder, uint32_t id, uint8_t *out);

/* The end of the text: an incomplete character that is still held becomes U+FFFD. out: s3lm_decoder_room() bytes. */
size_t s3lm_decoder_finish(s3lm_decoder *decoder, uint8_t *out);

/* Whether an id is a special token (what skip_special leaves out). */
bool s3lm_token_is_special(const s3lm_tokenizer *tokenizer, uint32_t id);

#endif
