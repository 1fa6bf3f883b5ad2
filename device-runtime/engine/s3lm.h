/* The public interface of the inference engine: open a model package, plan its memory, run it, sample from it.
 *
 * C11, freestanding: no libc, no libm, no allocation, no recursion, no mutable globals. Memory is handed in once and
 * its size is known before. The same package, ids and seed give the same logits to the last bit in every build
 * (numerics.h says how), provided it is built with -ffp-contract=off (no fused multiply-add) and -fno-strict-aliasing
 * (tensors are read in place as what the package says they are). Any one thread or core may call these functions, one
 * at a time per model; the only code that runs on several cores is what the engine hands to s3lm_options.parallel.
 *
 * Order of calls: s3lm_package_open -> s3lm_state_bytes -> s3lm_init -> s3lm_forward (or s3lm_generation_*).
 */
#ifndef S3LM_H
#define S3LM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "s3lm_format.h"
#include "s3lm_status.h"

/* ---- Limits beside those of the package (s3lm_format.h) ---- */

/* Strings that end a generation, and the longest of them in bytes. */
#define S3LM_MAX_STOP_STRINGS 8u
#define S3LM_MAX_STOP_BYTES 64u
/* Bytes of text that one token may add to the output. */
#define S3LM_MAX_PIECE_BYTES 1024u
/* Cores that may share one matrix product. */
#define S3LM_MAX_WORKERS 8u
/* Alignment of the package and of the handed-in memory, in bytes: one cache line. */
#define S3LM_ALIGNMENT 64u

/* ---- Model package (docs/model-package.md) ---- */

/* One TDIR record with its addresses resolved. `data` and `tables` may be re-pointed after s3lm_init (see
 * s3lm_model_tensor) to copies in faster memory that are aligned alike. */
typedef struct s3lm_tensor {
    const void *data;                    /* rows * row_bytes bytes, 16-byte aligned */
    const void *tables[S3LM_MAX_TABLES]; /* in the order of its encoding; NULL where there is none */
    /* The last rows by themselves, where they lie in another memory than those before them; `data` and `tables` hold
     * only the others then. NULL: all lie together. */
    struct s3lm_tensor *rest;
    uint32_t rows; /* with those of `rest` */
    uint32_t cols;
    uint32_t row_bytes;  /* from row to row */
    uint32_t group;      /* columns per element of a table, 0 unless the encoding is grouped */
    uint32_t first_rows; /* of three source tensors one after the other: rows of the first; the others halve the rest */
    float activation_scale; /* static scale of this matrix's input, 0 = dynamic */
    uint16_t index;         /* step, rotary table, or S3LM_GLOBAL */
    uint8_t role;           /* s3lm_role */
    s3lm_encoding encoding : 3;
    s3lm_input_kind input : 2;      /* how the vectors that it is multiplied with are quantized */
    s3lm_memory_kind placement : 2; /* what the writer planned */
    bool interleaved : 1;           /* rows of two source tensors alternate */
} s3lm_tensor;

/* Rows of a tensor that lie where its `data` says. */
static inline uint32_t s3lm_placed_rows(const s3lm_tensor *tensor) {
    return tensor->rest ? tensor->rows - tensor->rest->rows : tensor->rows;
}

/* Scales of an INT8 tensor: the first table of each of these encodings. */
static inline const float *s3lm_scales(const s3lm_tensor *tensor) { return tensor->tables[0]; }

/* Scales of 8 bits, row by row, of a tensor that has such beside one scale a row. */
static inline const uint8_t *s3lm_group_scales(const s3lm_tensor *tensor) { return tensor->tables[1]; }

/* Offsets of 8 bits beside those, in eighths of a code's step where the scale is 1. */
static inline const int8_t *s3lm_group_offsets(const s3lm_tensor *tensor) { return tensor->tables[2]; }

/* Sampling parameters; `off` values in parentheses. Applied in this order: repetition penalty, temperature, top-k,
 * top-p, min-p. */
typedef struct {
    bool do_sample;           /* false: always the most likely token (after the repetition penalty) */
    float temperature;        /* > 0; 0 means do_sample = false */
    uint32_t top_k;           /* (0) */
    float top_p;              /* (1) */
    float min_p;              /* (0) */
    float repetition_penalty; /* (1) */
    uint32_t max_new_tokens;  /* 0: until the context is full */
} s3lm_sampling;

/* An opened package: a checked view of bytes that stay where they are. */
typedef struct {
    const uint8_t *bytes;
    uint32_t length;
    uint32_t section_count;
    s3lm_config config;
    s3lm_sampling sampling;
    uint32_t stop_ids[S3LM_MAX_STOP_IDS];
    uint32_t stop_id_count;
    uint32_t tensor_count;
    uint32_t step_count;
    const uint8_t *steps;     /* STEP records */
    const uint8_t *directory; /* TDIR records */
    const uint8_t *weights;   /* WGHT */
} s3lm_package;

/* Reads the total length out of a package header, for callers who know only an upper bound (a flash partition).
 * Checks nothing but magic, version and that the length is at most `available`. */
s3lm_status s3lm_package_length(const uint8_t *bytes, size_t available, uint32_t *length);

/* Checks everything that docs/model-package.md demands, every checksum and every weight included, and fills `package`.
 * `bytes` starts at a multiple of S3LM_ALIGNMENT and stays valid and unchanged while the package is in use; `length` is
 * exactly the package's length. Reads nothing outside [bytes, bytes + length). On failure `fault` says where
 * (it may be NULL) and `package` is unusable. */
s3lm_status s3lm_package_open(const uint8_t *bytes, size_t length, s3lm_package *package, s3lm_fault *fault);

/* Work that may be split: does units [begin, end) as worker `worker`. */
typedef void (*s3lm_work)(void *job, uint32_t worker, uint32_t begin, uint32_t end);

/* Splits units [0, units) into at most as many ranges as the model has workers, whose borders are multiples of
 * `multiple`, runs `work` once for each with distinct worker numbers below that, and returns when all are done. */
typedef void (*s3lm_parallel)(void *user, s3lm_work work, void *job, uint32_t units, uint32_t multiple);

/* Foretells the work after the next one: its unit u of `units` reads what lies at base + u * unit_bytes, and the first
 * `most` bytes of a range of units are worth fetching by a core that has nothing to do. Ranges have borders as above.
 */
typedef void (*s3lm_expect)(const void *base, size_t unit_bytes, uint32_t units, uint32_t multiple, size_t most);

/* The same with checksums and weights checked by several cores; `parallel` NULL: by this one. */
s3lm_status s3lm_package_open_on(const uint8_t *bytes, size_t length, s3lm_parallel parallel, void *user,
                                 s3lm_package *package, s3lm_fault *fault);

/* Content of a section of an opened package, NULL when it is absent. */
const uint8_t *s3lm_package_section(const s3lm_package *package, uint32_t kind, uint32_t *length);

/* Step `index` < step_count of an opened package: what all steps have, and what the steps of a kind have. */
s3lm_step_head s3lm_package_step(const s3lm_package *package, uint32_t index);
s3lm_norm_config s3lm_package_norm(const s3lm_package *package, uint32_t index);
s3lm_attention_config s3lm_package_attention(const s3lm_package *package, uint32_t index);
s3lm_mlp_config s3lm_package_mlp(const s3lm_package *package, uint32_t index);
s3lm_conv_config s3lm_package_conv(const s3lm_package *package, uint32_t index);

/* Tensor `index` < tensor_count of an opened package, in one piece: `rest` is NULL. */
s3lm_tensor s3lm_package_tensor(const s3lm_package *package, uint32_t index);

/* The rows of tensor `index` that the writer wants in another memory than those before them, as a tensor of their own;
 * its `rows` are 0 when there are none. */
s3lm_tensor s3lm_package_rest(const s3lm_package *package, uint32_t index);

/* Elements of one of a tensor's tables, `table` < S3LM_MAX_TABLES, and their bytes; 0 when it has no such table. */
uint32_t s3lm_table_count(const s3lm_tensor *tensor, uint32_t table);
uint32_t s3lm_table_bytes(const s3lm_tensor *tensor, uint32_t table);

/* What docs/model-package.md says of a tensor role, NULL of an unknown one; its name, "?" of an unknown one. */
const s3lm_role_spec *s3lm_role_of(uint32_t code);
const char *s3lm_role_name(uint32_t code);

/* IEEE 802.3 CRC-32 (zlib's); start with crc = 0 and pass the result on to continue. */
uint32_t s3lm_crc32(uint32_t crc, const uint8_t *bytes, size_t length);

/* Checksum of two stretches of bytes that follow each other, from those of each. */
uint32_t s3lm_crc32_join(uint32_t first, uint32_t second, size_t second_length);

/* ---- Model ---- */

/* A set of inner loops (kernels.h). All sets give the same results to the last bit. */
typedef struct s3lm_kernels s3lm_kernels;
extern const s3lm_kernels s3lm_kernels_scalar;
/* The fastest set that this build has: wasm simd128, AVX2, SSE4.1, or the scalar one. */
const s3lm_kernels *s3lm_kernels_best(void);
const char *s3lm_kernels_name(const s3lm_kernels *kernels);

/* Zero-initialize for the defaults. */
typedef struct {
    const s3lm_kernels *kernels; /* NULL: s3lm_kernels_best() */
    uint32_t context;            /* 0: the package's; else at most that */
    uint32_t max_batch;          /* 0: the package's; else 1..S3LM_MAX_BATCH */
    uint32_t workers;            /* 0 or 1: no splitting; else at most S3LM_MAX_WORKERS */
    s3lm_parallel parallel;      /* on at most `workers` workers; NULL: one range */
    void *parallel_user;
    s3lm_expect expect; /* NULL: nobody wants to know */
    /* Separate memory for the KV cache (s3lm_cache_bytes, S3LM_ALIGNMENT); NULL: it is part of the state. */
    void *cache;
    size_t cache_bytes;
} s3lm_options;

/* The steps of a model, resolved. Their tensors are numbers in the directory, counted from 1 and 0 when absent, by
 * role % S3LM_STEP_ROLES: a model keeps its steps in its fastest memory. */
typedef struct {
    s3lm_norm_config config;
    uint16_t tensors[S3LM_NORM_ROLES];
} s3lm_norm_step;

typedef struct {
    s3lm_attention_config config;
    uint16_t tensors[S3LM_ATTENTION_ROLES];
    /* Cache planes [kv_heads][context][cache_stride], rows of whole vectors of 16 bytes (s3lm_cache_stride). */
    uint16_t cache_stride; /* elements */
    void *keys;
    void *values;
    float *key_scales; /* [kv_heads][context]; NULL for a float32 cache */
    float *value_scales;
} s3lm_attention_step;

/* Bytes of an element of the keys and of the values. */
static inline uint32_t s3lm_key_bytes(s3lm_cache_kind cache) {
    static const uint8_t bytes[S3LM_CACHE_KINDS] = {
        [S3LM_CACHE_INT8] = 1, [S3LM_CACHE_FLOAT32] = 4, [S3LM_CACHE_INT16] = 2, [S3LM_CACHE_K16V8] = 2};
    return bytes[cache];
}

static inline uint32_t s3lm_value_bytes(s3lm_cache_kind cache) {
    return cache == S3LM_CACHE_K16V8 ? 1u : s3lm_key_bytes(cache);
}

typedef struct {
    s3lm_mlp_config config;
    uint16_t tensors[S3LM_MLP_ROLES];
} s3lm_mlp_step;

typedef struct {
    s3lm_conv_config config;
    uint16_t tensors[S3LM_CONV_ROLES];
    float *past; /* [taps - 1][hidden_stride] what went into the taps, in row position % (taps - 1) */
} s3lm_conv_step;

typedef struct {
    s3lm_step_kind kind : 8;
    s3lm_place_kind reads : 8;
    s3lm_place_kind writes : 8;
    bool adds;
    union { /* by kind */
        void *body;
        s3lm_norm_step *norm;
        s3lm_attention_step *attention;
        s3lm_mlp_step *mlp;
        s3lm_conv_step *conv;
    };
} s3lm_step;

/* Quantized activations of up to max_batch tokens, as the input of one matrix wants them (s3lm_tensor.input). */
typedef struct {
    int8_t *codes;   /* [max_batch][stride], zero-padded; codes of 16 bits take two bytes, as the kernels want them */
    int16_t *wide;   /* [max_batch][wide_stride] codes of INT8 as int16, for kernels that ask for it; else NULL */
    float *scales;   /* [max_batch][scale_stride] */
    int32_t *sums;   /* [max_batch][sum_stride] of groups of codes, for kernels that ask for them; else NULL */
    uint32_t stride; /* bytes, multiple of 32 */
    uint32_t scale_stride; /* 1, or as many as the longest vector has groups */
    uint32_t sum_stride;   /* elements, multiple of 16: what s3lm_kernels.sum_groups needs for the longest vector */
    uint32_t wide_stride;  /* elements, multiple of 32 */
} s3lm_activations;

/* Guesses at the tokens that come, of which a pass may run some with a token whose turn it is (drafts.c). */
#define S3LM_MOST_DRAFTS 7u
/* Where guesses come from: the tokens that generations read and wrote last, those of other texts too. */
#define S3LM_RECENT_TOKENS 512u
/* Kinds of guesses by what speaks for them. */
#define S3LM_DRAFT_CLASSES 9u
typedef struct {
    uint32_t *recent; /* [S3LM_RECENT_TOKENS + S3LM_MOST_DRAFTS] tokens, and behind them the guesses */
    uint32_t count;
    uint8_t classes[S3LM_MOST_DRAFTS]; /* of the last pass's guesses */
    uint8_t waiting;                   /* how many it ran, 0 when they are of no use any more */
    uint8_t done;                      /* how many of them were right so far */
    uint8_t first_row, rows;           /* whose logits lie at `projected` */
    uint8_t idle;
    uint8_t odds[S3LM_DRAFT_CLASSES]; /* of 256, how often guesses are right */
    /* Times that callers have told, in any unit, 0 when unknown: of a pass with one token, what each guess adds to a
     * pass, and of a token that was a guess. */
    uint32_t single, extra, row;
} s3lm_drafts;

/* A model that runs. Fields are read-only for callers except where a function says otherwise. */
typedef struct {
    const s3lm_package *package;
    const s3lm_kernels *kernels;
    s3lm_options options;
    uint32_t context;
    uint32_t max_batch;
    uint32_t length; /* tokens in the cache */
    bool convolves;  /* some step keeps a past beside the cache */
    bool is_stale;   /* which is that of tokens that were forgotten since */
    uint32_t *ids;   /* [context] the tokens in the cache */

    s3lm_tensor *tensors; /* [package->tensor_count], directory order; what they are parted into stands behind them */
    s3lm_step *steps;     /* [package->step_count] */
    s3lm_tensor *embedding;
    s3lm_tensor *head; /* = embedding when tied */
    s3lm_tensor *head_bias;
    s3lm_tensor *final_norm;
    s3lm_tensor *final_norm_bias;
    s3lm_tensor *positions;  /* NULL: none are learned */
    s3lm_tensor *project_in; /* NULL: embeddings are of the hidden size, and so is what goes into the head */
    s3lm_tensor *project_out;
    s3lm_tensor *rotary[S3LM_MAX_ROTARY_TABLES];

    /* Working memory; strides in elements. */
    float *x;         /* [max_batch][hidden_stride] residual stream */
    float *normed;    /* [max_batch][hidden_stride] */
    float *branch;    /* [max_batch][hidden_stride]; NULL when no step writes it */
    float *sum;       /* [max_batch][hidden_stride] what a step adds; `normed` when nothing in that must survive */
    float *projected; /* [max_batch][projected_stride] q|k|v, or gate and up, then the gated product */
    float *attended;  /* [max_batch][attended_stride] */
    s3lm_activations quantized;
    uint32_t score_heads; /* query heads of one key/value head that are looked up together */
    float *scores;        /* [workers][score_heads][context_stride] */
    float *logits;        /* [vocab_size] for s3lm_generation_* and callers without a buffer of their own */
    uint32_t *seen;       /* [ceil(vocab_size / 32)] for the sampler */
    uint64_t *histogram;  /* [256] for the sampler */
    s3lm_drafts drafts;
    uint32_t hidden_stride;
    uint32_t projected_stride;
    uint32_t attended_stride;
    uint32_t context_stride;
} s3lm_model;

/* Bytes that s3lm_init needs, 0 when the options are impossible or the need exceeds 2 GiB. */
size_t s3lm_state_bytes(const s3lm_package *package, const s3lm_options *options);

/* Bytes of the KV cache alone (part of s3lm_state_bytes unless options->cache is given), 0 as above. */
size_t s3lm_cache_bytes(const s3lm_package *package, const s3lm_options *options);

/* Lays the model's state out in `memory` (S3LM_ALIGNMENT, at least s3lm_state_bytes). `package`, `memory` and
 * `options->cache` must outlive the model; `options` itself is copied.
 * Returns S3LM_ERR_OPTIONS or S3LM_ERR_MEMORY. */
s3lm_status s3lm_init(s3lm_model *model, const s3lm_package *package, const s3lm_options *options, void *memory,
                      size_t bytes);

/* Tensor `index` of the directory as the model uses it; its data and tables may be re-pointed to equal copies, as may
 * those of its rest: of the rows that each holds. */
s3lm_tensor *s3lm_model_tensor(s3lm_model *model, uint32_t index);

/* Forgets all tokens. */
void s3lm_reset(s3lm_model *model);

/* Forgets the tokens from position `length` on; does nothing when there are fewer. Exact: what follows is as if
 * they had never been seen. A model with convolutions reads what it keeps once more before the next token. */
void s3lm_truncate(s3lm_model *model, uint32_t length);

/* Appends n >= 1 tokens and computes logits: of the last token (`all` false, vocab_size floats) or of every token
 * (`all` true, n * vocab_size floats, row by row). `logits` NULL: none are computed. Works in passes of max_batch
 * tokens; the result does not depend on how the tokens are cut into calls or passes.
 * Returns S3LM_ERR_OPTIONS (n = 0), S3LM_ERR_TOKEN or S3LM_ERR_CONTEXT with the model unchanged, or S3LM_ERR_NUMERIC
 * after which the caller should s3lm_reset. */
s3lm_status s3lm_forward(s3lm_model *model, const uint32_t *ids, uint32_t n, float *logits, bool all);

/* What a model may say (grammar.h). */
typedef struct s3lm_grammar s3lm_grammar;

/* ---- Sampling ---- */

/* PCG32 (O'Neill 2014, XSH-RR 64/32) on the stream 0xda3e39cb94b95bdb. */
typedef struct {
    uint64_t state;
} s3lm_random;

void s3lm_random_seed(s3lm_random *random, uint64_t seed);
uint32_t s3lm_random_next(s3lm_random *random);

/* Whether the parameters are finite and inside their ranges. */
bool s3lm_sampling_valid(const s3lm_sampling *sampling);

/* Picks a token from vocab_size logits (left as they are). The repetition penalty looks at the tokens in the model's
 * context. Ties: greedy takes the lowest id; top-k and top-p keep all that tie with the last one kept. */
uint32_t s3lm_sample(s3lm_model *model, const s3lm_sampling *sampling, s3lm_random *random, const float *logits);

#include "s3lm_generation.h"

#endif
