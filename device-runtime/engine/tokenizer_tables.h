/*
 * How the TOKN section lies in memory: constants and field readers that opening, encoding and decoding share.
 * docs/tokenizer-tables.md is the specification. Readers take tables that s3lm_tokenizer_open has checked.
 */
#ifndef S3LM_TOKENIZER_TABLES_H
#define S3LM_TOKENIZER_TABLES_H

#include "bytes.h"
#include "tokenizer.h"

enum {
    S3LM_TOKN_VERSION = 2,
    S3LM_TOKN_FIRST_VERSION = 1, /* no parts, fewer kinds of stages and normalizer steps */
    S3LM_TOKN_HEADER = 160,
    /* flags */
    S3LM_TOKN_BYTE_LEVEL = 1,     /* the symbols that merging starts from are bytes, else characters */
    S3LM_TOKN_WIDE = 2,           /* ids in merges and lookup take 4 bytes, else 2 */
    S3LM_TOKN_FALLBACK = 4,       /* a character without a token becomes its bytes' tokens */
    S3LM_TOKN_FUSE_UNKNOWN = 8,   /* neighbouring unknown characters become one unknown token */
    S3LM_TOKN_IGNORE_MERGES = 16, /* a word that is a token is taken whole */
    S3LM_TOKN_SPELLED = 32,       /* tokens have the bytes that the vocabulary has: decoding reads them */
    S3LM_TOKN_CONTINUED = 64,     /* a character that is not a word's first has a token of its own, */
    S3LM_TOKN_ENDED = 128,        /* and so has a word's last */
    S3LM_TOKN_WIDE_SCORES = 256,  /* scores take 8 bytes, else 4 */
    S3LM_TOKN_FLAGS = 2047,
    S3LM_TOKN_MODEL_SHIFT = 9 /* two bits: the model */
};

/* How words become tokens. */
enum { S3LM_MODEL_BPE = 0, S3LM_MODEL_UNIGRAM = 1, S3LM_MODEL_WORDPIECE = 2, S3LM_MODEL_WORDLEVEL = 3 };

/* Added to a code point in the table of characters: it is not the first of its word, or it is the last. */
enum { S3LM_CHARACTER_CONTINUES = 1 << 21, S3LM_CHARACTER_ENDS = 1 << 22 };

/* Each bounds the work or the memory that a hostile section can ask for. */
#define S3LM_TOKN_VOCAB_LIMIT (1u << 20)          /* 20 bits of a merge queue entry; the largest real one has 262,144 */
#define S3LM_TOKN_MERGES_LIMIT (1u << 20)         /* likewise */
#define S3LM_TOKN_ADDED_LIMIT 16384u              /* real tokenizers have up to some thousand added tokens */
#define S3LM_TOKN_ADDED_BYTES 1024u               /* matching takes at most this many steps per text byte */
#define S3LM_TOKN_OPS_LIMIT 8u                    /* normalizer steps; SentencePiece has up to six */
#define S3LM_TOKN_OP_BYTES 64u                    /* pattern and replacement of one step */
#define S3LM_TOKN_STAGES_LIMIT 8u                 /* pre-tokenizer stages; DeepSeek has six */
#define S3LM_TOKN_EXTRA_LIMIT 16u                 /* ids before or after a text */
#define S3LM_TOKN_GROWTH_LIMIT 64u                /* bytes that normalization makes of one; NFKC makes 11 */
#define S3LM_TOKN_NORMAL_LIMIT ((1u << 24) - 16u) /* a position in normalized text has 24 bits in the merge queue */
#define S3LM_TOKN_PARTS_LIMIT (1u << 18) /* words: a machine has some hundred, the tables of NFKC ten thousand */
#define S3LM_TOKN_PIECE_LIMIT 1024u      /* bytes of text that one token may add, as a writer may count on */
#define S3LM_TOKN_BLOB_LIMIT (1u << 24)  /* token offsets have 24 bits */

/* Top byte of a token's entry. */
enum {
    S3LM_TOKEN_SPECIAL = 1,
    S3LM_TOKEN_BYTE = 2,   /* byte fallback: the text is one raw byte */
    S3LM_TOKEN_ABSENT = 4, /* no such id */
    S3LM_TOKEN_GLUED = 8,  /* S3LM_DECODE_WORDS: no space goes before it */
    S3LM_TOKEN_END = 16    /* S3LM_DECODE_ENDS: it ends a word */
};

/* Flags of an added token. */
enum { S3LM_ADDED_SPECIAL = 1, S3LM_ADDED_SINGLE_WORD = 2, S3LM_ADDED_STRIP_LEFT = 4, S3LM_ADDED_STRIP_RIGHT = 8 };

/* Normalizer steps; where a step has a part, the pattern's offset is its place. */
enum {
    S3LM_NORMAL_PREPEND = 1,
    S3LM_NORMAL_REPLACE = 2,
    S3LM_NORMAL_REPLACE_MATCHES = 3, /* part: a machine */
    S3LM_NORMAL_FORM = 4,            /* part: a form */
    S3LM_NORMAL_MAP = 5,             /* part: a map */
    S3LM_NORMAL_TRIM = 6,            /* part: a machine; the pattern's length is S3LM_TRIM_*, or-ed */
    S3LM_NORMAL_REPLACE_START = 7    /* the pattern where the text begins, once */
};

enum { S3LM_TRIM_LEFT = 1, S3LM_TRIM_RIGHT = 2 };

/* Pre-tokenizer stages: kind, and what a and b mean. */
enum {
    S3LM_STAGE_SPLIT = 1,  /* a = rule */
    S3LM_STAGE_DIGITS = 2, /* a = 1: every digit alone, 0: runs */
    S3LM_STAGE_BYTE_LEVEL =
        3, /* a = 1: put a space before, b = 1: split by S3LM_RULE_GPT2; patterns behind it see bytes */
    S3LM_STAGE_METASPACE = 4, /* a = scheme, b = 1: split before each; always the last stage */
    S3LM_STAGE_PATTERN = 5    /* a = place of a machine among the parts, b = S3LM_PIECES_*, + S3LM_PIECES_INVERT */
};

/* What becomes of the matches of a pattern and of what lies between them. */
enum {
    S3LM_PIECES_ISOLATED = 0, /* each is a piece */
    S3LM_PIECES_REMOVED = 1,  /* matches are left out */
    S3LM_PIECES_WITH_PREVIOUS = 2,
    S3LM_PIECES_WITH_NEXT = 3,
    S3LM_PIECES_CONTIGUOUS = 4, /* neighbouring matches are one piece */
    S3LM_PIECES_INVERT = 8      /* what lies between counts as the match, and the other way round */
};

/* Parts: larger tables that stages and normalizer steps name by their first word, whose low byte says the kind and the
 * rest how many words there are. */
enum { S3LM_PART_MACHINE = 1, S3LM_PART_FORM = 2, S3LM_PART_MAP = 3 };

enum { S3LM_METASPACE_FIRST = 0, S3LM_METASPACE_ALWAYS = 1, S3LM_METASPACE_NEVER = 2 };

/* Splitting rules: one for each regular expression that is known (docs/tokenizer-tables.md lists them). */
enum {
    S3LM_RULE_GPT2 = 1,
    S3LM_RULE_LLAMA3 = 2,
    S3LM_RULE_QWEN2 = 3,
    S3LM_RULE_NUMBER = 4,    /* \p{N} */
    S3LM_RULE_NUMBERS_3 = 5, /* \p{N}{1,3} */
    S3LM_RULE_DIGIT = 6      /* [0-9] */
};

enum {
    S3LM_DECODE_BYTES = 1,     /* join the bytes, then read them as UTF-8 */
    S3LM_DECODE_PIECES = 2,    /* join the texts; runs of byte tokens are UTF-8 or replaced byte by byte */
    S3LM_DECODE_METASPACE = 3, /* join the texts; the metaspace becomes a space, strip_count = 1: none in the first */
    S3LM_DECODE_WORDS = 4,     /* join the texts, a space before each but the first, unless it continues a word */
    S3LM_DECODE_ENDS = 5       /* join the texts, a space behind each that ends a word, but not behind the last */
};

static inline uint32_t s3lm_model(const s3lm_tokenizer *t) { return t->flags >> S3LM_TOKN_MODEL_SHIFT & 3u; }

/* Little-endian words of a table; tables start at multiples of 4. */
static inline uint32_t s3lm_word(const uint8_t *at, uint32_t index) {
    return s3lm_u32((const uint8_t *)__builtin_assume_aligned(at, 4) + (size_t)index * 4u);
}

/* Id number `index` of an array of 2-byte or 4-byte ids. */
static inline uint32_t s3lm_small_id(const s3lm_tokenizer *t, const uint8_t *at, uint32_t index) {
    if (t->flags & S3LM_TOKN_WIDE) return s3lm_word(at, index);
    return s3lm_u16((const uint8_t *)__builtin_assume_aligned(at, 2) + (size_t)index * 2u);
}

/* Bytes and flags of a token. id < vocab_size. */
static inline const uint8_t *s3lm_token_bytes(const s3lm_tokenizer *t, uint32_t id, uint32_t *length) {
    uint32_t begin = s3lm_word(t->tokens.at, id) & 0xFFFFFFu;
    *length = (s3lm_word(t->tokens.at, id + 1) & 0xFFFFFFu) - begin;
    return t->bytes.at + begin;
}

static inline uint32_t s3lm_token_flags(const s3lm_tokenizer *t, uint32_t id) {
    return s3lm_word(t->tokens.at, id) >> 24;
}

/* One added token. */
typedef struct {
    const uint8_t *text;
    uint32_t length, id, flags;
} s3lm_added;

static inline s3lm_added s3lm_added_at(const s3lm_tokenizer *t, const s3lm_table *table, uint32_t index) {
    const uint8_t *entry = table->at + (size_t)index * 16u;
    s3lm_added added = {t->strings.at + s3lm_word(entry, 0), s3lm_word(entry, 1), s3lm_word(entry, 2),
                        s3lm_word(entry, 3)};
    return added;
}

/* One normalizer step. */
typedef struct {
    uint32_t kind;
    uint32_t part; /* place of the part, for steps that have one */
    const uint8_t *pattern, *content;
    uint32_t pattern_length, content_length;
} s3lm_normal_op;

static inline s3lm_normal_op s3lm_normal_at(const s3lm_tokenizer *t, uint32_t index) {
    const uint8_t *entry = t->normalizer.at + (size_t)index * 20u;
    s3lm_normal_op op = {s3lm_word(entry, 0), s3lm_word(entry, 1), NULL, t->strings.at + s3lm_word(entry, 3),
                         s3lm_word(entry, 2), s3lm_word(entry, 4)};
    if (op.kind == S3LM_NORMAL_REPLACE || op.kind == S3LM_NORMAL_REPLACE_START) op.pattern = t->strings.at + op.part;
    return op;
}

/* One merge: the pair, its rank, and the token it makes. */
typedef struct {
    uint32_t left, right, rank, made;
} s3lm_merge;

static inline s3lm_merge s3lm_merge_at(const s3lm_tokenizer *t, uint32_t index) {
    s3lm_merge m = {s3lm_small_id(t, t->merges.at, index * 4u), s3lm_small_id(t, t->merges.at, index * 4u + 1u),
                    s3lm_small_id(t, t->merges.at, index * 4u + 2u), s3lm_small_id(t, t->merges.at, index * 4u + 3u)};
    return m;
}

#endif
